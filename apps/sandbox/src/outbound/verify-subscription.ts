import { randomInt } from 'node:crypto';
import { httpCall } from './http-call.js';

/**
 * Rule 40: before a callback address is used it must echo a challenge. Answers what went wrong, or undefined when the
 * address proved itself.
 */
export async function rule40Verify(
  callback: string,
  verifyToken: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const challenge = String(randomInt(1, 2 ** 31));
  const url = new URL(callback);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.verify_token', verifyToken);
  url.searchParams.set('hub.challenge', challenge);
  try {
    const { status, text } = await httpCall(url.href, { method: 'GET', timeoutMs });
    if (status !== 200) return `the callback answered ${status} to the verification`;
    return text === challenge ? undefined : 'the callback did not echo the challenge';
  } catch (error) {
    return `the callback could not be reached: ${error instanceof Error ? error.message : String(error)}`;
  }
}
