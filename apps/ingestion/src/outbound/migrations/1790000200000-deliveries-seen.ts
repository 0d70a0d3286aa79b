import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `deliveries_seen`: webhooks that were handled, by the name that their platform gives each of them. */
export class DeliveriesSeen1790000200000 implements MigrationInterface {
  readonly name = 'DeliveriesSeen1790000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE deliveries_seen (
        shop text COLLATE "C" NOT NULL,
        source text COLLATE "C" NOT NULL,
        delivery text COLLATE "C" NOT NULL,
        seen_at bigint NOT NULL,
        PRIMARY KEY (shop, source, delivery)
      )`);
    await runner.query('CREATE INDEX deliveries_seen_by_time ON deliveries_seen (seen_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deliveries_seen');
  }
}
