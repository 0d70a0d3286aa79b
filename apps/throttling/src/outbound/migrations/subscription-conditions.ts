import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each subscription asks for now: shoppers may change it after their alert was matched. */
export class SubscriptionConditions1790000310000 implements MigrationInterface {
  readonly name = 'SubscriptionConditions1790000310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions ADD COLUMN condition jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions DROP COLUMN condition');
  }
}
