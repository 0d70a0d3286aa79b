import { FAULT_KINDS } from '../domain/faults.js';
import type { FaultShape } from '../domain/faults.js';
import { errorBody, graphError } from '../domain/graph-error.js';
import { newTraceId } from '../world/ids.js';
import type { SendOutcome } from '../world/graph-send.js';

/** What goes back: an HTTP answer, nothing ever, or a broken connection. */
export type Reply = { readonly status: number; readonly type: string; readonly text: string } | 'hang' | 'reset';

const SERVER_ERROR =
  '<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>';

/**
 * Lets a fault strike (rule 48). Kinds that take the message call `send` first; its answer is lost. Gives what goes back
 * and the id of the message if one was taken.
 */
export function faultReply(fault: FaultShape, send: () => SendOutcome): { mid: string | null; reply: Reply } {
  const outcome = FAULT_KINDS[fault.kind].takes ? send() : undefined;
  return { mid: outcome && 'mid' in outcome ? (outcome.mid ?? null) : null, reply: replyOf(fault) };
}

function replyOf(fault: FaultShape): Reply {
  switch (fault.kind) {
    case 'error':
    case 'ok_with_error': {
      const error = {
        ...graphError(48, fault.code ?? 1, fault.subcode, fault.message ?? 'Injected by the sandbox.'),
        ...(fault.transient !== undefined && { transient: fault.transient }),
      };
      const text = JSON.stringify(errorBody(error, newTraceId()));
      return { status: fault.kind === 'error' ? 400 : 200, type: 'application/json', text };
    }
    case 'http_500':
    case 'http_500_after_accept':
      return { status: 500, type: 'text/html', text: SERVER_ERROR };
    case 'ok_not_json':
    case 'ok_not_json_after_accept':
      return { status: 200, type: 'text/plain', text: 'for (;;);' };
    case 'reset':
    case 'reset_after_accept':
      return 'reset';
    case 'timeout_before':
    case 'timeout_after_accept':
    case 'delay':
      return 'hang';
  }
}
