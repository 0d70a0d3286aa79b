/** Tables of the naive service: what an afternoon's design has. */
export const tablesSql = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE IF NOT EXISTS ${schema}.offers (
    sku text PRIMARY KEY, product text NOT NULL, title text, units int, price bigint, currency text);
  CREATE TABLE IF NOT EXISTS ${schema}.subscriptions (
    id text PRIMARY KEY, page text NOT NULL, psid text NOT NULL, sku text NOT NULL, kind text NOT NULL,
    price_at_most bigint, token text, active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now());
  CREATE INDEX IF NOT EXISTS subscriptions_sku ON ${schema}.subscriptions (sku, kind) WHERE active;
  CREATE INDEX IF NOT EXISTS subscriptions_person ON ${schema}.subscriptions (page, psid) WHERE active;
  CREATE TABLE IF NOT EXISTS ${schema}.ledger (
    id text PRIMARY KEY, subscription text NOT NULL, state text NOT NULL, mid text, error text,
    claimed_at timestamptz NOT NULL DEFAULT now(), settled_at timestamptz);`;
