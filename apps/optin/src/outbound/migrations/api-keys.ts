import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys of shops. Secrets only as SHA-256; revoked keys stay, so that a list can say when that was. */
export class ApiKeys1790000130000 implements MigrationInterface {
  readonly name = 'ApiKeys1790000130000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_keys (
        key_id text PRIMARY KEY,
        shop text NOT NULL,
        secret_hash bytea NOT NULL,
        scopes jsonb NOT NULL,
        label text NOT NULL,
        created_at bigint NOT NULL,
        revoked_at bigint,
        last_used_at bigint
      )`);
    await runner.query('CREATE INDEX api_keys_by_shop ON api_keys (shop, created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
  }
}
