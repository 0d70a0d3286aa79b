/** The rules of docs/decisions/0002 that can be shown on a real broker; the numbers are those of that list. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { chunkBed, copy, input, numbers, output } from '../../../tests/support/chunk-bed.js';
import { follow, until } from '../../../tests/support/real-servers.js';

const warnings: string[] = [];
const note = (warning: Error): void => void warnings.push(`${warning.name}: ${warning.message}`);
beforeAll(() => void process.on('warning', note));
afterAll(() => void process.off('warning', note));

describe('kafkajs, used with care', () => {
  it('4: work longer than a session, in chunks with heartbeats, is done once and the member stays', async () => {
    const bed = await chunkBed();
    const ns = Array.from({ length: 40 }, (_, i) => i);
    await bed.put(...ns);
    let chunks = 0;
    const slow = await bed.consume(
      async (chunk, tx) => {
        chunks += 1;
        await wait(200); // 40 chunks of 200 ms: 8 s, longer than the session of 6 s
        await copy(chunk, tx);
      },
      { chunkSize: 1 },
    );
    await until('all forty', async () => (await bed.rows()).length >= 40, 30_000);
    expect(await bed.rows()).toEqual(ns);
    expect(chunks).toBe(40);
    expect(slow.fault()).toBeUndefined();
  });

  it('6, 7: a thousand sends at once arrive, each once, in the order of each key', async () => {
    const bed = await chunkBed(3);
    const out = await follow(bed.client, output);
    const send = (key: string, n: number): Promise<void> =>
      bed.client.producer.send([{ topic: bed.client.topic(output), key, value: JSON.stringify({ n }), headers: {} }]);
    await Promise.all(Array.from({ length: 1000 }, (_, n) => send(`k${n % 7}`, n)));
    await until('all thousand', () => out.length >= 1000);
    expect(numbers(out)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    for (let k = 0; k < 7; k++) {
      const mine = out.filter((r) => r.key === `k${k}`).map((r) => (JSON.parse(r.value ?? '') as { n: number }).n);
      expect(mine).toEqual([...mine].sort((a, b) => a - b));
    }
  });

  it('13: a slow topic delays no other topic of the same service', async () => {
    const slow = await chunkBed();
    const quick = await chunkBed();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await slow.consume(() => gate);
    await quick.consume(copy);
    await slow.put(1);
    await quick.put(2);
    await until('the quick one', async () => (await quick.rows()).length === 1);
    expect((await slow.dataSource.query('SELECT 1 FROM seen')) as unknown[]).toEqual([]);
    release();
  });

  it('18: keys go where the Java client sends them (murmur2 vectors of Kafka’s own tests)', async () => {
    const bed = await chunkBed(7);
    const vectors: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    const seen = await follow(bed.client, input);
    await bed.client.producer.send(
      vectors.map(([key]) => ({ topic: bed.client.topic(input), key, value: '{"n":1}', headers: {} })),
    );
    // At least once: some partitions of a topic just made have no leader yet, and then the whole request goes again.
    await until('all', () => vectors.every(([key]) => seen.some((r) => r.key === key)));
    const hashes = new Map(vectors);
    for (const { key, partition } of seen)
      expect([key, partition]).toEqual([key, ((hashes.get(key ?? '') ?? 0) & 0x7fffffff) % 7]);
  });

  it('15, 16: a partition that does not move and a consumer that does not fetch are seen, and seen to be well again', async () => {
    const bed = await chunkBed();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const consumer = await bed.consume(
      async (chunk, tx) => {
        await gate;
        await copy(chunk, tx);
      },
      { stallAfterMs: 1000 },
    );
    await bed.put(1);
    await until('silent', () => consumer.silent());
    await until('stuck', () => consumer.fault()?.includes('does not move'));
    release();
    await until('well again', async () => {
      return (await bed.rows()).length === 1 && !consumer.silent() && consumer.fault() === undefined;
    });
  });

  it('11: no timer or other warning was raised meanwhile', () => {
    expect(warnings).toEqual([]);
  });
});
