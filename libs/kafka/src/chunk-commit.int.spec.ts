import { describe, expect, it } from '@jest/globals';
import { chunkBed, copy, input, numbers, output, type ChunkBed, type Value } from '../../../tests/support/chunk-bed.js';
import { follow, testLog, until } from '../../../tests/support/real-servers.js';
import { ChunkCommit, laneOf, type Piece } from './chunk-commit.js';
import type { ChunkHandler } from './chunk.js';
import { ConsumedStore } from './consumed-store.js';
import { toRecord } from './decode.js';
import type { Emitter } from './emitter.js';
import { assigned } from './partition-state.js';

const source = 'beckon';

/** A commit of its own, without a consumer; pieces are handed to it. */
function commitOf(b: ChunkBed, handler: ChunkHandler<Value>, emitter: Emitter = b.emitter): ChunkCommit<Value> {
  const topic = b.client.topic(input);
  const { client, dataSource } = b;
  const o = { client, dataSource, emitter, group: 'none', topic, source, decode: input, handler, log: testLog() };
  return new ChunkCommit(o, 500);
}

/** One record of a partition whose first offset is 0; its number is ten times the partition. */
async function piece(b: ChunkBed, partition: number): Promise<Piece> {
  const topic = b.client.topic(input);
  await new ConsumedStore(b.dataSource).begin({ source, topic, partition }, 0n);
  const value = Buffer.from(JSON.stringify({ n: partition * 10 }));
  return {
    state: assigned(partition, 0),
    records: [toRecord(partition, { offset: '0', timestamp: '1790000000000', key: Buffer.from('k'), value })],
  };
}

const pieces = (b: ChunkBed, ...partitions: number[]): Promise<Piece[]> =>
  Promise.all(partitions.map((partition) => piece(b, partition)));

describe('pieces of several partitions', () => {
  it('share the next transaction when they arrive while one is committing; each partition moves on', async () => {
    const b = await chunkBed();
    const calls: number[][] = [];
    const commit = commitOf(b, async (chunk, tx) => {
      calls.push(chunk.records.map((r) => r.partition));
      await copy(chunk, tx);
    });
    const list = await pieces(b, 0, 1, 2);
    await Promise.all(list.map((one) => commit.join(one)));
    expect(calls).toEqual([[0], [1, 2]]);
    expect(await b.rows()).toEqual([0, 10, 20]);
    expect(list.map(({ state }) => [state.position, state.settledPosition])).toEqual([
      [1n, 1n],
      [1n, 1n],
      [1n, 1n],
    ]);
  });

  it('a faulty one fails alone, with nothing of it committed', async () => {
    const b = await chunkBed();
    const commit = commitOf(b, async (chunk, tx) => {
      await copy(chunk, tx);
      if (chunk.records.some((r) => r.partition === 1)) throw new Error('not today');
    });
    const list = await pieces(b, 0, 1, 2);
    const results = await Promise.allSettled(list.map((one) => commit.join(one)));
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await b.rows()).toEqual([0, 20]);
    expect(list.map(({ state }) => state.position)).toEqual([1n, 0n, 1n]);
  });

  it('one that another consumer moved is fenced alone', async () => {
    const b = await chunkBed();
    const commit = commitOf(b, copy);
    const list = await pieces(b, 0, 1, 2);
    await b.dataSource.query('UPDATE consumed SET next_offset = 5 WHERE partition = 1');
    const results = await Promise.allSettled(list.map((one) => commit.join(one)));
    expect(results.map((r) => (r.status === 'rejected' ? (r.reason as Error).name : 'done'))).toEqual([
      'done',
      'Fenced',
      'done',
    ]);
    expect(await b.rows()).toEqual([0, 20]);
  });

  it('what they emitted and a crash kept back is left for the heir of any of them', async () => {
    const b = await chunkBed();
    const out = await follow(b.client, output);
    const stuck = { ...b.emitter, deliver: () => new Promise<void>(() => undefined) } as unknown as Emitter;
    const commit = commitOf(b, copy, stuck);
    for (const one of await pieces(b, 0, 1, 2)) void commit.join(one);
    await until('all is committed', async () => (await b.rows()).length === 3);
    await b.emitter.drainLane(laneOf({ source, topic: b.client.topic(input), partition: 2 }));
    const admin = b.client.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(b.client.topic(output));
    await admin.disconnect();
    // Acknowledged when the drain is over: the two that shared.
    expect(ends.reduce((sum, { high }) => sum + Number(high), 0)).toBe(2);
    await until('the two that shared', () => out.length === 2);
    expect(numbers(out)).toEqual([10, 20]);
  });
});
