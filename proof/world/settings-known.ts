/** Waits until every process of throttling goes by a shop's new settings. Only while nothing is broken. */
import pg from 'pg';
import { rest, until } from './patience.js';

/** Processes look at the table of settings about twice a second. */
const LOOKED_AGAIN_MS = 2_000;

/** @throws Error when it takes too long */
export async function settingsKnown(
  databaseUrl: string,
  shop: string,
  rev: number,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await until(
      `throttling to know the settings of ${shop}`,
      async () => {
        const sql = 'SELECT FROM throttling.shop_settings WHERE shop = $1 AND rev >= $2';
        return ((await client.query(sql, [shop, rev])).rowCount ?? 0) > 0;
      },
      { everyMs: 200, signal },
    );
  } finally {
    await client.end();
  }
  await rest(LOOKED_AGAIN_MS, signal);
}
