/** A shop as the naive service knows it: all in its settings, because an afternoon has no room for an operator's console. */
export interface NaiveShop {
  readonly shop: string;
  /** The platform's topic with native offer events. */
  readonly topic: string;
  /** At most `limit` messages in `period` milliseconds. */
  readonly limits: readonly {
    readonly scope: 'shopper' | 'shopper_kind' | 'shopper_sku';
    readonly limit: number;
    readonly period: number;
  }[];
  /** Access token and app secret of each Page. */
  readonly pages: Readonly<Record<string, { readonly token: string; readonly app_secret: string }>>;
  /** Nobody is told anything between these times of day in the zone; null: at any time. */
  readonly quiet: { readonly from: string; readonly to: string; readonly zone: string } | null;
  /** `{title}` and `{price}` are filled in. */
  readonly texts: { readonly back_in_stock: string; readonly price_drop: string };
}

/** What the naive service is told, as JSON in `NAIVE_SETTINGS`. */
export interface NaiveSettings {
  /** Which of the replicas this is. */
  readonly instance: string;
  /** 0: any free port. */
  readonly port: number;
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly schema: string;
  /** Prefix of our topics, so that both services write side by side on one cluster. */
  readonly topicPrefix: string;
  readonly redisPrefix: string;
  readonly group: string;
  readonly partitions: number;
  readonly graphUrl: string;
  readonly shops: readonly NaiveShop[];
}

/** Injection token of {@link NaiveSettings}. */
export const SETTINGS = Symbol('naive settings');

/** The settings from the environment. @throws Error when there are none */
export function readSettings(): NaiveSettings {
  const text = process.env['NAIVE_SETTINGS'];
  if (text === undefined) throw new Error('NAIVE_SETTINGS is missing');
  return JSON.parse(text) as NaiveSettings;
}

/** The shop that a Page belongs to. @throws Error when none does */
export function shopOf({ shops }: NaiveSettings, page: string): NaiveShop {
  const found = shops.find(({ pages }) => page in pages);
  if (!found) throw new Error(`no shop has Page ${page}`);
  return found;
}
