import { rule50Answer } from '../domain/data-deletion.js';
import { httpCall } from './http-call.js';

/** What a callback answered to a request to delete. `answer` null: not what the platform takes. */
export interface DeletionOutcome {
  status: number;
  answer: { url: string; confirmation_code: string } | null;
  signed_request: string;
}

/** Rule 50: posts the request as the platform does. @throws if no whole answer came within `timeoutMs` of real time. */
export async function requestDeletion(url: string, signedRequest: string, timeoutMs: number): Promise<DeletionOutcome> {
  const { status, text } = await httpCall(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(new URLSearchParams({ signed_request: signedRequest }).toString()),
    timeoutMs,
  });
  return { status, answer: rule50Answer(status, text) ?? null, signed_request: signedRequest };
}
