import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Questions that shops put to shoppers. They go with their shopper, so an erasure takes them along. */
export class Asks1790000130002 implements MigrationInterface {
  readonly name = 'Asks1790000130002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE asks (
        ask_id text PRIMARY KEY,
        shop text NOT NULL,
        page text NOT NULL,
        shopper_id text NOT NULL REFERENCES shoppers (shopper_id) ON DELETE CASCADE,
        kind text NOT NULL,
        product text,
        sku text,
        topic text,
        requested_at bigint NOT NULL,
        expires_at bigint NOT NULL,
        sent_at bigint
      )`);
    await runner.query('CREATE INDEX asks_by_shopper ON asks (shopper_id, requested_at)');
    await runner.query('CREATE INDEX asks_by_age ON asks (requested_at)');
    await runner.query(
      'CREATE INDEX shoppers_by_external_id ON shoppers (shop, external_id) WHERE external_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX shoppers_by_external_id');
    await runner.query('DROP TABLE asks');
  }
}
