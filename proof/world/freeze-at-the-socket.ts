/**
 * Loaded before a service (`node --import`): SIGWINCH makes it freeze itself (SIGSTOP) at its next POST, after everything
 * was looked at and right before the first byte is written. From outside nobody can hit that moment, which lasts some
 * microseconds; in production it is hit one day.
 */
import { Socket } from 'node:net';
import { LIE_IN_WAIT_MS } from './lie-in-wait.js';

/** Nobody waits for it any more after this instant (monotonic ms): a freeze then would be in no timeline. */
let armedUntil = 0;
process.on('SIGWINCH', () => {
  armedUntil = performance.now() + LIE_IN_WAIT_MS - 1_000;
});

const isPost = (chunk: unknown): boolean =>
  (typeof chunk === 'string' && chunk.startsWith('POST ')) ||
  (Buffer.isBuffer(chunk) && chunk.subarray(0, 5).toString('latin1') === 'POST ');

const write = Socket.prototype.write as (this: Socket, ...given: unknown[]) => boolean;
Socket.prototype.write = function (this: Socket, ...given: unknown[]): boolean {
  if (performance.now() < armedUntil && isPost(given[0])) {
    armedUntil = 0;
    process.kill(process.pid, 'SIGSTOP');
  }
  return write.apply(this, given);
} as typeof Socket.prototype.write;
