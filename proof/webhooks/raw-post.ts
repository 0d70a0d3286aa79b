/** POSTs of arbitrary header bytes, which no HTTP client would send. One at a time on a connection that stays open. */
import { connect, type Socket } from 'node:net';
import type { RawWebhook } from './mutants.js';

/** The other side closed without an answer. */
export class NoAnswer extends Error {}

const ANSWER_MS = 20_000;

export class RawPoster {
  private socket: Socket | undefined;

  /** @param url where to post: `http://127.0.0.1:3001/webhooks/messenger` */
  constructor(private readonly url: URL) {}

  /** Posts and answers the status. @throws NoAnswer */
  async post({ headers, body }: RawWebhook): Promise<number> {
    // Where a header holds a line end nobody knows where the request ends, nor whose the next answer is.
    const breaksLines = headers.some((pair) => pair.some((bytes) => bytes.includes(10) || bytes.includes(13)));
    const reused = this.socket !== undefined;
    try {
      return await this.exchange(headers, body);
    } catch (error) {
      // The connection may have been closed between two POSTs: that says nothing about this one.
      if (!(error instanceof NoAnswer) || !reused) throw error;
      return await this.exchange(headers, body);
    } finally {
      if (breaksLines) this.close();
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private exchange(headers: RawWebhook['headers'], body: Buffer): Promise<number> {
    const socket = (this.socket ??= connect(Number(this.url.port), this.url.hostname).setNoDelay(true));
    return new Promise((resolve, reject) => {
      let answer = '';
      const end = (closing: boolean): void => {
        clearTimeout(timer);
        socket.off('data', onData).off('close', onClose);
        if (closing) this.close();
      };
      const fail = (why: string): void => {
        end(true);
        reject(new NoAnswer(why));
      };
      const onData = (data: Buffer): void => {
        answer += data.toString('latin1');
        const read = readAnswer(answer);
        if (!read) return;
        end(read.closes);
        resolve(read.status);
      };
      const onClose = (): void => fail(`closed after ${JSON.stringify(answer.slice(0, 100))}`);
      const timer = setTimeout(() => fail('no answer in time'), ANSWER_MS);
      socket.on('data', onData).once('close', onClose);
      if (socket.listenerCount('error') === 0) socket.on('error', () => undefined);
      socket.write(Buffer.concat([this.head(headers, body.length), body]));
    });
  }

  private head(headers: RawWebhook['headers'], length: number): Buffer {
    const { pathname, host } = this.url;
    const own = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n`;
    const lines = headers.flatMap(([name, value]) => [name, Buffer.from(': '), value, Buffer.from('\r\n')]);
    return Buffer.concat([Buffer.from(own), ...lines, Buffer.from('\r\n')]);
  }
}

/** The status of a whole answer, and whether the connection ends with it; undefined: more is to come. */
function readAnswer(text: string): { status: number; closes: boolean } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end).toLowerCase();
  const status = Number(head.split(' ')[1]);
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const closes = head.includes('\r\nconnection: close') || length === undefined;
  if (!closes && text.length < end + 4 + Number(length)) return undefined;
  return { status, closes };
}
