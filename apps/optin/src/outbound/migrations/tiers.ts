import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tiers that shops gave their customers, by the shop's own id of them: also of those who never wrote to us yet. */
export class Tiers1790000500000 implements MigrationInterface {
  readonly name = 'Tiers1790000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tiers (
        shop text COLLATE "C" NOT NULL,
        external_id text COLLATE "C" NOT NULL,
        tier text NOT NULL,
        set_at bigint NOT NULL,
        PRIMARY KEY (shop, external_id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tiers');
  }
}
