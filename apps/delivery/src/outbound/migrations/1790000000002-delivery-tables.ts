import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger and what the gate reads. Times are epoch milliseconds. `sending` rows are few and short-lived; the partial
 * indexes keep the line, the flights and the unknowns small whatever the ledger's age.
 */
export class DeliveryTables1790000000002 implements MigrationInterface {
  name = 'DeliveryTables1790000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ledger (
        id text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('alert', 'reply')),
        shop text NOT NULL,
        page text NOT NULL,
        shopper_id text NOT NULL,
        sub_id text,
        sku text,
        needs_rev int NOT NULL,
        quiet_in_flight boolean NOT NULL DEFAULT false,
        condition_type text,
        condition_amount bigint,
        condition_currency text,
        state text NOT NULL DEFAULT 'queued' CHECK (state IN
          ('queued', 'sending', 'accepted', 'refused', 'unknown', 'returned', 'deferred', 'failed')),
        reason text,
        admission_no int NOT NULL,
        queued_at bigint NOT NULL,
        send_by bigint NOT NULL,
        not_before bigint,
        epoch bigint,
        grant_id text,
        grant_kind text,
        claimed_at bigint,
        posted_at bigint,
        answered_at bigint,
        settled_at bigint,
        unknown_since bigint,
        echoed_at bigint,
        mid text,
        error_code int,
        error_subcode int,
        seq int NOT NULL DEFAULT 0,
        answer_seq int NOT NULL DEFAULT 0,
        decision_seq int NOT NULL DEFAULT 0,
        template text,
        locale text,
        price_amount bigint,
        price_currency text,
        delivered_at bigint,
        read_at bigint,
        body jsonb NOT NULL
      );
      CREATE INDEX ledger_line ON ledger (page, kind, send_by) WHERE state = 'queued';
      CREATE INDEX ledger_line_end ON ledger (send_by) WHERE state = 'queued';
      CREATE INDEX ledger_flights_by_shopper ON ledger (shopper_id) WHERE state = 'sending';
      CREATE INDEX ledger_flights_by_page ON ledger (page) WHERE state = 'sending';
      CREATE INDEX ledger_unknown ON ledger (unknown_since) WHERE state = 'unknown';
      CREATE INDEX ledger_unread ON ledger (shopper_id) WHERE state = 'accepted' AND read_at IS NULL;
      CREATE INDEX ledger_by_age ON ledger (kind, queued_at);

      CREATE TABLE shoppers (
        shopper_id text PRIMARY KEY,
        rev int NOT NULL,
        shop text NOT NULL,
        page text NOT NULL,
        psid_sealed text NOT NULL,
        window_until bigint,
        stopped_at bigint,
        suspended_at bigint,
        erased_at bigint,
        ended_subs text[] NOT NULL DEFAULT '{}',
        refuted_until bigint,
        unreachable_until bigint
      );

      CREATE TABLE grants (
        grant_id text PRIMARY KEY,
        shopper_id text NOT NULL,
        kind text NOT NULL,
        sub_id text,
        token_sealed text NOT NULL,
        expires_at bigint NOT NULL,
        next_eligible_at bigint,
        spent_by text,
        spent_at bigint,
        dead_at bigint
      );
      CREATE INDEX grants_by_shopper ON grants (shopper_id);

      CREATE TABLE offers (
        shop text NOT NULL,
        sku text NOT NULL,
        seq bigint NOT NULL,
        product text NOT NULL,
        price_amount bigint,
        price_currency text,
        units bigint,
        published boolean NOT NULL,
        title text,
        options text[] NOT NULL,
        url text,
        image text,
        PRIMARY KEY (shop, sku)
      );

      CREATE TABLE pages (
        page text PRIMARY KEY,
        owner text,
        epoch bigint NOT NULL DEFAULT 0,
        lease_until bigint NOT NULL DEFAULT 0,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'stopped')),
        reason text,
        stopped_at bigint,
        stopped_token text,
        retry_at bigint,
        paused_until bigint NOT NULL DEFAULT 0,
        trouble_step int NOT NULL DEFAULT 0
      );

      CREATE TABLE workers (
        worker text PRIMARY KEY,
        alive_until bigint NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger, shoppers, grants, offers, pages, workers');
  }
}
