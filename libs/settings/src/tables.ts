import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The settings in force, one row per shop; `change` advances with every write, so that caches see what is new. */
export class ShopSettingsTable1790000000001 implements MigrationInterface {
  readonly name = 'ShopSettingsTable1790000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE shop_settings_change');
    await runner.query(`
      CREATE TABLE shop_settings (
        shop text PRIMARY KEY,
        rev int NOT NULL,
        settings jsonb,
        change bigint NOT NULL DEFAULT nextval('shop_settings_change')
      )`);
    await runner.query('CREATE INDEX shop_settings_by_change ON shop_settings (change)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shop_settings');
    await runner.query('DROP SEQUENCE shop_settings_change');
  }
}

/** Migrations of a service that uses shop settings. */
export const settingsMigrations = [ShopSettingsTable1790000000001];
