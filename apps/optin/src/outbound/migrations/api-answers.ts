import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answers to POSTs that came with an Idempotency-Key, sealed: the answer that tells a new API key is among them. */
export class ApiAnswers1790000130001 implements MigrationInterface {
  readonly name = 'ApiAnswers1790000130001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_answers (
        shop text NOT NULL,
        idempotency_key text NOT NULL,
        request_hash bytea NOT NULL,
        began_at bigint NOT NULL,
        busy_until bigint NOT NULL,
        answer_sealed text,
        PRIMARY KEY (shop, idempotency_key)
      )`);
    await runner.query('CREATE INDEX api_answers_by_age ON api_answers (began_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_answers');
  }
}
