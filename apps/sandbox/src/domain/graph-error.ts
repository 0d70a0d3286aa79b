/** Refusals whose code the platform does not document; a Page can choose another (`assumed_codes`). */
export const ASSUMED_CODES = {
  /** Rule 3: a missing or wrong `appsecret_proof`. */
  appsecret_proof: 100,
  /** Rule 5: a version that is not live, where such are refused. */
  unknown_version: 2500,
  /** Rule 11: keys that a one-time request does not have. */
  one_time_extra_keys: 100,
  /** Rule 11: a Page that may not ask for one-time notifications. */
  one_time_permission: 10,
  /** Rules 15 to 17: a one-time token that is used, too old or another Page's. */
  one_time_token: 100,
  /** Rule 20: too many open one-time requests. */
  one_time_requests: 613,
  /** Rule 24: a notification token of a person outside the regions. */
  notification_region: 10,
  /** Rule 31: no recipient, or several kinds. */
  recipient: 100,
} as const;
/** See {@link ASSUMED_CODES}. */
export type AssumedCode = keyof typeof ASSUMED_CODES;

/** A refusal as the Graph API words it, and the number of the rule that made it (for the inspector, never on the wire). */
export interface GraphError {
  readonly rule: number | null;
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly transient?: boolean;
  /** 'OAuthException' if not said; others have no code in front of their words. */
  readonly type?: string;
  /** Which of the {@link ASSUMED_CODES} it is. */
  readonly assumed?: AssumedCode;
}

/** A refusal with a code that is only assumed. */
export function assumedError(rule: number, assumed: AssumedCode, message: string): GraphError {
  return { ...graphError(rule, ASSUMED_CODES[assumed], undefined, message), assumed };
}

/** The refusal with the code that the Page has chosen for it. */
export function withChosenCode(error: GraphError, chosen: Partial<Record<AssumedCode, number>>): GraphError {
  const code = error.assumed === undefined ? undefined : chosen[error.assumed];
  return code === undefined ? error : { ...error, code };
}

/** Makes a refusal; `message` is without the `(#code)` in front. */
export function graphError(
  rule: number | null,
  code: number,
  subcode: number | undefined,
  message: string,
): GraphError {
  return { rule, code, ...(subcode !== undefined && { subcode }), message };
}

/** What a caller gave, for the words of a refusal: cut short, and safe with values that have no text of their own. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.slice(0, 100);
}

/** The body of the answer; every call gets a fresh `fbtrace_id`. */
export function errorBody(error: GraphError, fbtraceId: string): object {
  return {
    error: {
      message: error.type === undefined ? `(#${error.code}) ${error.message}` : error.message,
      type: error.type ?? 'OAuthException',
      code: error.code,
      ...(error.subcode !== undefined && { error_subcode: error.subcode }),
      ...(error.transient !== undefined && { is_transient: error.transient }),
      fbtrace_id: fbtraceId,
    },
  };
}

/** Runs checks in order and gives the first refusal. */
export function firstRefusal(...checks: (() => GraphError | undefined)[]): GraphError | undefined {
  for (const check of checks) {
    const refusal = check();
    if (refusal) return refusal;
  }
  return undefined;
}
