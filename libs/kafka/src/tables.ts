import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `consumed`: how far each partition is handled, moved in the same transaction as the state it caused, with the last
 * record's time and checksum so that a re-created topic is noticed. `outbox`: what must still be emitted; one row per
 * chunk or loop step, `lane` tells whose order it belongs to.
 */
export class ChunkTables1790000000000 implements MigrationInterface {
  readonly name = 'ChunkTables1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE consumed (
        source text NOT NULL,
        topic text NOT NULL,
        partition int NOT NULL,
        next_offset bigint NOT NULL,
        last_timestamp bigint,
        last_checksum bigint,
        updated_at bigint NOT NULL,
        PRIMARY KEY (source, topic, partition)
      )`);
    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        lane text NOT NULL,
        records text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('CREATE INDEX outbox_lane ON outbox (lane, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
    await runner.query('DROP TABLE consumed');
  }
}

/** The tables that every service which handles chunks needs. */
export const kafkaMigrations = [ChunkTables1790000000000];
