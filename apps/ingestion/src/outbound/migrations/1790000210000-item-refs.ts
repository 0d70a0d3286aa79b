import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `item_refs`: which SKUs an id of a platform's own stands for; a ref of which only the id is known has none yet.
 * `waiting_updates`: what was told of such a ref, the newest of each facet (and location), until its SKU is known.
 */
export class ItemRefs1790000210000 implements MigrationInterface {
  readonly name = 'ItemRefs1790000210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE item_refs (
        shop text COLLATE "C" NOT NULL,
        source text COLLATE "C" NOT NULL,
        ref text COLLATE "C" NOT NULL,
        skus text[] NOT NULL,
        PRIMARY KEY (shop, source, ref)
      )`);
    await runner.query(`
      CREATE TABLE waiting_updates (
        shop text COLLATE "C" NOT NULL,
        source text COLLATE "C" NOT NULL,
        ref text COLLATE "C" NOT NULL,
        facet text COLLATE "C" NOT NULL,
        newest jsonb NOT NULL,
        PRIMARY KEY (shop, source, ref, facet)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE waiting_updates');
    await runner.query('DROP TABLE item_refs');
  }
}
