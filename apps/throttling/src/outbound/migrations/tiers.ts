import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whom a topic is open to (null: everybody), and the tier of whoever subscribed. */
export class Tiers1790000500000 implements MigrationInterface {
  readonly name = 'Tiers1790000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE signals ADD COLUMN tiers text[]');
    await runner.query('ALTER TABLE subscriptions ADD COLUMN tier text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP COLUMN tier');
    await runner.query('ALTER TABLE signals DROP COLUMN tiers');
  }
}
