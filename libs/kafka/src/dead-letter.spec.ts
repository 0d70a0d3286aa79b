import { describe, expect, it } from '@jest/globals';
import type { ChunkRecord } from './chunk.js';
import { firstWrittenAt, REPLAY_FOR, REPLAY_TIME, shortReason, toDeadLetter } from './dead-letter.js';
import type { KafkaClient } from './kafka-client.js';

const client = { topic: (t: { name: string }) => t.name, options: { service: 'ingestion' } } as unknown as KafkaClient;
const record = (value: string, headers: Record<string, string> = {}, key = 'k'): ChunkRecord<unknown> => ({
  ...{ partition: 1, offset: 7n, timestamp: 5000, key, value: null, headers },
  raw: { key: Buffer.from(key), value: Buffer.from(value), headers },
});
const reason = { code: 'invalid_field', field: 'units', detail: 'must not be negative' };
const bytes = (r: ReturnType<typeof toDeadLetter>): number =>
  [r.key, r.value, ...Object.entries(r.headers).flat()].reduce((n: number, v) => n + Buffer.byteLength(v ?? ''), 0);

describe('a dead letter', () => {
  it('has the bytes, and says why, where from, and what kind of value stood there', () => {
    const letter = toDeadLetter(client, 'catalog', record('{"units":-3}', { h: 'x' }), reason, {
      source: 'aurora/erp',
    });
    expect(letter).toMatchObject({ topic: 'ingestion.dead-letters', value: Buffer.from('{"units":-3}') });
    expect(letter.headers).toMatchObject({
      ...{ h: 'x', dl_reason: 'invalid_field', dl_field: 'units', dl_shape: 'whole number below 0' },
      ...{ dl_topic: 'catalog', dl_partition: '1', dl_offset: '7', dl_source: 'aurora/erp', dl_timestamp: '5000' },
    });
    expect(letter.headers).not.toHaveProperty('dl_cut');
  });

  it.each<[string, ChunkRecord<unknown>]>([
    ['value', record(`{"units":${'9'.repeat(3_000_000)}}`)],
    ['header', record('{}', { ce_id: 'x'.repeat(2_000_000) })],
    ['name of a header', record('{}', { ['x'.repeat(2_000_000)]: 'x' })],
    ['key', record('{}', {}, 'k'.repeat(2_000_000))],
    ['number of headers', record('{}', Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`h${i}`, 'x'])))],
  ])('too large by its %s still fits into its topic, and says that it was cut', (_what, large) => {
    for (const seal of [undefined, (b: Buffer) => b.toString('base64')]) {
      const letter = toDeadLetter(client, 'catalog', large, shortReason({ ...reason, detail: 'd'.repeat(5000) }), {
        seal,
      });
      expect(bytes(letter)).toBeLessThan(1_000_000);
      expect(Number(letter.headers['dl_cut'])).toBeGreaterThan(1_000_000);
    }
  });
});

describe('the time at which a record was written first', () => {
  it('is its own, unless a replay says otherwise', () => {
    expect(firstWrittenAt(record('{}'))).toBe(5000);
    expect(firstWrittenAt(record('{}', { [REPLAY_FOR]: 'ingestion', [REPLAY_TIME]: '1000' }))).toBe(1000);
  });
  it.each([
    { [REPLAY_TIME]: '1000' },
    { [REPLAY_FOR]: 'ingestion', [REPLAY_TIME]: 'x' },
    { [REPLAY_FOR]: 'ingestion' },
  ])('is its own with %j', (headers) =>
    expect(firstWrittenAt(record('{}', headers as Record<string, string>))).toBe(5000),
  );
});
