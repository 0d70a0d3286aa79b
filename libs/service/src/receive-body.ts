/**
 * Takes the bytes of a webhook off the wire, before anybody knows who sends them. So everything is bounded: how large a
 * body may be (413 as soon as that is known, not when all of it was read), how long it may take, what all connections
 * hold together, and how many there are. A compressed body is refused (415): the signature covers the bytes on the wire,
 * and a few kilobytes could unpack to gigabytes.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The bounds. */
export interface BodyBounds {
  /** Largest body, in bytes. */
  readonly maxBytes: number;
  /** Within how many milliseconds it has to be there. */
  readonly withinMs: number;
  /** Bytes of bodies under way, over all connections. */
  readonly maxHeldBytes: number;
}

/** Why a body was not taken. */
export type BodyRefusal = 'too_large' | 'encoded' | 'slow' | 'crowded';

type Request = IncomingMessage & { body?: unknown };
type Refusal = readonly [status: number, outcome: BodyRefusal];

const TOO_LARGE: Refusal = [413, 'too_large'];
const ENCODED: Refusal = [415, 'encoded'];
const SLOW: Refusal = [408, 'slow'];
const CROWDED: Refusal = [503, 'crowded'];

/** What a chunk takes in memory beside its bytes, about: many tiny ones must not slip below the bound. */
const CHUNK_BYTES = 200;
/** A refused sender may still be writing; closing at once would reset the connection before it has read the answer. */
const LINGER_MS = 1000;

/** Middleware that puts the whole body, a Buffer, on `request.body`, or refuses and never calls on. */
export class ReceiveBody {
  private held = 0;

  /** @param onRefused counts what was refused */
  constructor(
    private readonly bounds: BodyBounds,
    private readonly onRefused: (outcome: BodyRefusal) => void,
  ) {}

  readonly middleware = (request: Request, response: ServerResponse, next: () => void): void => {
    if (request.method !== 'POST') return next();
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return this.refuse(request, response, ENCODED);
    if (Number(request.headers['content-length'] ?? 0) > this.bounds.maxBytes)
      return this.refuse(request, response, TOO_LARGE);
    this.receive(request, response, next);
  };

  private receive(request: Request, response: ServerResponse, next: () => void): void {
    const chunks: Buffer[] = [];
    let [size, holding] = [0, 0];
    const timer = setTimeout(() => fail(SLOW), this.bounds.withinMs);
    const end = (): void => {
      clearTimeout(timer);
      this.held -= holding;
      holding = 0;
      request.removeListener('data', onData).removeListener('end', onEnd).removeListener('close', end);
    };
    const fail = (refusal: Refusal): void => {
      end();
      this.refuse(request, response, refusal);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      holding += chunk.length + CHUNK_BYTES;
      this.held += chunk.length + CHUNK_BYTES;
      if (size > this.bounds.maxBytes) return fail(TOO_LARGE);
      if (this.held > this.bounds.maxHeldBytes) return fail(CROWDED);
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      end();
      request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      next();
    };
    // A sender that hangs up closes without an end: nothing is answered, and nothing stays behind.
    request.on('data', onData).once('end', onEnd).once('close', end);
    request.on('error', () => undefined);
  }

  private refuse(request: IncomingMessage, response: ServerResponse, [status, outcome]: Refusal): void {
    this.onRefused(outcome);
    refuse(request, response, status);
  }
}

/** Answers at once, throws away what still comes for a moment, then closes the connection. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close', 'content-length': 0 });
  response.flushHeaders();
  const close = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(close, LINGER_MS);
  request.once('end', close).once('close', close).resume();
}

/**
 * Bounds what connections cost before a request of theirs is known: how many there are, and how long the head of the
 * first request may take (milliseconds). Heads of later requests, and whole requests, are bounded by Node itself, which
 * looks every 30 seconds.
 */
export function guardConnections(server: Server, o: { readonly most: number; readonly headWithinMs: number }): void {
  server.maxConnections = o.most;
  server.headersTimeout = o.headWithinMs;
  server.requestTimeout = 2 * o.headWithinMs;
  server.on('connection', (socket) => {
    const timer = setTimeout(() => socket.destroy(), o.headWithinMs);
    const done = (): void => clearTimeout(timer);
    socket.once('close', done);
    firstRequests.set(socket, done);
  });
  server.on('request', ({ socket }: IncomingMessage) => firstRequests.get(socket)?.());
}

/** How to tell the guard that a connection's first request is here. */
const firstRequests = new WeakMap<object, () => void>();
