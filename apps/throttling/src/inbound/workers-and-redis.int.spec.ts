/** Several workers, and a Redis that forgets: the limits hold and nothing is lost. */
import { describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../../../tests/support/real-servers.js';
import { Bed, DAY, PAGE } from '../../testing/bed.js';
import { ownRedis } from '../../testing/own-redis.js';
import { alertTag, SHARDS, shardOf } from '../domain/tags.js';
import { ORPHAN_AFTER_MS } from '../domain/orphans.js';
import type { Loops } from './loops.js';
import { RedisWindows } from '../outbound/redis-windows.js';

const daily = { limits: [{ scope: 'shopper' as const, limit: 1, period: '24h' }] };
const oneDay = { ...daily, min_gap: '1s' };

describe('workers', () => {
  it('two workers never both admit: Pages are shared out, every alert goes once', async () => {
    const pages = Array.from({ length: 6 }, (_, i) => ({
      page: String(2000 + i),
      name: 'Page',
      access_token: 'env:T',
      app_secret: 'env:S',
      verify_token: 'env:V',
    }));
    const bed = await Bed.start({ settings: { pages } });
    const [one, two] = [await bed.worker('one'), await bed.worker('two')];
    const alerts = await bed.matches(
      ...Array.from({ length: 60 }, (_, i) => ({ page: String(2000 + (i % 6)), shopper_id: `shp_${i % 30}` })),
    );
    // Both live before they look again: six Pages, three each.
    for (let i = 0; i < 2; i += 1) for (const w of [one, two]) await w.leases.renew();
    expect([one.leases.mine().length, two.leases.mine().length]).toEqual([3, 3]);
    const owned = new Set([...one.leases.mine(), ...two.leases.mine()].map((l) => l.page));
    expect(owned.size).toBe(6);
    const drain = async (w: typeof one): Promise<void> => {
      while (await w.round.run());
    };
    await Promise.all([drain(one), drain(two), drain(one), drain(two)]);
    expect(
      bed
        .admissions()
        .map((a) => a.alert_id)
        .sort(),
    ).toEqual(alerts.map((a) => a.alert_id).sort());
  });

  it('a dead worker’s Page is taken over when its lease has run out, and its reservations stay counted', async () => {
    const bed = await Bed.start({ settings: daily });
    const [dying, heir] = [await bed.worker('dying'), await bed.worker('heir')];
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(dying);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id]);
    await heir.leases.renew();
    expect(heir.leases.mine()).toEqual([]);
    const held = dying.leases.mine()[0]!;
    await until('the lease has run out', async () => {
      await heir.leases.renew();
      return heir.leases.mine().length === 1;
    });
    expect(heir.leases.mine()).toEqual([{ page: PAGE, epoch: held.epoch + 1 }]);
    const third = await bed.aMatch();
    await Promise.all([bed.settleDown(heir), dying.round.run()]);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id, third.alert_id]);
    expect(bed.story(second)).toEqual(['held:reserved_elsewhere']);
  });

  it('a worker that wakes after its lease was taken writes nothing', async () => {
    const bed = await Bed.start();
    const [sleeper, other] = [await bed.worker('sleeper'), await bed.worker('other')];
    await bed.aMatch();
    await sleeper.leases.renew();
    expect(sleeper.leases.mine()).toHaveLength(1);
    await bed.dataSource.query(`UPDATE pages SET lease_until = 0`);
    await bed.dataSource.query(`DELETE FROM workers`);
    await other.leases.renew();
    expect(sleeper.leases.mine()).toHaveLength(1); // it does not know yet
    expect(await sleeper.round.run()).toBe(false);
    expect(bed.admissions()).toEqual([]);
    await bed.settleDown(other);
    expect(bed.admissions()).toHaveLength(1);
  });
});

describe('a Redis that forgets', () => {
  it('emptied: closed at once, rebuilt from Postgres under a new epoch, with the same counts', async () => {
    const redis = await ownRedis();
    const bed = await Bed.start({ settings: oneDay, redisUrl: redis.url });
    const loops = await bed.worker();
    const told = await bed.aMatch({ shopper_id: 'shp_told' });
    const away = await bed.aMatch({ shopper_id: 'shp_away' });
    await bed.settleDown(loops);
    await bed.deliveries(
      bed.answer(
        bed.admissions().find((a) => a.alert_id === told.alert_id)!,
        'accepted',
      ),
    );
    await bed.settleDown(loops);
    const before = await kept(bed, redis, ['shp_told', 'shp_away']);
    expect(before).toEqual([[[told.alert_id, 'stamped', bed.now]], [[away.alert_id, 'reserved', bed.now]]]);

    await redis.client.flushall();
    const [again, also] = [await bed.aMatch({ shopper_id: 'shp_told' }), await bed.aMatch({ shopper_id: 'shp_away' })];
    await loops.leases.renew();
    expect(await loops.round.run()).toBe(false); // closed
    expect(loops.shards.closed).toBeGreaterThan(0);
    await loops.shards.openAll();
    expect(await kept(bed, redis, ['shp_told', 'shp_away'])).toEqual(before);
    await bed.settleDown(loops);
    expect(bed.admissions()).toHaveLength(2);
    expect([bed.story(again), bed.story(also)]).toEqual([['held:over_limit'], ['held:reserved_elsewhere']]);
    expect(await bed.row(again)).toMatchObject({ not_before: bed.now + DAY });
  });

  it('restarted empty: closed while it is away, rebuilt because it is another run, then goes on', async () => {
    const redis = await ownRedis();
    const bed = await Bed.start({ settings: oneDay, redisUrl: redis.url });
    const loops = await bed.worker();
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    await redis.kill();
    const [second, third] = [await bed.aMatch({ shopper_id: 'shp_x' }), await bed.aMatch()];
    await until('the link noticed', () => loops.shards.closed === SHARDS);
    await loops.leases.renew();
    expect(await loops.round.run()).toBe(false);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
    await redis.start();
    await until('rebuilt', async () => {
      await loops.shards.openAll();
      return loops.shards.closed === 0;
    });
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id, third.alert_id]);
    expect(bed.story(second)).toEqual(['held:over_limit']);
  });

  it('restarted with an older memory: what it still has is not believed', async () => {
    const redis = await ownRedis();
    const bed = await Bed.start({ settings: daily, redisUrl: redis.url });
    const loops = await bed.worker();
    const alert = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    const { shard, epoch } = loops.shards.at(shardOf('shp_x'))!;
    await redis.kill();
    await redis.start();
    // As after a fail-over that lost the last second: the epoch is there, the reservation is not.
    await new RedisWindows(redis.client, bed.names.redisPrefix).open(shard, epoch);
    await until('rebuilt', async () => {
      await loops.shards.openAll();
      return loops.shards.closed === 0;
    });
    expect(loops.shards.at(shard)?.epoch).toBeGreaterThan(epoch);
    expect(await kept(bed, redis, ['shp_x'])).toEqual([[[alert.alert_id, 'reserved', bed.now]]]);
  });

  it('a shard rebuilt between taking a place and writing it: nothing is written, the place is taken anew', async () => {
    const redis = await ownRedis();
    const bed = await Bed.start({ settings: daily, redisUrl: redis.url });
    const other = await bed.worker('other');
    let rebuilds = 0;
    const loops: Loops = await bed.worker('one', {
      emitter: {
        transaction: async (work) => {
          if (rebuilds === 0 && loops.leases.mine().length > 0) {
            rebuilds += 1;
            await redis.client.flushall();
            for (let shard = 0; shard < SHARDS; shard += 1) other.shards.suspect(shard);
            await other.shards.openAll();
          }
          return bed.emitter.transaction(work);
        },
      },
    });
    const alert = await bed.aMatch({ shopper_id: 'shp_x' });
    await loops.leases.renew();
    expect(await loops.round.run()).toBe(false);
    expect([rebuilds, bed.admissions()]).toEqual([1, []]);
    expect(await kept(bed, redis, ['shp_x'])).toEqual([[]]);
    await loops.shards.openAll();
    await bed.settleDown(loops);
    expect(bed.admissions()).toHaveLength(1);
    expect(await kept(bed, redis, ['shp_x'])).toEqual([[[alert.alert_id, 'reserved', bed.now]]]);
  });

  it('a rebuild that races with reservations loses none of them', async () => {
    const redis = await ownRedis();
    const bed = await Bed.start({ settings: daily, redisUrl: redis.url });
    const [loops, other] = [await bed.worker('one'), await bed.worker('two')];
    await loops.leases.renew();
    const shoppers = Array.from({ length: 25 }, (_, i) => `shp_${i}`);
    let races = 0;
    for (let turn = 0; turn < 8; turn += 1) {
      await bed.matches(...shoppers.map((shopper_id) => ({ shopper_id })));
      await loops.leases.renew();
      // Epoch keys vanish while rounds run: the other worker rebuilds what this one is reserving in.
      const rounds = (async () => {
        for (let i = 0; i < 4; i += 1) await loops.round.run();
      })();
      for (let i = 0; i < 3; i += 1) {
        await redis.client.flushall();
        for (let shard = 0; shard < SHARDS; shard += 1) other.shards.suspect(shard);
        await other.shards.openAll();
        races += 1;
      }
      await rounds;
      await loops.shards.openAll();
      while (await loops.round.run());
      await bed.deliveries(
        ...bed
          .admissions()
          .filter((_, i) => i % 2 === turn % 2)
          .map((a) => bed.answer(a, 'returned')),
      );
      while (await loops.teller.run());
      await bed.dataSource.query(`UPDATE alerts SET not_before = 0 WHERE state = 'waiting'`);
    }
    expect(races).toBe(24);
    await loops.shards.openAll();
    while (await loops.round.run());
    const reserved: { shopper_id: string; alert_id: string }[] = await bed.dataSource.query(
      `SELECT shopper_id, alert_id FROM alerts WHERE state = 'reserved'`,
    );
    // Never two on their way to one shopper, and every one of them holds its place in Redis.
    expect(new Set(reserved.map((r) => r.shopper_id)).size).toBe(reserved.length);
    expect(reserved).toHaveLength(shoppers.length);
    for (const { shopper_id, alert_id } of reserved) {
      expect(await kept(bed, redis, [shopper_id])).toEqual([[[alert_id, 'reserved', bed.now]]]);
    }
  });

  it('a place whose admission was never written is given back by the sweep, one that was is not', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const alert = await bed.aMatch({ shopper_id: 'shp_real' });
    await bed.settleDown(loops);
    const shard = shardOf('shp_orphan');
    const at = loops.shards.at(shard)!;
    const placing = { shopper: 'shp_orphan', alert: alertTag('never written'), no: 1, kind: 1, sku: 1, windows: [] };
    await loops.windows.reserve(at, [placing]);
    const sweepAll = async (): Promise<void> => {
      while (!(await loops.sweep.step()));
    };
    await sweepAll();
    expect(await loops.windows.entriesOf(shard, at.epoch, 'shp_orphan')).toHaveLength(1);
    bed.now += ORPHAN_AFTER_MS + 1;
    await sweepAll();
    expect(await loops.windows.entriesOf(shard, at.epoch, 'shp_orphan')).toEqual([]);
    const real = loops.shards.at(shardOf('shp_real'))!;
    expect(await loops.windows.entriesOf(real.shard, real.epoch, 'shp_real')).toMatchObject([
      { alert: alertTag(alert.alert_id), state: 'reserved' },
    ]);
  });

  it('a crash between taking places and writing them costs nothing: the next round finds its places', async () => {
    const bed = await Bed.start({ settings: daily });
    let crash = true;
    const loops = await bed.worker('one', {
      emitter: {
        transaction: async (work) =>
          bed.emitter.transaction(async (tx) => {
            const result = await work(tx);
            if (crash) throw new Error('the process ends here');
            return result;
          }),
      },
    });
    const alert = await bed.aMatch();
    await loops.leases.renew();
    await expect(loops.round.run()).rejects.toThrow('ends here');
    expect(bed.admissions()).toEqual([]);
    crash = false;
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => [a.alert_id, a.admission_no])).toEqual([[alert.alert_id, 1]]);
  });

  it('longer windows close the shards until stamps reach back far enough', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const alert = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
    await bed.settleDown(loops);
    bed.apply({ limits: [{ scope: 'shopper', limit: 1, period: '7d' }] });
    expect(loops.shards.closed).toBe(SHARDS);
    await loops.shards.openAll();
    expect(loops.shards.closed).toBe(0);
    const next = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    expect(await bed.row(next)).toMatchObject({ reason: 'over_limit', not_before: bed.now + 7 * DAY });
    expect(bed.story(alert)).toEqual(['admitted']);
  });
});

it('the running loops admit within a fraction of a second and stop in order', async () => {
  const bed = await Bed.start();
  const loops = await bed.worker('running');
  loops.start();
  const alert = await bed.aMatch();
  await until('admitted', () => bed.admissions().length === 1, 5_000);
  await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
  await until('Redis is told', async () => (await bed.row(alert))['windows_due'] === false, 5_000);
  await loops.stop();
  await loops.leases.release();
  await wait(0);
  expect(await bed.dataSource.query('SELECT owner FROM pages')).toEqual([{ owner: null }]);
});

/** What the windows hold of shoppers: alert, state and time of each entry. */
async function kept(
  bed: Bed,
  redis: { readonly client: ConstructorParameters<typeof RedisWindows>[0] },
  shoppers: readonly string[],
): Promise<unknown[]> {
  const windows = new RedisWindows(redis.client, bed.names.redisPrefix);
  const alerts: { alert_id: string }[] = await bed.dataSource.query('SELECT alert_id FROM alerts');
  const named = new Map(alerts.map((a) => [alertTag(a.alert_id), a.alert_id]));
  return Promise.all(
    shoppers.map(async (shopper) => {
      const shard = shardOf(shopper);
      const epoch = (await windows.epochs([shard])).get(shard) ?? -1;
      return (await windows.entriesOf(shard, epoch, shopper)).map((e) => [named.get(e.alert), e.state, e.at]);
    }),
  );
}
