import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `offers`: one row per SKU, and the truth about it: what readers see (product … image, seq), which events were taken
 * (`marks`), where falls are measured from (`line`) and the signals that are open. `signals`: every signal there was,
 * with the last record that was emitted of it.
 */
export class Offers1790000100000 implements MigrationInterface {
  readonly name = 'Offers1790000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE offers (
        shop text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        product text NOT NULL DEFAULT '',
        seq bigint NOT NULL DEFAULT 0,
        units bigint,
        price bigint,
        currency text,
        published boolean NOT NULL DEFAULT true,
        title text,
        options jsonb NOT NULL DEFAULT '[]',
        url text,
        image text,
        updated_at bigint NOT NULL DEFAULT 0,
        line bigint,
        marks jsonb NOT NULL DEFAULT '{}',
        stock_signal jsonb,
        price_signal jsonb,
        PRIMARY KEY (shop, sku)
      )`);
    await runner.query(`
      CREATE TABLE signals (
        signal_id text COLLATE "C" PRIMARY KEY,
        shop text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        seq bigint NOT NULL,
        opened_at bigint NOT NULL,
        closed_at bigint,
        record jsonb NOT NULL
      )`);
    await runner.query('CREATE INDEX signals_of_sku ON signals (shop, sku, kind, opened_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE signals');
    await runner.query('DROP TABLE offers');
  }
}
