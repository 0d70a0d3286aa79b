import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Erasure. `erased` is all that stays of a person who was deleted: a keyed mark, how often, when, and when they asked.
 * `deletions` are the receipts, by code. Both hold nothing that is about a person.
 */
export class ErasureTables1790000140000 implements MigrationInterface {
  readonly name = 'ErasureTables1790000140000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE shoppers ADD COLUMN erased_at bigint,
        ADD COLUMN deletion jsonb NOT NULL DEFAULT '{"asked": [], "agreed": []}'`);
    await runner.query('CREATE INDEX shoppers_erased ON shoppers (erased_at) WHERE erased_at IS NOT NULL');
    await runner.query(`
      CREATE TABLE erased (
        marker text PRIMARY KEY,
        generation int NOT NULL,
        at bigint NOT NULL,
        asked jsonb NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE deletions (
        code text PRIMARY KEY,
        channel text NOT NULL CHECK (channel IN ('chat', 'desk', 'platform')),
        shop text,
        requested_at bigint NOT NULL,
        found boolean NOT NULL,
        shoppers text[] NOT NULL,
        done_at bigint
      )`);
    await runner.query('CREATE INDEX deletions_under_way ON deletions USING gin (shoppers) WHERE done_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE deletions');
    await runner.query('DROP TABLE erased');
    await runner.query('DROP INDEX shoppers_erased');
    await runner.query('ALTER TABLE shoppers DROP COLUMN deletion, DROP COLUMN erased_at');
  }
}
