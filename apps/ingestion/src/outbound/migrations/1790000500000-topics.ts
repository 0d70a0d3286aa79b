import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `topics`: what was told last of each collection and sale. `opening`: the instant of the latest opening that was told, so
 * that none is told twice; `emitted`: false until the last record is known to be on its topic.
 */
export class Topics1790000500000 implements MigrationInterface {
  readonly name = 'Topics1790000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE topics (
        shop text COLLATE "C" NOT NULL,
        topic text COLLATE "C" NOT NULL,
        seq bigint NOT NULL DEFAULT 0,
        opening bigint,
        event_at bigint,
        event_id text,
        settings_rev bigint NOT NULL DEFAULT 0,
        record jsonb,
        emitted boolean NOT NULL DEFAULT true,
        PRIMARY KEY (shop, topic)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE topics');
  }
}
