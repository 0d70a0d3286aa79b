/** What a broken connection left behind does not reach the next one. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { KafkaJsConnection } from './fresh-connections.js';
import './kafka-client.js';

const load = createRequire(import.meta.url);
const Connection = load('kafkajs/src/network/connection.js') as new (options: unknown) => KafkaJsConnection & {
  disconnect(): Promise<unknown>;
  requestQueue: { fulfillRequest: (answer: { correlationId: number }) => void };
};
const createSocketFactory = load('kafkajs/src/network/socketFactory.js') as () => unknown;

const silent = { debug: () => undefined, error: () => undefined, warn: () => undefined, info: () => undefined };
const logger = { ...silent, namespace: () => silent };

/** An answer: its length, the number of its question, and some bytes. */
function answer(correlationId: number, size: number): Buffer {
  const frame = Buffer.alloc(4 + size);
  frame.writeInt32BE(size, 0);
  frame.writeInt32BE(correlationId, 4);
  return frame;
}

let server: Server;
const sockets: Socket[] = [];
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
    await wait(5);
  }
}

/** A connection that notes whom it has answers for. */
function connection(): { conn: InstanceType<typeof Connection>; answered: number[] } {
  const conn = new Connection({
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port, logger },
    ...{ socketFactory: createSocketFactory(), connectionTimeout: 20_000, requestTimeout: 20_000 },
  });
  const answered: number[] = [];
  conn.requestQueue.fulfillRequest = ({ correlationId }) => void answered.push(correlationId);
  return { conn, answered };
}

describe('a connection to a broker', () => {
  it.each([2, 6, 40])('that was cut %d bytes into an answer reads the answers of its next life', async (cut) => {
    const { conn, answered } = connection();
    await conn.connect();
    await until('the broker has it', () => sockets.length === 1);
    sockets[0]?.write(answer(1, 100).subarray(0, cut));
    await until('the half came', () => conn.bytesBuffered === cut);
    sockets[0]?.end();
    await until('it is closed', () => !conn.isConnected());

    await conn.connect();
    await until('the broker has the next', () => sockets.length === 2);
    sockets[1]?.write(Buffer.concat([answer(2, 20), answer(3, 60)]));
    await until('both answers', () => answered.length === 2);
    expect(answered).toEqual([2, 3]);
    await conn.disconnect();
  });

  it('hears nothing of the socket of its former life', async () => {
    const { conn, answered } = connection();
    await conn.connect();
    await until('the broker has it', () => sockets.length === 1);
    await conn.disconnect();
    await conn.connect();
    await until('the broker has the next', () => sockets.length === 2);
    await new Promise((resolve) => sockets[0]?.write(answer(1, 100).subarray(0, 10), resolve));
    sockets[1]?.write(answer(2, 20));
    await until('an answer', () => answered.length > 0);
    expect(answered).toEqual([2]);
    await conn.disconnect();
  });
});
