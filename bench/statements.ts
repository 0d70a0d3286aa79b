/** Which statements cost Postgres how much: pg_stat_statements, loaded only for profiled runs. */
import { writeFileSync } from 'node:fs';
import pg from 'pg';

/** What a Postgres must be started with. */
export const STATEMENT_SETTINGS = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '5000',
  'pg_stat_statements.track_planning': 'on',
} as const;

const MOST = 60;

/** Makes the counts readable. */
export const openStatements = (databaseUrl: string): Promise<void> =>
  using(databaseUrl, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  });

/** Writes the costliest statements into a file: calls, milliseconds of execution and planning, rows, text. */
export const writeStatements = (databaseUrl: string, file: string): Promise<void> =>
  using(databaseUrl, async (client) => {
    const { rows } = await client.query<Record<'calls' | 'exec' | 'plan' | 'rows' | 'text', string>>(
      `SELECT calls::text, round(total_exec_time)::text AS exec, round(total_plan_time)::text AS plan, rows::text,
              left(regexp_replace(query, '\\s+', ' ', 'g'), 200) AS text
         FROM pg_stat_statements ORDER BY total_exec_time + total_plan_time DESC LIMIT ${MOST}`,
    );
    const columns = ['calls', 'exec', 'plan', 'rows'] as const;
    const lines = rows.map((r) => `${columns.map((c) => r[c].padStart(9)).join('')}  ${r.text}`);
    writeFileSync(file, [`${columns.map((c) => c.padStart(9)).join('')}  (ms)`, ...lines, ''].join('\n'));
  });

async function using(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
