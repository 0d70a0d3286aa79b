import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the rules of a shop remember of a SKU: `memory` (since when it is gone, kinds that rest, past prices), its signal
 * of low stock, and `recheck_at`, when to look whether something that is owed is still true.
 */
export class Rules1790000220000 implements MigrationInterface {
  readonly name = 'Rules1790000220000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE offers ADD COLUMN low_signal jsonb, ADD COLUMN memory jsonb NOT NULL DEFAULT '{}',
                         ADD COLUMN recheck_at bigint`);
    await runner.query('CREATE INDEX offers_owed ON offers (recheck_at) WHERE recheck_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE offers DROP COLUMN low_signal, DROP COLUMN memory, DROP COLUMN recheck_at');
  }
}
