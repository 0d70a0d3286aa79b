/** What the naive service is told, as JSON in `NAIVE_SETTINGS`. */
export interface NaiveSettings {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly schema: string;
  /** Prefix of our topics, so that both services write side by side on one cluster. */
  readonly topicPrefix: string;
  readonly redisPrefix: string;
  readonly group: string;
  /** The platform's topic with native offer events. */
  readonly sourceTopic: string;
  readonly partitions: number;
  readonly graphUrl: string;
  readonly shop: string;
  readonly appSecret: string;
  /** Access token of each Page. */
  readonly pages: Readonly<Record<string, string>>;
  /** At most so many messages per shopper in `seconds`. */
  readonly limit: { readonly points: number; readonly seconds: number };
}

/** Injection token of {@link NaiveSettings}. */
export const SETTINGS = Symbol('naive settings');

/** The settings from the environment. @throws Error when there are none */
export function readSettings(): NaiveSettings {
  const text = process.env['NAIVE_SETTINGS'];
  if (text === undefined) throw new Error('NAIVE_SETTINGS is missing');
  return JSON.parse(text) as NaiveSettings;
}
