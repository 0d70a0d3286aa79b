import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the first right to send of a shopper runs out, for whoever looks for those that have. */
export class ExpiringGrants1790000120003 implements MigrationInterface {
  readonly name = 'ExpiringGrants1790000120003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers ADD COLUMN grant_expires_at bigint');
    await runner.query(`
      UPDATE shoppers SET grant_expires_at =
        (SELECT min((g->>'expires_at')::bigint) FROM jsonb_array_elements(grants) AS g)
      WHERE grants <> '[]'`);
    await runner.query(`
      CREATE INDEX shoppers_by_expiring_grant ON shoppers (grant_expires_at) WHERE grant_expires_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers DROP COLUMN grant_expires_at');
  }
}
