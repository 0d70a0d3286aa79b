import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a human last wrote to a shopper, and when the conversation last came back to the bot. */
export class HumanInTheInbox1790000120001 implements MigrationInterface {
  readonly name = 'HumanInTheInbox1790000120001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers ADD COLUMN human_at bigint, ADD COLUMN awake_at bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers DROP COLUMN human_at, DROP COLUMN awake_at');
  }
}
