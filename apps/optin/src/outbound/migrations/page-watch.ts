import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which process watches a Page's webhooks, and what it saw last. Times are milliseconds since the epoch. */
export class PageWatch1790000150000 implements MigrationInterface {
  readonly name = 'PageWatch1790000150000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE page_watch (
        page text PRIMARY KEY,
        owner text,
        lease_until bigint NOT NULL DEFAULT 0,
        next_look_at bigint NOT NULL,
        checked_at bigint,
        failures int NOT NULL DEFAULT 0,
        alarm text,
        told_at bigint
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE page_watch');
  }
}
