import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an answer says beside itself: the disclosure, requests offered anew; and since when the language is known. */
export class SaidBeside1790000120002 implements MigrationInterface {
  readonly name = 'SaidBeside1790000120002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE shoppers ADD COLUMN locale_at bigint, ADD COLUMN disclosed_at bigint,
        ADD COLUMN again_due jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers DROP COLUMN locale_at, DROP COLUMN disclosed_at, DROP COLUMN again_due');
  }
}
