import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `snapshot_names`: the SKUs that a complete snapshot has named so far, until it is over. */
export class SnapshotNames1790000400000 implements MigrationInterface {
  readonly name = 'SnapshotNames1790000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE snapshot_names (
        snapshot text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        noted_at bigint NOT NULL,
        PRIMARY KEY (snapshot, sku)
      )`);
    await runner.query('CREATE INDEX snapshot_names_by_time ON snapshot_names (noted_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE snapshot_names');
  }
}
