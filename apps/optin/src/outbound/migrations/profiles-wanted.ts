import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People whose profile is still to be asked for. */
export class ProfilesWanted1790000120004 implements MigrationInterface {
  readonly name = 'ProfilesWanted1790000120004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE profiles_wanted (
        shopper_id text PRIMARY KEY,
        page text NOT NULL,
        next_at bigint NOT NULL,
        tries int NOT NULL DEFAULT 0
      )`);
    await runner.query('CREATE INDEX profiles_wanted_by_time ON profiles_wanted (next_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE profiles_wanted');
  }
}
