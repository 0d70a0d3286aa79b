/** A refusal as the Graph API words it, and the number of the rule that made it (for the inspector, never on the wire). */
export interface GraphError {
  readonly rule: number | null;
  readonly code: number;
  readonly subcode?: number;
  readonly message: string;
  readonly transient?: boolean;
  /** 'OAuthException' if not said; others have no code in front of their words. */
  readonly type?: string;
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
