/**
 * Rule 48: trouble to order. A fault is armed for the next calls, of a Page or of a person if it names one, and is used
 * up call by call. Whether the message is taken before the trouble strikes is what distinguishes the kinds.
 */

/** What a fault does to a call. */
export const FAULT_KINDS = {
  /** Refused with `code` and `subcode`. */
  error: { takes: false },
  /** HTTP 200 with an error object. */
  ok_with_error: { takes: false },
  /** No answer ever; the message is not taken. */
  timeout_before: { takes: false },
  /** No answer ever; the message is taken. */
  timeout_after_accept: { takes: true },
  /** HTTP 500 with a page of HTML; not taken. */
  http_500: { takes: false },
  /** HTTP 500 with a page of HTML; taken all the same. */
  http_500_after_accept: { takes: true },
  /** HTTP 200 that is not JSON; not taken. */
  ok_not_json: { takes: false },
  /** HTTP 200 that is not JSON; taken all the same. */
  ok_not_json_after_accept: { takes: true },
  /** The connection breaks; not taken. */
  reset: { takes: false },
  /** The connection breaks; taken all the same. */
  reset_after_accept: { takes: true },
  /** An ordinary answer, `ms` later; decided at the end of the wait. */
  delay: { takes: true },
} as const;

/** See {@link FAULT_KINDS}. */
export type FaultKind = keyof typeof FAULT_KINDS;

/** An armed fault. */
export interface Fault {
  readonly id: number;
  readonly kind: FaultKind;
  /** Calls that it will still hit. */
  readonly times: number;
  /** Only calls of this Page. */
  readonly page?: string | undefined;
  /** Only calls that address this person. */
  readonly psid?: string | undefined;
  readonly code?: number | undefined;
  readonly subcode?: number | undefined;
  readonly message?: string | undefined;
  readonly transient?: boolean | undefined;
  /** Milliseconds of real time, with `delay`. */
  readonly ms?: number | undefined;
}

/** The first armed fault that fits a call, and the faults that remain after it. */
export function takeFault(
  faults: readonly Fault[],
  call: { page: string; psid: string | undefined },
): { fault: Fault | undefined; rest: readonly Fault[] } {
  const fault = faults.find(
    ({ page, psid }) => (page === undefined || page === call.page) && (psid === undefined || psid === call.psid),
  );
  if (!fault) return { fault, rest: faults };
  const rest = faults
    .map((other) => (other === fault ? { ...other, times: other.times - 1 } : other))
    .filter(({ times }) => times > 0);
  return { fault, rest };
}
