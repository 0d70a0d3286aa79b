import { chance } from './chance.js';

/**
 * Rule 48: trouble to order, or at a seeded random rate. A fault is armed for the next calls, of a Page or of a person if it names one, and is used
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

/** Kinds after which the caller cannot know whether the message was taken. */
const TELLS_NOTHING: readonly FaultKind[] = (Object.keys(FAULT_KINDS) as FaultKind[]).filter(
  (kind) => !['error', 'ok_with_error', 'delay'].includes(kind),
);

/** Whether a call that meets this fault is told that it was refused. */
export function isRefusal(kind: FaultKind): boolean {
  return kind === 'error' || kind === 'ok_with_error';
}

/** Whether a call that meets this fault leaves its caller in doubt. */
export function leavesDoubt(kind: FaultKind): boolean {
  return TELLS_NOTHING.includes(kind);
}

/** A fault and what it needs: `code` (and what goes with it) with errors, `ms` with `delay`. */
export interface FaultShape {
  readonly kind: FaultKind;
  readonly code?: number | undefined;
  readonly subcode?: number | undefined;
  readonly message?: string | undefined;
  readonly transient?: boolean | undefined;
  /** Milliseconds of real time, with `delay`. */
  readonly ms?: number | undefined;
}

/** An armed fault. */
export interface Fault extends FaultShape {
  readonly id: number;
  /** Calls that it will still hit. */
  readonly times: number;
  /** Only calls of this Page. */
  readonly page?: string | undefined;
  /** Only calls that address this person. */
  readonly psid?: string | undefined;
}

/** One of several faults that chance chooses from; twice the weight comes twice as often. */
export interface WeightedFault extends FaultShape {
  readonly weight: number;
}

/** How often chance strikes, and with what. */
export interface FaultChance {
  /** Share of calls, 0 to 1. */
  readonly rate: number;
  readonly seed: number;
  readonly kinds: readonly WeightedFault[];
}

/** What chance chooses from if nothing is said: every fault that leaves the caller in doubt, equally often. */
export const ORDINARY_FAULTS: readonly WeightedFault[] = TELLS_NOTHING.map((kind) => ({ kind, weight: 1 }));

/** Rule 48: what chance does to the n-th send. The same seed, the same faults. */
export function rule48Pick({ rate, seed, kinds }: FaultChance, n: number): FaultShape | undefined {
  if (rate <= 0 || chance(seed, n * 2) >= rate) return undefined;
  let left = chance(seed, n * 2 + 1) * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const one of kinds) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return undefined;
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
