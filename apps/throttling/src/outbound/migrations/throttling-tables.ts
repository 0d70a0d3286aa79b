import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SubscriptionConditions1790000310000 } from './subscription-conditions.js';
import { Tiers1790000500000 } from './tiers.js';

/**
 * The line of waiting alerts and what throttling knows of the world. All `*_at`, `*_until` and `not_before` are
 * milliseconds since the epoch.
 *
 * `alerts` is the truth behind the windows in Redis: `reserved` is committed before it is emitted; `stamped_at` is when
 * the message counts from; `windows_due` says that Redis has not been told yet. `not_before` 0 means "in the line",
 * anything else "held until then", so that the pick reads the head of one index and never what is held.
 */
export class ThrottlingTables1790000010000 implements MigrationInterface {
  readonly name = 'ThrottlingTables1790000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alerts (
        alert_id text PRIMARY KEY,
        sub_id text NOT NULL,
        sub_rev bigint NOT NULL,
        shopper_id text NOT NULL,
        shopper_rev bigint NOT NULL,
        signal_id text NOT NULL,
        signal_opened_at bigint NOT NULL,
        page text NOT NULL,
        shop text NOT NULL,
        product text NOT NULL,
        sku text NOT NULL,
        kind text NOT NULL,
        condition jsonb NOT NULL,
        mode text NOT NULL,
        locale text NOT NULL,
        rank bigint NOT NULL,
        priority smallint NOT NULL,
        expires_at bigint NOT NULL,
        source text NOT NULL,
        source_partition int NOT NULL,
        source_at bigint NOT NULL,
        signal_at bigint NOT NULL,
        matched_at bigint NOT NULL,
        shard smallint NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reserved', 'done')),
        outcome text CHECK (outcome IN ('accepted', 'unknown', 'failed', 'suppressed', 'withdrawn')),
        reason text,
        not_before bigint NOT NULL DEFAULT 0,
        admission_no int NOT NULL DEFAULT 0,
        admitted_at bigint,
        asked_at bigint,
        send_by bigint,
        settings_rev bigint,
        refusals int NOT NULL DEFAULT 0,
        stamped_at bigint,
        windows_due boolean NOT NULL DEFAULT false,
        decision_seq int NOT NULL DEFAULT 0,
        CHECK ((state = 'done') = (outcome IS NOT NULL))
      )`);
    const indexes = [
      `alerts_line ON alerts (page, priority, rank, alert_id) WHERE state = 'waiting' AND not_before = 0`,
      `alerts_held ON alerts (page, not_before) WHERE state = 'waiting' AND not_before > 0`,
      `alerts_expiring ON alerts (expires_at) WHERE state = 'waiting'`,
      `alerts_of_signal ON alerts (signal_id) WHERE state = 'waiting'`,
      `alerts_of_shopper ON alerts (shopper_id) WHERE state = 'waiting'`,
      `alerts_of_subscription ON alerts (sub_id)`,
      `alerts_behind ON alerts (shop, source, source_partition) WHERE state = 'waiting' AND reason = 'source_behind' AND not_before > 0`,
      `alerts_in_flight ON alerts (page, send_by) WHERE state = 'reserved'`,
      `alerts_reserved ON alerts (shard) WHERE state = 'reserved'`,
      `alerts_stamped ON alerts (shard, stamped_at) WHERE stamped_at IS NOT NULL`,
      `alerts_windows_due ON alerts (shard) WHERE windows_due`,
    ];
    for (const index of indexes) await runner.query(`CREATE INDEX ${index}`);

    await runner.query(`
      CREATE TABLE signals (
        signal_id text PRIMARY KEY,
        shop text NOT NULL,
        sku text NOT NULL,
        kind text NOT NULL,
        seq bigint NOT NULL,
        open boolean NOT NULL,
        opened_at bigint NOT NULL,
        closed_at bigint,
        price_amount bigint,
        price_currency text,
        units bigint
      )`);
    await runner.query(`CREATE INDEX signals_of_offer ON signals (shop, sku, kind, seq)`);
    await runner.query(`CREATE INDEX signals_closed ON signals (closed_at) WHERE NOT open`);

    await runner.query(`
      CREATE TABLE freshness (
        shop text NOT NULL,
        source text NOT NULL,
        partition int NOT NULL,
        at bigint NOT NULL,
        confirmed_at bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (shop, source, partition)
      )`);
    await runner.query(`
      CREATE TABLE subscriptions (
        sub_id text PRIMARY KEY,
        rev bigint NOT NULL,
        active boolean NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE shoppers (
        shopper_id text PRIMARY KEY,
        rev bigint NOT NULL,
        stopped boolean NOT NULL,
        suspended boolean NOT NULL,
        erased boolean NOT NULL,
        ended_subs text[] NOT NULL,
        zone text
      )`);

    await runner.query(`
      CREATE TABLE pages (
        page text PRIMARY KEY,
        owner text,
        epoch bigint NOT NULL DEFAULT 0,
        lease_until bigint NOT NULL DEFAULT 0
      )`);
    await runner.query(`CREATE TABLE workers (worker text PRIMARY KEY, seen_at bigint NOT NULL)`);

    await runner.query(`
      CREATE TABLE shards (
        shard smallint PRIMARY KEY,
        epoch bigint NOT NULL DEFAULT 0,
        redis_identity text NOT NULL DEFAULT '',
        horizon bigint NOT NULL DEFAULT 0
      )`);
    await runner.query(`INSERT INTO shards (shard) SELECT generate_series(0, 255)`);
    // Not a counter in the row: an epoch must be new even when the transaction that used it was rolled back.
    await runner.query(`CREATE SEQUENCE shard_epochs`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SEQUENCE shard_epochs');
    await runner.query('DROP TABLE shards, workers, pages, shoppers, subscriptions, freshness, signals, alerts');
  }
}

/**
 * 32 shards instead of 256. A shopper's shard is the old one modulo 32; what Redis held under the old shards is built anew
 * from Postgres, since no shard that stays keeps its epoch.
 */
export class FewerShards1790000010001 implements MigrationInterface {
  readonly name = 'FewerShards1790000010001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('UPDATE alerts SET shard = shard % 32 WHERE shard > 31');
    await runner.query('DELETE FROM shards WHERE shard > 31');
    await runner.query(`UPDATE shards SET epoch = nextval('shard_epochs'), redis_identity = ''`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('INSERT INTO shards (shard) SELECT generate_series(32, 255)');
    await runner.query(`UPDATE shards SET epoch = nextval('shard_epochs'), redis_identity = ''`);
    await runner.query(`UPDATE alerts SET shard = get_byte(sha256(convert_to(shopper_id, 'UTF8')), 0)`);
  }
}

/**
 * Each index of what waits is open only to the statements that ask for it by name, so to speak: a condition that is
 * always true is part of the index and of those statements alone (docs/decisions/0011).
 */
export class IndexesAskedFor1790000010002 implements MigrationInterface {
  readonly name = 'IndexesAskedFor1790000010002';

  async up(runner: QueryRunner): Promise<void> {
    await rebuild(runner, [
      `alerts_expiring ON alerts (expires_at) WHERE state = 'waiting' AND expires_at >= 0`,
      `alerts_of_signal ON alerts (signal_id) WHERE state = 'waiting' AND signal_id > ''`,
      `alerts_of_shopper ON alerts (shopper_id) WHERE state = 'waiting' AND shopper_id > ''`,
      `alerts_behind ON alerts (shop, source, source_partition)
         WHERE state = 'waiting' AND reason = 'source_behind' AND not_before <> 0`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await rebuild(runner, [
      `alerts_expiring ON alerts (expires_at) WHERE state = 'waiting'`,
      `alerts_of_signal ON alerts (signal_id) WHERE state = 'waiting'`,
      `alerts_of_shopper ON alerts (shopper_id) WHERE state = 'waiting'`,
      `alerts_behind ON alerts (shop, source, source_partition)
         WHERE state = 'waiting' AND reason = 'source_behind' AND not_before > 0`,
    ]);
  }
}

async function rebuild(runner: QueryRunner, indexes: readonly string[]): Promise<void> {
  for (const index of indexes) {
    await runner.query(`DROP INDEX ${index.split(' ')[0]!}`);
    await runner.query(`CREATE INDEX ${index}`);
  }
}

/** The tables of this service, beside those of the transport and of the settings. */
export const throttlingMigrations = [
  ThrottlingTables1790000010000,
  FewerShards1790000010001,
  IndexesAskedFor1790000010002,
  SubscriptionConditions1790000310000,
  Tiers1790000500000,
];
