import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What can be asked for beside one SKU or product: topics, prices, notification messages; and the search for products by
 * words of their titles. `plain` there is what `plainText` of the domain makes of a title: lower case, no accents,
 * letters and digits only. An update that leaves the title alone touches neither index nor words.
 */
export class Wishes1790000110000 implements MigrationInterface {
  readonly name = 'Wishes1790000110000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE shoppers
        ADD COLUMN pending jsonb,
        ADD COLUMN token_stops jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN requests jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN external_at bigint`);
    await runner.query(`
      ALTER TABLE subscriptions
        ALTER COLUMN product DROP NOT NULL,
        ADD COLUMN topic text,
        ADD COLUMN changes jsonb NOT NULL DEFAULT '[]'`);
    await runner.query('DROP INDEX subscriptions_one_active_per_wish');
    await runner.query(`
      CREATE UNIQUE INDEX subscriptions_one_active_per_wish
        ON subscriptions (shopper_id, kind, COALESCE('topic:' || topic, 'sku:' || sku, 'product:' || product))
        WHERE state = 'active'`);
    await runner.query(`CREATE INDEX offers_by_words ON offers USING gin (${TITLE_WORDS}) WHERE title IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX offers_by_words');
    await runner.query('DELETE FROM subscriptions WHERE topic IS NOT NULL');
    await runner.query('DROP INDEX subscriptions_one_active_per_wish');
    await runner.query(`
      CREATE UNIQUE INDEX subscriptions_one_active_per_wish
        ON subscriptions (shopper_id, kind, COALESCE('sku:' || sku, 'product:' || product))
        WHERE state = 'active'`);
    await runner.query(`
      ALTER TABLE subscriptions DROP COLUMN changes, DROP COLUMN topic, ALTER COLUMN product SET NOT NULL`);
    await runner.query(`
      ALTER TABLE shoppers DROP COLUMN pending, DROP COLUMN token_stops, DROP COLUMN requests, DROP COLUMN external_at`);
  }
}

/** The words of a title, as the index holds them. */
export const TITLE_WORDS = `to_tsvector('simple', regexp_replace(regexp_replace(
  replace(normalize(lower(title), NFKD), 'ß', 'ss'), '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))`;
