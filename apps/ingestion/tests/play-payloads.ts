/**
 * The cases of an adapter are files: `tests/payloads/<platform>/<case>.json` holds a record as the platform writes it and
 * what the adapter must make of it. An expectation names what matters to its case: fields it leaves out are not compared,
 * but the number of updates is, and `null` in place of a facet says that there must be none.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord } from '../src/domain/offer-update.js';

/** One payload file. */
export interface PayloadCase {
  /** What the case is there for, in a sentence. */
  readonly about: string;
  readonly record: {
    readonly headers?: Record<string, string>;
    readonly key?: unknown;
    /** JSON as the platform sends it; a string is taken as the very bytes; null is a tombstone. */
    readonly value: unknown;
    /** When the record came into the log (RFC 3339); without it the time of all cases. */
    readonly at?: string;
  };
  readonly context?: Partial<AdapterContext>;
  readonly updates?: readonly Record<string, unknown>[];
  readonly wanted?: readonly unknown[];
  /** The field that the fault must name. */
  readonly fault?: string;
}

const root = new URL('./payloads/', import.meta.url);

/** The time at which the records of all cases came into the log, milliseconds since the epoch. */
export const RECORD_AT = Date.parse('2026-11-23T12:00:00Z');

/** The cases of a platform by their files' names. */
export function payloadCases(platform: string): [name: string, c: PayloadCase][] {
  const folder = new URL(`${platform}/`, root);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as PayloadCase,
    ]);
}

/** A case's record as an adapter gets it. */
export function recordOf({ record }: PayloadCase): NativeRecord {
  const { value, headers = {}, at } = record;
  const bytes = value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return { value: bytes, headers, timestamp: at === undefined ? RECORD_AT : Date.parse(at) };
}

/** What the adapter makes of a case. */
export const read = (adapter: Adapter, c: PayloadCase): AdapterResult =>
  adapter(recordOf(c), { currency: 'EUR', ...c.context });

/** One test for each payload file of the platform, and one for the sample on its page of the docs, read in `context`. */
export function playPayloads(platform: string, adapter: Adapter, context: Partial<AdapterContext> = {}): void {
  test.each(payloadCases(platform))(`${platform}: %s`, (_name, c) => {
    const result = read(adapter, c);
    if (c.fault !== undefined) {
      expect(result).toMatchObject({ ok: false, fault: { field: c.fault } });
      if (!result.ok) expect(result.fault.detail).not.toBe('');
      return;
    }
    const { updates, wanted } = result.ok ? result : { updates: result, wanted: undefined };
    expect(updates).toHaveLength(c.updates?.length ?? 0);
    expect(updates).toMatchObject((c.updates ?? []).map(withoutNulls));
    for (const [i, expected] of (c.updates ?? []).entries())
      for (const facet of FACETS)
        if (expected[facet] === null) expect(result.ok && result.updates[i]?.[facet]).toBeUndefined();
    expect(wanted ?? []).toEqual(c.wanted ?? []);
  });

  test(`${platform}: the sample in docs/sources/${platform}.md is read`, () => {
    const page = readFileSync(new URL(`../../../docs/sources/${platform}.md`, import.meta.url), 'utf8');
    const sample = /^```json record\n([\s\S]*?)^```/m.exec(page)?.[1] ?? 'null';
    const result = read(adapter, { about: 'sample', record: JSON.parse(sample) as PayloadCase['record'], context });
    expect(result.ok ? result.updates.length + (result.wanted?.length ?? 0) : result).toBeGreaterThan(0);
  });
}

/** What a platform should never send, and what somebody may. */
const hostile: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e300,
  '',
  'NaN',
  '-1.00',
  '9'.repeat(5_000),
  'a\0b',
  '\ud800',
  '+099999-01-01T00:00:00Z',
  [],
  {},
  [[[[[[]]]]]],
  JSON.parse('{"__proto__": {"sku": "x"}, "constructor": 1}'),
];

/** Everything in a payload that a hostile value may stand in place of. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/**
 * Hostile values anywhere in a platform's payloads and headers: the adapter names a field, or what it answers can be
 * folded and stored. It never throws.
 */
export function survivesHostileValues(platform: string, adapter: Adapter): void {
  test(`${platform}: hostile values anywhere`, () => {
    const cases = payloadCases(platform).map(([, c]) => c);
    const spoilt = fc.constantFrom(...cases).chain((c) =>
      fc
        .tuple(fc.constantFrom(...places(c.record.value)), fc.constantFrom(...hostile), fc.boolean())
        .map(([path, by, inHeader]): PayloadCase => {
          const { record } = c;
          const names = Object.keys(record.headers ?? {});
          const header = names[path.length % Math.max(1, names.length)];
          if (inHeader && header !== undefined && typeof by === 'string')
            return { ...c, record: { ...record, headers: { ...record.headers, [header]: by } } };
          return { ...c, record: { ...record, value: replaced(record.value, path, by) } };
        }),
    );
    fc.assert(
      fc.property(spoilt, (c) => canBeFolded(read(adapter, c))),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.uint8Array({ maxLength: 60 }), (c, bytes) => {
        const { headers = {} } = c.record;
        const record = { headers, value: Buffer.from(bytes), timestamp: RECORD_AT };
        canBeFolded(adapter(record, { currency: 'EUR', ...c.context }));
      }),
    );
  });
}

/** What every later step takes for granted. */
function canBeFolded(result: AdapterResult): void {
  if (!result.ok) {
    expect(result.fault.field).not.toBe('');
    expect(result.fault.detail).not.toBe('');
    return;
  }
  for (const update of result.updates) {
    const { item, eventId, sourceAt, teaches = [], listing, stock, price } = update;
    const names = ['sku' in item ? item.sku : item.ref, eventId, ...teaches, listing?.product ?? 'x'];
    for (const name of [...names, stock?.location ?? 'x']) {
      expect(name).not.toBe('');
      expect(name.length).toBeLessThanOrEqual(300);
    }
    const texts = [
      ...names,
      listing?.title ?? '',
      listing?.url ?? '',
      listing?.image ?? '',
      ...(listing?.options ?? []),
    ];
    for (const written of texts) expect(written).not.toMatch(/[\p{Surrogate}\0]/u);
    for (const { value } of [listing, stock, price].flatMap((facet) => (facet ? [facet.version] : [])))
      expect(Number.isSafeInteger(value) && value >= 0).toBe(true);
    expect(Number.isSafeInteger(sourceAt) && sourceAt >= 0).toBe(true);
    for (const units of [stock?.units, stock?.previous])
      expect(units == null || (Number.isSafeInteger(units) && units >= 0)).toBe(true);
    for (const money of [price?.price, price?.previous])
      expect(money === undefined || (Number.isSafeInteger(money.amount) && money.amount >= 0)).toBe(true);
  }
}

const FACETS = ['listing', 'stock', 'price', 'teaches'] as const;

/** JSON cannot say `undefined`: in place of a facet, `null` says that there is none. */
const withoutNulls = (update: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(update).filter(([, value]) => value !== null));
