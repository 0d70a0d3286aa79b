import type { Response } from 'express';
import { FAULT_KINDS } from '../domain/faults.js';
import type { Fault } from '../domain/faults.js';
import { errorBody, graphError } from '../domain/graph-error.js';
import { newTraceId } from '../world/ids.js';
import type { SendOutcome } from '../world/graph-send.js';

const SERVER_ERROR =
  '<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>';

/**
 * Lets a fault strike (rule 48). Kinds that take the message call `send` first; its answer is lost. A time-out leaves
 * the connection open until the caller or the sandbox ends it. Gives the id of the message if one was taken, and the
 * HTTP status if one was answered.
 */
export function strike(
  fault: Fault,
  response: Response,
  send: () => SendOutcome,
): { mid: string | null; status: number | null } {
  const outcome = FAULT_KINDS[fault.kind].takes ? send() : undefined;
  const mid = outcome && 'mid' in outcome ? (outcome.mid ?? null) : null;
  switch (fault.kind) {
    case 'error':
    case 'ok_with_error': {
      const words = fault.message ?? 'Injected by the sandbox.';
      const error = {
        ...graphError(48, fault.code ?? 1, fault.subcode, words),
        ...(fault.transient !== undefined && { transient: fault.transient }),
      };
      return {
        mid,
        status: write(
          response,
          fault.kind === 'error' ? 400 : 200,
          'application/json',
          JSON.stringify(errorBody(error, newTraceId())),
        ),
      };
    }
    case 'http_500':
    case 'http_500_after_accept':
      return { mid, status: write(response, 500, 'text/html', SERVER_ERROR) };
    case 'ok_not_json':
    case 'ok_not_json_after_accept':
      return { mid, status: write(response, 200, 'text/plain', 'for (;;);') };
    case 'reset':
    case 'reset_after_accept':
      // resetAndDestroy sends RST, which is what a broken connection looks like to the caller.
      response.socket?.resetAndDestroy();
      return { mid, status: null };
    case 'timeout_before':
    case 'timeout_after_accept':
    case 'delay':
      return { mid, status: null };
  }
}

function write(response: Response, status: number, type: string, text: string): number {
  response.status(status).type(type).send(text);
  return status;
}
