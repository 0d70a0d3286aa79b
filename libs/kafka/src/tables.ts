import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `consumed`: how far each partition is handled, moved in the same transaction as the state it caused, with the last
 * record's time and checksum so that a re-created topic is noticed. `outbox`: what must still be emitted; one row per
 * chunk or loop step.
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

/**
 * One transaction may handle several partitions: its outbox row names all of them (`lanes`), and whoever takes one over
 * sends the row. Loops have a lane of their own, `loop`.
 */
export class OutboxLanes1790000000003 implements MigrationInterface {
  readonly name = 'OutboxLanes1790000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outbox_lane');
    await runner.query('ALTER TABLE outbox ALTER COLUMN lane TYPE text[] USING ARRAY[lane]');
    await runner.query('ALTER TABLE outbox RENAME COLUMN lane TO lanes');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox RENAME COLUMN lanes TO lane');
    await runner.query('ALTER TABLE outbox ALTER COLUMN lane TYPE text USING lane[1]');
    await runner.query('CREATE INDEX outbox_lane ON outbox (lane, id)');
  }
}

/** The tables that every service which handles chunks needs. */
export const kafkaMigrations = [ChunkTables1790000000000, OutboxLanes1790000000003];
