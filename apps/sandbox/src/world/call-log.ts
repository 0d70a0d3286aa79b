import type { FaultKind } from '../domain/faults.js';

/** One Graph call, for tests and the inspector. No token is kept in it. */
export interface GraphCall {
  /** When it came, and how long the sandbox took with it (milliseconds; null while it is held). */
  at: number;
  ms: number | null;
  method: string;
  path: string;
  page: string | null;
  psid: string | null;
  /** HTTP status; null when no answer was given. */
  status: number | null;
  outcome: 'accepted' | 'refused' | 'fault';
  /** Number of the rule that refused. */
  rule: number | null;
  code: number | null;
  subcode: number | null;
  mid: string | null;
  fault: FaultKind | null;
  /** Body of the call, cut at 8,000 characters. */
  request: string;
}
