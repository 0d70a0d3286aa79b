/** Tables of the naive service: what an afternoon's design has. `held`: alerts that wait for room in their limits. */
export const tablesSql = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE IF NOT EXISTS ${schema}.offers (
    sku text PRIMARY KEY, product text NOT NULL, title text, units int, price int, currency text, event_id text);
  CREATE TABLE IF NOT EXISTS ${schema}.subscriptions (
    id text PRIMARY KEY, page text NOT NULL, psid text NOT NULL, sku text NOT NULL, kind text NOT NULL,
    price_at_most int, token text, active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX IF NOT EXISTS subscriptions_sku ON ${schema}.subscriptions (sku, kind) WHERE active;
  CREATE UNIQUE INDEX IF NOT EXISTS subscriptions_person ON ${schema}.subscriptions (page, psid, sku, kind);
  CREATE TABLE IF NOT EXISTS ${schema}.ledger (
    id text PRIMARY KEY, subscription text NOT NULL, instance text NOT NULL, state text NOT NULL, mid text, error text,
    claimed_at timestamptz NOT NULL DEFAULT now(), settled_at timestamptz);
  CREATE TABLE IF NOT EXISTS ${schema}.held (
    subscription text PRIMARY KEY, event_id text NOT NULL, event_at bigint NOT NULL, due_at timestamptz NOT NULL);
  CREATE INDEX IF NOT EXISTS held_due ON ${schema}.held (due_at);`;
