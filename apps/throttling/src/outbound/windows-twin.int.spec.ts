/** The scripts decide exactly as their pure twin: the same verdicts, and the same entries left behind. */
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { cleanUp, ownNames, servers } from '../../../../tests/support/real-servers.js';
import * as pure from '../domain/windows.js';
import { RedisWindows, type OpenShard, type Placing } from './redis-windows.js';

const DECISIONS = 25_000;
const SHOPPERS = 80;
/** Virtual times are multiples of this, so that no key expires in the server's time before it does in ours. */
const BEAT = 100_000;
const HORIZON = 200 * BEAT;

/** mulberry32: a seeded source of chance, so that a difference can be found again. */
function chance(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('the scripts in Redis and their twin', () => {
  it(`agree in ${DECISIONS} random decisions`, async () => {
    const seed = Number(process.env['TWIN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const random = chance(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const redis = new Redis(servers().redisUrl);
    cleanUp(() => redis.disconnect());
    const prefix = ownNames().redisPrefix;
    let now = 17_900_000 * BEAT;
    const windows = new RedisWindows(redis, prefix, () => now);
    const at: OpenShard = { shard: 7, epoch: 3, horizon: HORIZON };
    await windows.open(at.shard, at.epoch);
    const twin = new Map<string, readonly pure.Entry[]>();

    const scopes = ['shopper', 'shopper_kind', 'shopper_sku'] as const;
    const policies = Array.from({ length: 12 }, () =>
      Array.from({ length: 1 + below(3) }, (): pure.Window => ({
        scope: scopes[below(3)]!,
        limit: 1 + below(4),
        period: 1 + below(HORIZON),
        reason: 'over_limit',
      })),
    );
    const someone = (): Placing => ({
      shopper: `shp_${below(SHOPPERS)}`,
      alert: (below(400) + 1).toString(16).padStart(16, '0'),
      no: 1 + below(3),
      kind: 1 + below(3),
      sku: [1, 2, 0xffffffff][below(3)]!,
      windows: policies[below(policies.length)]!,
    });

    const takenPlace = <R extends { shopper: string }>(request: R): R => {
      const taken = (twin.get(request.shopper) ?? []).filter((e) => e.state === 'reserved');
      const entry = taken[below(Math.max(1, taken.length))];
      return entry ? { ...request, alert: entry.alert, no: entry.no, kind: entry.kind, sku: entry.sku } : request;
    };

    let decided = 0;
    const verdicts: Record<string, number> = { allow: 0, hold: 0, blocked: 0 };
    let settled = 0;
    const differences: unknown[] = [];
    const compare = (what: string, theirs: unknown, ours: unknown): void => {
      if (JSON.stringify(theirs) !== JSON.stringify(ours)) differences.push({ what, theirs, ours });
    };
    while (decided < DECISIONS && differences.length === 0) {
      // Mostly forward, sometimes back: clocks of servers differ.
      now += BEAT * (below(20) === 0 ? -below(5) : below(40));
      const chunk = Array.from({ length: 1 + below(80) }, someone);
      if (below(2) === 0) {
        const theirs = await windows.reserve(at, chunk);
        const ours = chunk.map(({ shopper, windows: policy, ...request }) => {
          const result = pure.reserve(twin.get(shopper) ?? [], request, policy, now, HORIZON);
          twin.set(shopper, result.entries);
          verdicts[result.verdict.verdict] = (verdicts[result.verdict.verdict] ?? 0) + 1;
          return result.verdict;
        });
        compare('verdicts', theirs, ours);
        decided += chunk.length;
      } else {
        // Mostly about places that are taken, as delivery would answer; sometimes about anything.
        const answers = chunk.map(({ windows: _policy, ...request }) => ({
          ...(below(5) > 0 ? takenPlace(request) : request),
          stampedAt: below(3) === 0 ? null : now - BEAT * below(30),
          ...(below(6) === 0 ? { takenBy: now - BEAT * below(30) } : {}),
        }));
        expect(await windows.settle(at, answers)).toBe(true);
        for (const { shopper, ...answer } of answers) {
          twin.set(shopper, pure.settle(twin.get(shopper) ?? [], answer, now, HORIZON));
        }
        settled += answers.length;
      }
      const touched = [...new Set(chunk.map((c) => c.shopper))];
      const left = await Promise.all(touched.map((shopper) => windows.entriesOf(at.shard, at.epoch, shopper)));
      touched.forEach((shopper, i) =>
        compare(`entries of ${shopper}`, sorted(left[i] ?? []), sorted(twin.get(shopper) ?? [])),
      );
    }
    console.log(
      `twin: seed ${seed}, ${decided} decisions ${JSON.stringify(verdicts)}, ${settled} answers, ${differences.length} differences`,
    );
    expect(differences).toEqual([]);
    for (const seen of Object.values(verdicts)) expect(seen).toBeGreaterThan(DECISIONS / 20);
  });

  it('a shard is closed for every epoch but its own', async () => {
    const redis = new Redis(servers().redisUrl);
    cleanUp(() => redis.disconnect());
    const windows = new RedisWindows(redis, ownNames().redisPrefix);
    const at = { shard: 1, epoch: 5, horizon: HORIZON };
    const placing = { shopper: 's', alert: '00'.repeat(8), no: 1, kind: 1, sku: 1, windows: [] };
    expect(await windows.reserve(at, [placing])).toBe('closed');
    await windows.open(1, 6);
    expect(await windows.reserve(at, [placing])).toBe('closed');
    expect(await windows.settle(at, [{ ...placing, stampedAt: null }])).toBe(false);
    expect(await windows.reserve({ ...at, epoch: 6 }, [placing])).toEqual([{ verdict: 'allow' }]);
  });

  it('a reservation never expires, a value of stamps lives as long as a window can see it', async () => {
    const redis = new Redis(servers().redisUrl);
    cleanUp(() => redis.disconnect());
    const prefix = ownNames().redisPrefix;
    const windows = new RedisWindows(redis, prefix);
    const at = { shard: 1, epoch: 1, horizon: HORIZON };
    await windows.open(1, 1);
    const placing = { shopper: 's', alert: '00'.repeat(8), no: 1, kind: 1, sku: 1, windows: [] };
    await windows.reserve(at, [placing]);
    expect(await redis.pttl(`${prefix}{s001}:1:s`)).toBe(-1);
    const other = { ...placing, alert: '11'.repeat(8) };
    await windows.reserve(at, [other]);
    await windows.settle(at, [{ ...other, stampedAt: Date.now() }]);
    expect(await redis.pttl(`${prefix}{s001}:1:s`)).toBe(-1); // the first one is still on its way
    await windows.settle(at, [{ ...placing, stampedAt: Date.now() }]);
    const ttl = await redis.pttl(`${prefix}{s001}:1:s`);
    expect(ttl).toBeGreaterThan(HORIZON - 5_000);
    expect(ttl).toBeLessThanOrEqual(HORIZON + 1_000);
  });
});

const sorted = (entries: readonly pure.Entry[]): unknown[] =>
  entries
    .map((e) => [e.alert, e.no, e.state, e.at, e.kind, e.sku])
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
