import type { FaultKind } from '../domain/faults.js';

/** How much of a body is kept, in characters. */
export const LOGGED_BODY = 8000;

/** One Graph call, for tests and the inspector. No token is kept in it. */
export interface GraphCall {
  /** Names the call; later calls have larger numbers. */
  id: number;
  /** When it came, and how long the sandbox took with it (milliseconds; null while it is held). */
  at: number;
  ms: number | null;
  method: string;
  path: string;
  /** What stood behind the question mark, without token and proof. */
  query: string;
  /** Headers of the call; what proves who is calling is blackened. */
  headers: Record<string, string>;
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
  /** Body of the call, cut at {@link LOGGED_BODY} characters. */
  request: string;
  /** Body of the answer, cut likewise; null when none was given. */
  answer: string | null;
}
