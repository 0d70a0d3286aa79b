import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EndedWishes1790000120000 } from './ended-wishes.js';
import { ExpiringGrants1790000120003 } from './expiring-grants.js';
import { HumanInTheInbox1790000120001 } from './human-in-the-inbox.js';
import { ProfilesWanted1790000120004 } from './profiles-wanted.js';
import { SaidBeside1790000120002 } from './said-beside.js';
import { ApiAnswers1790000130001 } from './api-answers.js';
import { ApiKeys1790000130000 } from './api-keys.js';
import { Asks1790000130002 } from './asks.js';
import { ErasureTables1790000140000 } from './erasure-tables.js';
import { Tiers1790000500000 } from './tiers.js';
import { Wishes1790000110000 } from './wishes.js';
import { PageWatch1790000150000 } from './page-watch.js';

/** Tables of optin. Personal ids and tokens are in them only sealed; times are milliseconds since the epoch. */
export class OptinTables1790000100000 implements MigrationInterface {
  readonly name = 'OptinTables1790000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE events_seen (event_key text PRIMARY KEY, seen_at bigint NOT NULL)');
    await runner.query('CREATE INDEX events_seen_by_age ON events_seen (seen_at)');
    await runner.query(`
      CREATE TABLE shoppers (
        shopper_id text PRIMARY KEY,
        rev int NOT NULL,
        shop text NOT NULL,
        page text NOT NULL,
        psid_sealed text NOT NULL,
        window_until bigint,
        grants jsonb NOT NULL,
        stop_at bigint,
        resume_at bigint,
        seen_at bigint,
        ended_subs jsonb NOT NULL,
        suspended_at bigint,
        locale text,
        zone text,
        region text,
        tier text,
        external_id text,
        updated_at bigint NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE subscriptions (
        sub_id text PRIMARY KEY,
        rev int NOT NULL,
        state text NOT NULL CHECK (state IN ('active', 'ended')),
        ended_reason text,
        shopper_id text NOT NULL,
        shopper_rev int NOT NULL,
        page text NOT NULL,
        shop text NOT NULL,
        product text NOT NULL,
        sku text,
        kind text NOT NULL,
        condition jsonb NOT NULL,
        seen_price jsonb,
        mode text NOT NULL,
        locale text NOT NULL,
        tier text,
        consented_at bigint NOT NULL,
        ended_at bigint,
        consents jsonb NOT NULL
      )`);
    await runner.query('CREATE INDEX subscriptions_by_shopper ON subscriptions (shopper_id)');
    await runner.query(`
      CREATE UNIQUE INDEX subscriptions_one_active_per_wish
        ON subscriptions (shopper_id, kind, COALESCE('sku:' || sku, 'product:' || product))
        WHERE state = 'active'`);
    await runner.query(`
      CREATE TABLE offers (
        shop text NOT NULL,
        sku text NOT NULL,
        product text NOT NULL,
        seq bigint NOT NULL,
        price jsonb,
        units bigint,
        published boolean NOT NULL,
        title text,
        options jsonb NOT NULL,
        url text,
        image text,
        updated_at bigint NOT NULL,
        PRIMARY KEY (shop, sku)
      )`);
    await runner.query('CREATE INDEX offers_by_product ON offers (shop, product)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['offers', 'subscriptions', 'shoppers', 'events_seen'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

/** Migrations of optin's own tables. */
export const optinMigrations = [
  OptinTables1790000100000,
  Wishes1790000110000,
  EndedWishes1790000120000,
  HumanInTheInbox1790000120001,
  SaidBeside1790000120002,
  ExpiringGrants1790000120003,
  ProfilesWanted1790000120004,
  ApiKeys1790000130000,
  ApiAnswers1790000130001,
  Asks1790000130002,
  ErasureTables1790000140000,
  PageWatch1790000150000,
  Tiers1790000500000,
];
