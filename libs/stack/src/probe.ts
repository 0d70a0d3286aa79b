/** Asks a server one question over TCP, in its own language, without a client library. */
import { connect } from 'node:net';

/** Sends `question` and returns the first bytes of the answer; undefined when there is none within a second. */
export function ask(port: number, question: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const settle = (answer?: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(question));
    socket.once('data', settle);
    for (const end of ['error', 'timeout', 'close']) socket.once(end, () => settle());
  });
}
