import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscriptions to a topic name no product. */
export class SubscriptionsToTopics1790000210000 implements MigrationInterface {
  readonly name = 'SubscriptionsToTopics1790000210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE subscriptions ALTER COLUMN product DROP NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM subscriptions WHERE product IS NULL');
    await runner.query('ALTER TABLE subscriptions ALTER COLUMN product SET NOT NULL');
  }
}
