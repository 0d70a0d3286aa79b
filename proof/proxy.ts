/**
 * A TCP proxy that breaks connections in the ways networks do. With several targets it also shares connections out, as a
 * load balancer would, and goes on to the next when one refuses.
 *
 * A fault begins with `inject` and ends with the call that it returns. What a network holds back arrives later (TCP
 * sends it again), so latency and black holes delay and lose nothing; what was promised to a connection that is half
 * open never arrives, so those connections are broken when the fault ends.
 */
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Where connections lead. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Ways to break. Times in milliseconds. */
export type ProxyFault =
  /** Everything arrives so much later, in both directions. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The far side is gone and nobody says so: what is sent disappears, nothing comes back, nothing is closed. */
  | { readonly kind: 'half_open' }
  /** Each connection ends after so many more bytes, in the middle of whatever they were. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** All connections are reset, now and as they come. */
  | { readonly kind: 'reset' }
  /** All connections are reset, and nobody listens: who comes is refused. */
  | { readonly kind: 'refuse' }
  /** One direction is silent: what is sent that way arrives when the fault is over. */
  | { readonly kind: 'black_hole'; readonly towards: 'server' | 'client' };

interface Pair {
  readonly client: Socket;
  server: Socket | undefined;
  /** Bytes that may still pass; undefined: any number. */
  budget: number | undefined;
  /** The far side was let go without a word. */
  orphaned: boolean;
  /** What is still under way in each direction. */
  readonly lines: (() => Promise<void>)[];
}

/** Bytes that may wait in one direction before its sender is asked to pause. */
const MOST_WAITING = 4 * 1024 * 1024;

export class FaultyProxy {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private fault: ProxyFault | undefined;
  private turn = 0;
  private readonly released: (() => void)[] = [];
  private ownPort = 0;
  private closing = false;
  private readonly listeners: (() => void)[] = [];

  private constructor(private targets: readonly Target[]) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client));
  }

  /** Listens on 127.0.0.1. @param port 0: any free one */
  static async listen(targets: readonly Target[], port = 0): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(targets);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject);
      proxy.server.listen({ host: '127.0.0.1', port }, resolve);
    });
    proxy.ownPort = (proxy.server.address() as AddressInfo).port;
    return proxy;
  }

  get port(): number {
    return this.ownPort;
  }

  /** Tells every connection that a client opens, whatever becomes of it. Those that are refused are not seen. */
  onOpened(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Connections that are open on the client's side. */
  get open(): number {
    return this.pairs.size;
  }

  /** From now on connections lead here. */
  lead(targets: readonly Target[]): void {
    this.targets = targets;
  }

  /** Begins a fault in place of any other; the answer ends it. */
  inject(fault: ProxyFault): () => void {
    this.heal();
    this.fault = fault;
    if (fault.kind === 'refuse') this.server.close();
    for (const pair of [...this.pairs]) this.strike(pair, fault);
    return () => {
      if (this.fault === fault) this.heal();
    };
  }

  /** Breaks all connections and listens no longer. */
  async close(): Promise<void> {
    this.closing = true;
    this.heal();
    for (const pair of [...this.pairs]) this.drop(pair, 'destroy');
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private heal(): void {
    this.fault = undefined;
    if (!this.server.listening && !this.closing) this.server.listen({ host: '127.0.0.1', port: this.ownPort });
    for (const pair of [...this.pairs]) {
      pair.budget = undefined;
      if (pair.orphaned) this.drop(pair, 'reset');
    }
    for (const release of this.released.splice(0)) release();
  }

  private strike(pair: Pair, fault: ProxyFault): void {
    if (fault.kind === 'reset' || fault.kind === 'refuse') this.drop(pair, 'reset');
    else if (fault.kind === 'cut') pair.budget = fault.afterBytes;
    else if (fault.kind === 'half_open') {
      pair.orphaned = true;
      pair.server?.destroy();
    }
  }

  private accept(client: Socket): void {
    const pair: Pair = { client, server: undefined, budget: undefined, orphaned: false, lines: [] };
    this.pairs.add(pair);
    for (const tell of this.listeners) tell();
    client.on('error', () => undefined);
    // What was sent before the close still arrives, also when a black hole holds it: the network owes it to nobody's life.
    client.once(
      'close',
      () => void Promise.all(pair.lines.map((line) => line())).then(() => this.drop(pair, 'destroy')),
    );
    if (this.fault) this.strike(pair, this.fault);
    if (pair.orphaned) client.resume();
    else if (this.pairs.has(pair)) this.connect(pair, this.targets.length);
  }

  /** Connects to the next target in turn, and to the one after it when that refuses. */
  private connect(pair: Pair, tries: number): void {
    const target = this.targets[this.turn++ % this.targets.length];
    if (tries === 0 || !target) return this.drop(pair, 'reset');
    const server = createConnection({ ...target, noDelay: true, allowHalfOpen: true });
    pair.server = server;
    let connected = false;
    server.once('connect', () => {
      connected = true;
      this.carry(pair, pair.client, server, 'server');
      this.carry(pair, server, pair.client, 'client');
    });
    server.once('error', () => {
      if (!connected && this.pairs.has(pair) && !pair.orphaned) this.connect(pair, tries - 1);
    });
    server.once('close', (hadError) => {
      if (!connected || pair.orphaned) return;
      this.drop(pair, hadError ? 'reset' : 'destroy');
    });
  }

  /** Passes bytes on, one chunk after the other, with whatever the fault of the moment does to them. */
  private carry(pair: Pair, from: Socket, to: Socket, towards: 'server' | 'client'): void {
    let waiting = 0;
    let line = Promise.resolve();
    pair.lines.push(() => line);
    const pass = (chunk: Buffer): void => {
      waiting += chunk.length;
      if (waiting > MOST_WAITING) from.pause();
      const due = this.fault?.kind === 'latency' ? performance.now() + this.fault.ms : 0;
      line = line
        .then(() => this.hold(due, towards))
        .then(() => {
          waiting -= chunk.length;
          if (waiting <= MOST_WAITING) from.resume();
          if (!pair.orphaned) this.write(pair, to, chunk);
        });
    };
    from.on('data', pass);
    from.once('end', () => {
      void line
        .then(() => this.hold(0, towards))
        .then(() => {
          if (!pair.orphaned && to.writable) to.end();
        });
    });
  }

  private async hold(due: number, towards: 'server' | 'client'): Promise<void> {
    const late = due - performance.now();
    if (late > 0) await new Promise((resolve) => setTimeout(resolve, late));
    while (this.fault?.kind === 'black_hole' && this.fault.towards === towards)
      await new Promise<void>((resolve) => this.released.push(resolve));
  }

  private write(pair: Pair, to: Socket, chunk: Buffer): void {
    if (!to.writable) return;
    if (pair.budget === undefined) {
      to.write(chunk);
      return;
    }
    const part = chunk.subarray(0, pair.budget);
    pair.budget -= part.length;
    to.write(part, () => {
      if (pair.budget === 0) this.drop(pair, 'destroy');
    });
  }

  private drop(pair: Pair, how: 'reset' | 'destroy'): void {
    if (!this.pairs.delete(pair)) return;
    for (const socket of [pair.client, pair.server]) {
      if (how === 'reset' && socket && !socket.destroyed) socket.resetAndDestroy();
      else socket?.destroy();
    }
  }
}
