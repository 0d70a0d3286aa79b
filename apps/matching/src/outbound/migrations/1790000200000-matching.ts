import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `subscriptions` and `signals`: copies of the topics. `fanouts`: work of the signal's side, one row per range of
 * thresholds, with a cursor. `looks`: work of the subscription's side. Both kinds of work are written in the
 * transaction that writes the copy, so neither side can forget to look at the other (promise 7).
 *
 * `subscriptions_by_threshold` is why the cost of a signal is log(n) + matches: a page of matches is one range of it.
 */
export class Matching1790000200000 implements MigrationInterface {
  readonly name = 'Matching1790000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE subscriptions (
        sub_id text COLLATE "C" PRIMARY KEY,
        rev bigint NOT NULL,
        active boolean NOT NULL,
        shop text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        target text COLLATE "C" NOT NULL,
        product text COLLATE "C" NOT NULL,
        sku text COLLATE "C",
        scale text COLLATE "C" NOT NULL,
        threshold bigint NOT NULL,
        rank bigint NOT NULL,
        shopper_id text NOT NULL,
        shopper_rev bigint NOT NULL,
        page text NOT NULL,
        condition jsonb NOT NULL,
        mode text NOT NULL,
        locale text NOT NULL
      )`);
    await runner.query(`
      CREATE INDEX subscriptions_by_threshold
        ON subscriptions (shop, kind, target, scale, threshold, rank, sub_id) WHERE active`);
    await runner.query(`
      CREATE TABLE signals (
        shop text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        signal_id text NOT NULL,
        product text COLLATE "C" NOT NULL,
        open boolean NOT NULL,
        seq bigint NOT NULL,
        scale text COLLATE "C",
        reach bigint,
        direction text,
        record jsonb NOT NULL,
        PRIMARY KEY (shop, sku, kind)
      )`);
    await runner.query('CREATE INDEX signals_of_product ON signals (shop, product, kind) WHERE open');
    await runner.query(`
      CREATE TABLE fanouts (
        signal_id text COLLATE "C" NOT NULL,
        seq bigint NOT NULL,
        shop text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        product text COLLATE "C" NOT NULL,
        kind text COLLATE "C" NOT NULL,
        scale text COLLATE "C" NOT NULL,
        high bigint NOT NULL,
        cursor_threshold bigint NOT NULL,
        cursor_rank bigint NOT NULL DEFAULT -1,
        cursor_sub text COLLATE "C" NOT NULL DEFAULT '',
        served_at bigint NOT NULL,
        PRIMARY KEY (signal_id, seq)
      )`);
    await runner.query('CREATE INDEX fanouts_in_turn ON fanouts (shop, served_at)');
    await runner.query(`
      CREATE TABLE looks (
        sub_id text COLLATE "C" PRIMARY KEY,
        shop text COLLATE "C" NOT NULL,
        asked_at bigint NOT NULL
      )`);
    await runner.query('CREATE INDEX looks_in_turn ON looks (asked_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['looks', 'fanouts', 'signals', 'subscriptions']) await runner.query(`DROP TABLE ${table}`);
  }
}
