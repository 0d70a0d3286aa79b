import { graphHeaders, graphPath } from '@beckon/messenger';
import type { SendRequest } from '@beckon/messenger';
import type { Clock } from '@beckon/service';
import { Pool, type Dispatcher } from 'undici';

/** What came of one POST. Times are milliseconds since the epoch. */
export type PostResult =
  | { readonly type: 'answered'; readonly status: number; readonly bodyText: string; readonly posted_at: number }
  /** Bytes may have left and no whole answer came. */
  | { readonly type: 'lost'; readonly posted_at: number }
  /** Provably not one byte was written. */
  | { readonly type: 'not_sent'; readonly why: 'late' | 'not_connected' };

/** One POST to make: to which Page, with which token, and until when (monotonic milliseconds) its first byte may leave. */
export interface Post {
  readonly page: string;
  readonly accessToken: string;
  readonly request: SendRequest;
  readonly deadline: number;
}

/** Longest answer that is read, in bytes. What is longer is no answer of the Send API. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * The Send API over one pool of HTTP/1.1 connections to the one configured host. Follows no redirect, retries nothing,
 * and knows for each POST whether a byte can have been written: undici tells a request's handler right before it writes
 * the first byte on a connected socket, and there the deadline is checked (against the monotonic clock).
 */
export class MessengerClient {
  private readonly pool: Pool;

  /** @param o.baseUrl e.g. `https://graph.facebook.com`; `o.timeoutMs` for the whole answer once the first byte left. */
  constructor(
    private readonly o: {
      readonly baseUrl: string;
      readonly version: string;
      readonly timeoutMs: number;
      readonly connections: number;
      readonly clock: Clock;
    },
  ) {
    this.pool = new Pool(new URL(o.baseUrl).origin, {
      connections: o.connections,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: 3000 },
      // Our own timer ends a POST; these two are a net below it.
      headersTimeout: o.timeoutMs + 5000,
      bodyTimeout: o.timeoutMs + 5000,
    });
  }

  /** Never rejects: every outcome is a result. */
  post(p: Post): Promise<PostResult> {
    const path = graphPath(this.o, p.page, 'messages');
    return new Promise((resolve) => {
      const flight = new Flight(p.deadline, this.o.timeoutMs, this.o.clock, resolve);
      try {
        this.pool.dispatch(
          {
            method: 'POST',
            path,
            headers: graphHeaders(p.accessToken),
            body: Buffer.from(JSON.stringify(p.request)),
          },
          flight,
        );
      } catch {
        flight.fail(); // refused by undici itself before anything was queued
      }
    });
  }

  /** Waits for what is under way, then closes the connections. */
  async close(): Promise<void> {
    await this.pool.close();
  }
}

/** One POST under way, from undici's point of view. */
class Flight implements Dispatcher.DispatchHandler {
  private postedAt: number | undefined;
  private late = false;
  private done = false;
  private timer: NodeJS.Timeout | undefined;
  private status = 0;
  private size = 0;
  private readonly parts: Buffer[] = [];

  constructor(
    private readonly deadline: number,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
    private readonly resolve: (result: PostResult) => void,
  ) {}

  /** Called synchronously right before the first byte is written; aborting here writes nothing. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.postedAt !== undefined) {
      controller.abort(new Error('a POST is written once')); // whatever made undici start again: never a second time
      return;
    }
    if (this.clock.monotonic() >= this.deadline) {
      this.late = true;
      controller.abort(new Error('its time passed before a connection was free'));
      return;
    }
    this.postedAt = this.clock.now();
    this.timer = setTimeout(() => controller.abort(new Error('no answer in time')), this.timeoutMs);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.status = statusCode;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > LONGEST_ANSWER) controller.abort(new Error('the answer is too long'));
    else this.parts.push(chunk);
  }

  onResponseEnd(): void {
    if (this.postedAt === undefined) return this.fail();
    const bodyText = Buffer.concat(this.parts).toString('utf8');
    this.finish({ type: 'answered', status: this.status, bodyText, posted_at: this.postedAt });
  }

  onResponseError(): void {
    this.fail();
  }

  /** Ends without an answer: lost if a byte may have left, else provably not sent. */
  fail(): void {
    if (this.postedAt !== undefined) this.finish({ type: 'lost', posted_at: this.postedAt });
    else this.finish({ type: 'not_sent', why: this.late ? 'late' : 'not_connected' });
  }

  private finish(result: PostResult): void {
    if (this.done) return;
    this.done = true;
    clearTimeout(this.timer);
    this.resolve(result);
  }
}
