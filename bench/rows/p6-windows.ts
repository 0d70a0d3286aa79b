import { alertId, shopperId } from '@beckon/contracts';
import { alertTag, SHARDS, shardOf, skuTag } from '@beckon/throttling/dist/domain/tags.js';
import { kindTag, type Entry, type Window } from '@beckon/throttling/dist/domain/windows.js';
import { RedisWindows, type OpenShard, type Placing } from '@beckon/throttling/dist/outbound/redis-windows.js';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Bed, Contender, Row } from '../row.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HORIZON = 7 * DAY;
/** Three windows that a careful brand would set: one an hour about the same SKU, three a day, ten a week. */
const WINDOWS: readonly Window[] = [
  { scope: 'shopper_sku', limit: 1, period: HOUR, reason: 'over_limit' },
  { scope: 'shopper', limit: 3, period: DAY, reason: 'over_limit' },
  { scope: 'shopper', limit: 10, period: 7 * DAY, reason: 'over_limit' },
];
/** As many as an admission round takes, and as many as the peers have under way. */
const TOGETHER = 500;
const EPOCH = 7;
const CHECKS = 50_000;
const QUICK_CHECKS = 10_000;
const WEIGHED = 20_000;

const row: Row = {
  id: 'P6',
  title: 'Three exact sliding windows for each shopper',
  unit: 'check',
  about:
    `A check decides three windows for one shopper and takes the place; every check is of another shopper and allowed. ` +
    `Ours: rounds of ${TOGETHER} over ${SHARDS} shards, one script call for each shard, as an admission round does it; ` +
    `and ${TOGETHER} of one shard in one call. Peers: rate-limiter-flexible (fixed windows, no refund, no alert ids) with ` +
    `three limiters or one, ${TOGETHER} checks under way. The same Redis. Bytes: Redis’s own count for a shopper with ` +
    'three stamps, key and expiry included.',
  servers: ['redis'],
  contenders: [
    { id: 'windows', title: 'windows, in rounds', open: (bed) => openWindows(bed, SHARDS) },
    { id: 'one shard', title: 'windows, one shard', open: (bed) => openWindows(bed, 1) },
    { id: 'three limiters', title: 'rate-limiter-flexible, three', open: (bed) => openLimiters(bed, WINDOWS) },
    { id: 'one limiter', title: 'rate-limiter-flexible, one', open: (bed) => openLimiters(bed, WINDOWS.slice(1, 2)) },
  ],
  goals: [
    { kind: 'times', peer: 'three limiters', cost: 'all', atLeast: 10 },
    { kind: 'times', peer: 'one limiter', cost: 'all', atLeast: 2 },
    { kind: 'figure', figure: 'bytes', unit: 'for a shopper with three stamps', atMost: 300 },
  ],
};

export default row;

async function openWindows(bed: Bed, shards: number): Promise<Contender> {
  const redis = new Redis(bed.redisUrl);
  const windows = new RedisWindows(redis, `${bed.name}:`);
  for (let shard = 0; shard < shards; shard += 1) await windows.open(shard, EPOCH);
  const bytes = await weigh(redis, async () => {
    const now = await windows.clock();
    const all = new Map(people(bed, -1, WEIGHED).map((shopper) => [shopper, threeStamps(shopper, now)]));
    await windows.fill(at(0), all);
  });
  let rounds: Placing[][][] = [];
  let n = 0;
  return {
    before: async () => {
      rounds = placings(bed, n++, shards);
    },
    round: async () => {
      let allowed = 0;
      for (const groups of rounds) {
        const verdicts = await Promise.all(groups.map((group) => windows.reserve(at(shardIn(group, shards)), group)));
        for (const some of verdicts) {
          if (some === 'closed') throw new Error('a shard is closed');
          for (const { verdict } of some) if (verdict === 'allow') allowed += 1;
        }
      }
      return { units: whole(allowed, bed), figures: { bytes } };
    },
    close: async () => {
      redis.disconnect();
    },
  };
}

async function openLimiters(bed: Bed, windows: readonly Window[]): Promise<Contender> {
  const redis = new Redis(bed.redisUrl);
  const limiters = windows.map(
    ({ limit, period }, i) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${bed.name}:${i}`,
        points: limit,
        duration: period / 1000,
      }),
  );
  const consume = (shopper: string): Promise<unknown> => Promise.all(limiters.map((one) => one.consume(shopper)));
  const bytes = await weigh(redis, async () => {
    for (const some of inGroups(people(bed, -1, WEIGHED), TOGETHER)) await Promise.all(some.map(consume));
  });
  let shoppers: string[][] = [];
  let n = 0;
  return {
    before: async () => {
      shoppers = inGroups(people(bed, n++, checks(bed)), TOGETHER);
    },
    round: async () => {
      let allowed = 0;
      for (const some of shoppers) allowed += (await Promise.all(some.map(consume))).length;
      return { units: whole(allowed, bed), figures: { bytes } };
    },
    close: async () => {
      redis.disconnect();
    },
  };
}

const checks = ({ quick }: Bed): number => (quick ? QUICK_CHECKS : CHECKS);
const at = (shard: number): OpenShard => ({ shard, epoch: EPOCH, horizon: HORIZON });
const shardIn = (group: readonly Placing[], shards: number): number => shardOf(group[0]!.shopper) % shards;

function whole(allowed: number, bed: Bed): number {
  if (allowed !== checks(bed)) throw new Error(`${allowed} of ${checks(bed)} checks were allowed`);
  return allowed;
}

/** Shoppers of one round; no other round has them. */
function people({ name }: Bed, round: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => shopperId('bench', '100', `${name}:${round}:${i}`));
}

/** The requests of one round, in admission rounds, each grouped by shard. */
function placings(bed: Bed, round: number, shards: number): Placing[][][] {
  return inGroups(people(bed, round, checks(bed)), TOGETHER).map((some) => {
    const groups = new Map<number, Placing[]>();
    for (const shopper of some) {
      const shard = shardOf(shopper) % shards;
      const placing = { shopper, windows: WINDOWS, ...request(shopper, 'sub_1') };
      const group = groups.get(shard);
      if (group) group.push(placing);
      else groups.set(shard, [placing]);
    }
    return [...groups.values()];
  });
}

function threeStamps(shopper: string, now: number): Entry[] {
  return [1, 2, 3].map((n) => ({ ...request(shopper, `sub_${n}`), state: 'stamped', at: now - n * HOUR }));
}

function request(shopper: string, sub: string): { alert: string; no: number; kind: number; sku: number } {
  const alert = alertTag(alertId(`${sub}:${shopper}`, 'sig_1'));
  return { alert, no: 1, kind: kindTag('price_drop'), sku: skuTag('nordlys', `coat-${sub}`) };
}

/** Bytes that Redis uses more after `fill`, for each of {@link WEIGHED} shoppers. */
async function weigh(redis: Redis, fill: () => Promise<void>): Promise<number> {
  const before = await usedMemory(redis);
  await fill();
  return ((await usedMemory(redis)) - before) / WEIGHED;
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
