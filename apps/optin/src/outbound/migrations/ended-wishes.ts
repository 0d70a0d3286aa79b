import type { MigrationInterface, QueryRunner } from 'typeorm';

/** "Stop this one": when a shopper ended which wish, as long as an older consent to it may still arrive. */
export class EndedWishes1790000120000 implements MigrationInterface {
  readonly name = 'EndedWishes1790000120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE shoppers ADD COLUMN ended_wishes jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers DROP COLUMN ended_wishes');
  }
}
