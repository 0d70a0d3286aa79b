import { Agent, request as httpRequest } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const secureAgent = new SecureAgent({ keepAlive: true, maxSockets: 64 });
const LONGEST_ANSWER = 64 * 1024;

/**
 * One HTTP call with exactly these bytes. `timeoutMs` bounds the whole call in real time. Answers the status and the
 * text (cut at 64 KiB); throws when no whole answer came.
 */
export async function httpCall(
  url: string,
  call: {
    method: 'GET' | 'POST';
    headers?: Record<string, string>;
    body?: Buffer;
    timeoutMs: number;
    signal?: AbortSignal;
  },
): Promise<{ status: number; text: string }> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  return new Promise((resolve, reject) => {
    const sending = (secure ? httpsRequest : httpRequest)(
      target,
      {
        method: call.method,
        agent: secure ? secureAgent : agent,
        signal,
        headers: { ...call.headers, ...(call.body && { 'content-length': String(call.body.length) }) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let length = 0;
        answer.on('data', (chunk: Buffer) => {
          if (length < LONGEST_ANSWER) chunks.push(chunk);
          length += chunk.length;
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        answer.on('error', reject);
      },
    );
    sending.on('error', (error) =>
      reject(timeout.aborted ? new Error(`no answer within ${call.timeoutMs} ms`) : error),
    );
    sending.end(call.body);
  });
}
