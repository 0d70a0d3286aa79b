import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a shopper who was erased leaves behind here is found by these: their replies, which hold a sealed id and text, and
 * their bare row, which stays as long as an older record could come back. `wiped`: nothing is left to look for. Tokens that
 * have run out are found by their time.
 */
export class ErasedShoppers1790000140010 implements MigrationInterface {
  readonly name = 'ErasedShoppers1790000140010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE shoppers ADD COLUMN wiped boolean NOT NULL DEFAULT false');
    await runner.query('CREATE INDEX shoppers_erased ON shoppers (erased_at) WHERE erased_at IS NOT NULL');
    await runner.query('CREATE INDEX grants_by_expiry ON grants (expires_at)');
    await runner.query(`CREATE INDEX ledger_replies_by_shopper ON ledger (shopper_id) WHERE kind = 'reply'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ledger_replies_by_shopper, grants_by_expiry, shoppers_erased');
    await runner.query('ALTER TABLE shoppers DROP COLUMN wiped');
  }
}
