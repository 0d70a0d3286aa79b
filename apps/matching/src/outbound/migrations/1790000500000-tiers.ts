import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tier of whoever subscribed: a topic may be open to some tiers before the public. */
export class Tiers1790000500000 implements MigrationInterface {
  readonly name = 'Tiers1790000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions ADD COLUMN tier text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP COLUMN tier');
  }
}
