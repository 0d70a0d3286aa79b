/** What the admin API refuses: an HTTP status, a code from this list, and a sentence for the person who asked. */
export type SandboxErrorCode =
  | 'invalid'
  | 'unknown_page'
  | 'unknown_person'
  | 'unknown_message'
  | 'not_started'
  | 'already_started'
  | 'nothing_to_tap'
  | 'unreachable'
  | 'wrong_page'
  | 'not_an_m_me_link'
  | 'invalid_ref'
  | 'verification_failed'
  | 'callback_failed'
  | 'unknown_exchange'
  | 'unknown_path';

const STATUS: Record<SandboxErrorCode, number> = {
  invalid: 400,
  unknown_page: 404,
  unknown_person: 404,
  unknown_message: 404,
  not_started: 409,
  already_started: 409,
  nothing_to_tap: 409,
  unreachable: 409,
  wrong_page: 400,
  not_an_m_me_link: 400,
  invalid_ref: 400,
  verification_failed: 422,
  callback_failed: 502,
  unknown_exchange: 404,
  unknown_path: 404,
};

/** Thrown by the admin verbs, over HTTP and in process alike. */
export class SandboxError extends Error {
  /** HTTP status that fits. */
  readonly status: number;

  constructor(
    readonly code: SandboxErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SandboxError';
    this.status = STATUS[code];
  }
}
