import { findErrorRow } from './error-table.js';
import type { RecipientKind, RefusalAction, RefusalReason } from './error-table.js';
import { errorBodySchema, sendResponseSchema } from './graph-types.js';

/** Messenger took the message. `recipientId` is missing for some recipient kinds. */
export interface Accepted {
  readonly outcome: 'accepted';
  readonly messageId: string;
  readonly recipientId?: string;
}

/** Messenger provably did not take the message. */
export interface Refused {
  readonly outcome: 'refused';
  readonly code: number;
  readonly subcode: number | null;
  readonly action: RefusalAction;
  readonly reason: RefusalReason;
  /** With `later`: wait at least so long (milliseconds). */
  readonly waitMs?: number;
  /** The platform's trace id, for a support ticket. */
  readonly trace?: string;
}

/** Nobody can know from this answer: wait for the echo, never send again because of it. */
export interface Unknown {
  readonly outcome: 'unknown';
  readonly why:
    'server_error' | 'unreadable' | 'unexpected_status' | 'contradiction' | 'ambiguous_code' | 'unlisted_code';
  readonly code?: number;
  readonly subcode?: number | null;
  readonly trace?: string;
}

/** What one answer of the Send API proves. */
export type Classified = Accepted | Refused | Unknown;

/**
 * Reads an answer of `POST /{page}/messages`. Pure and total: any status and any text give a verdict. A lost answer
 * (time-out, reset after the first byte was written) never comes here; it is `unknown` by itself.
 */
export function classifyAnswer(answer: { status: number; bodyText: string; recipientKind: RecipientKind }): Classified {
  const body = parseJson(answer.bodyText);
  const error = errorBodySchema.safeParse(body).data?.error;
  const sent = sendResponseSchema.safeParse(body).data;
  const code = error?.code;
  const subcode = error ? (error.error_subcode ?? null) : undefined;
  const trace = error?.fbtrace_id;
  const unknown = (why: Unknown['why']): Unknown => ({
    outcome: 'unknown',
    why,
    ...(code !== undefined && { code, subcode }),
    ...(trace !== undefined && { trace }),
  });

  // A server that fails may have failed after taking the message, whatever its body says.
  if (answer.status >= 500) return unknown('server_error');
  if (answer.status < 200 || (answer.status >= 300 && answer.status < 400)) return unknown('unexpected_status');
  if (error && sent) return unknown('contradiction');
  if (error) {
    const row = findErrorRow(error.code, error.error_subcode ?? null, answer.recipientKind);
    if (!row) return unknown('unlisted_code');
    if (row.proof === 'unknown') return unknown('ambiguous_code');
    return {
      outcome: 'refused',
      code: error.code,
      subcode: error.error_subcode ?? null,
      action: row.action,
      reason: row.reason,
      ...(row.waitMs !== undefined && { waitMs: row.waitMs }),
      ...(trace !== undefined && { trace }),
    };
  }
  if (sent && answer.status < 300) {
    return {
      outcome: 'accepted',
      messageId: sent.message_id,
      ...(sent.recipient_id !== undefined && { recipientId: sent.recipient_id }),
    };
  }
  return unknown(sent ? 'contradiction' : 'unreadable');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
