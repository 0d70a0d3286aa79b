/** The proxy breaks connections as it says, and only as long as it says. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultyProxy } from './proxy.js';

let servers: Server[] = [];
let sockets: Socket[] = [];
let proxy: FaultyProxy;

/** Answers `<name>:<what it got>`; the list of what it got grows. */
async function echo(name: string): Promise<{ port: number; got: string[]; open: () => number }> {
  const got: string[] = [];
  let open = 0;
  const server = createServer((socket) => {
    open += 1;
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => (open -= 1));
    socket.on('data', (data) => {
      got.push(data.toString());
      socket.write(`${name}:${data.toString()}`);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, got, open: () => open };
}

/** A client of the proxy that keeps what it hears and how it ended. */
function client(): { socket: Socket; heard: () => string; ended: () => string | undefined } {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  sockets.push(socket);
  let heard = '';
  let ended: string | undefined;
  socket.on('data', (data) => (heard += data.toString()));
  socket.on('error', (error: NodeJS.ErrnoException) => (ended = error.code));
  socket.on('close', () => (ended ??= 'closed'));
  return { socket, heard: () => heard, ended: () => ended };
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

let far: Awaited<ReturnType<typeof echo>>;
beforeEach(async () => {
  far = await echo('a');
  proxy = await FaultyProxy.listen([{ host: '127.0.0.1', port: far.port }]);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await proxy.close();
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))));
  servers = [];
  sockets = [];
});

describe('the proxy', () => {
  it('carries bytes both ways and passes a close on', async () => {
    const c = client();
    c.socket.write('hi');
    await until('an answer', () => c.heard() === 'a:hi');
    c.socket.end();
    await until('the far side hears of it', () => far.open() === 0);
  });

  it('shares connections out, and goes on to the next target when one refuses', async () => {
    const b = await echo('b');
    proxy.lead([far, b].map(({ port }) => ({ host: '127.0.0.1', port })));
    const both = [client(), client()];
    for (const c of both) c.socket.write('x');
    await until('two answers', () => both.every((c) => c.heard() !== ''));
    expect(both.map((c) => c.heard()).sort()).toEqual(['a:x', 'b:x']);
    const gone = servers[0] as Server;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => gone.close(resolve));
    for (let i = 0; i < 3; i++) {
      const c = client();
      c.socket.write('y');
      await until('an answer of the other', () => c.heard() === 'b:y');
    }
  });

  it('latency: everything arrives, so much later', async () => {
    const c = client();
    proxy.inject({ kind: 'latency', ms: 150 });
    const begun = performance.now();
    c.socket.write('late');
    await until('an answer', () => c.heard() === 'a:late');
    expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
  });

  it('half open: nothing arrives and nobody says so, until the fault ends and the connection breaks', async () => {
    const c = client();
    c.socket.write('1');
    await until('an answer', () => c.heard() === 'a:1');
    const end = proxy.inject({ kind: 'half_open' });
    await until('the far side is let go', () => far.open() === 0);
    c.socket.write('2');
    const late = client();
    late.socket.write('3');
    await until('the late one is accepted', () => proxy.open === 2);
    expect([c.ended(), late.ended(), far.got]).toEqual([undefined, undefined, ['1']]);
    end();
    await until('both are broken', () => c.ended() !== undefined && late.ended() !== undefined);
    expect(far.got).toEqual(['1']);
    const next = client();
    next.socket.write('4');
    await until('an answer', () => next.heard() === 'a:4');
  });

  it('cut: the connection ends in the middle of what is said', async () => {
    const c = client();
    c.socket.write('1');
    await until('an answer', () => c.heard() === 'a:1');
    const end = proxy.inject({ kind: 'cut', afterBytes: 5 });
    c.socket.write('hello world');
    await until('it ends', () => c.ended() !== undefined);
    await until('five bytes came', () => far.got.join('') === '1hello');
    expect(c.heard()).toBe('a:1');
    end();
    const next = client();
    next.socket.write('2');
    await until('an answer', () => next.heard() === 'a:2');
  });

  it('reset: connections break now and as they come', async () => {
    const c = client();
    c.socket.write('1');
    await until('an answer', () => c.heard() === 'a:1');
    const end = proxy.inject({ kind: 'reset' });
    const late = client();
    await until('both are reset', () => c.ended() !== undefined && late.ended() !== undefined);
    expect(c.ended()).toBe('ECONNRESET');
    end();
    const next = client();
    next.socket.write('2');
    await until('an answer', () => next.heard() === 'a:2');
  });

  it.each(['server', 'client'] as const)(
    'black hole towards the %s: held back, and there when it ends',
    async (side) => {
      const c = client();
      c.socket.write('1');
      await until('an answer', () => c.heard() === 'a:1');
      const end = proxy.inject({ kind: 'black_hole', towards: side });
      c.socket.write('2');
      if (side === 'client') await until('the far side hears', () => far.got.join('') === '12');
      else {
        const other = client();
        other.socket.write('3');
        await until('the other is accepted', () => proxy.open === 2);
        expect(far.got.join('')).toBe('1');
      }
      expect(c.heard()).toBe('a:1');
      end();
      await until('all arrives', () => c.heard() === 'a:1a:2');
    },
  );

  it('black hole: what a client had sent before its end arrives after all', async () => {
    const c = client();
    c.socket.write('1');
    await until('an answer', () => c.heard() === 'a:1');
    const end = proxy.inject({ kind: 'black_hole', towards: 'server' });
    await new Promise((resolve) => c.socket.write('2', resolve));
    c.socket.destroy();
    const other = client();
    await until('the other is accepted', () => proxy.open === 2);
    other.socket.write('3');
    expect(far.got.join('')).toBe('1');
    end();
    await until('both arrive', () => [...far.got].sort().join('') === '123');
  });

  it('one fault takes the place of another; ending the first then means nothing', async () => {
    const first = proxy.inject({ kind: 'black_hole', towards: 'server' });
    const second = proxy.inject({ kind: 'black_hole', towards: 'client' });
    first();
    const c = client();
    c.socket.write('1');
    await until('it arrives', () => far.got.join('') === '1');
    expect(c.heard()).toBe('');
    second();
    await until('the answer', () => c.heard() === 'a:1');
  });

  it('refuses: nobody listens until it is over; those who come are told before and after', async () => {
    let opened = 0;
    proxy.onOpened(() => (opened += 1));
    const before = client();
    before.socket.write('1');
    await until('an answer', () => before.heard() === 'a:1');
    const end = proxy.inject({ kind: 'refuse' });
    await until('a reset', () => before.ended() === 'ECONNRESET');
    const during = client();
    await until('a refusal', () => during.ended() === 'ECONNREFUSED');
    end();
    await until('an answer again', () => {
      const after = client();
      after.socket.write('2');
      return far.got.includes('2');
    });
    expect(opened).toBeGreaterThanOrEqual(2);
  });
});
