/** What was stored under 256 shards is found under 32. */
import { expect, it } from '@jest/globals';
import { Bed } from '../../testing/bed.js';
import { SHARDS, shardOf } from '../domain/tags.js';
import { FewerShards1790000010001 } from './migrations/throttling-tables.js';

it('alerts of before are under the shard of now, and every shard is to be built anew', async () => {
  const bed = await Bed.start();
  const { alert_id, shopper_id } = await bed.aMatch();
  const migration = new FewerShards1790000010001();
  const runner = bed.dataSource.createQueryRunner();
  try {
    await migration.down(runner);
    const [before] = await runner.query('SELECT shard FROM alerts WHERE alert_id = $1', [alert_id]);
    expect(before.shard % SHARDS).toBe(shardOf(shopper_id));
    await runner.query(`UPDATE shards SET redis_identity = 'here', epoch = 1`);
    await migration.up(runner);
    const [after] = await runner.query('SELECT shard FROM alerts WHERE alert_id = $1', [alert_id]);
    expect(after.shard).toBe(shardOf(shopper_id));
    const shards = await runner.query('SELECT shard, redis_identity, epoch FROM shards ORDER BY shard');
    expect(shards.map((s: { shard: number }) => s.shard)).toEqual(Array.from({ length: SHARDS }, (_, i) => i));
    for (const shard of shards) expect(shard).toMatchObject({ redis_identity: '', epoch: expect.any(Number) });
    expect(new Set(shards.map((s: { epoch: number }) => s.epoch)).size).toBe(SHARDS);
  } finally {
    await runner.release();
  }
});
