/**
 * Writing many rows with one statement. Rows travel as one JSON parameter whose fields are the columns by name.
 */

/** Column names and their Postgres types, in one place per table. */
export type Columns<Row> = Readonly<Record<keyof Row & string, string>>;

/**
 * `INSERT … ON CONFLICT (key) DO UPDATE` of a whole set, which keeps the row that is there unless the new one has a
 * higher `version` column. Each key may occur once in a set. Rows are written in the order given.
 */
export function upsertNewer<Row>(
  table: string,
  key: readonly string[],
  version: string,
  columns: Columns<Row>,
): string {
  const names = Object.keys(columns);
  const fields = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  return `INSERT INTO ${table} (${names.join(', ')})
    SELECT ${names.join(', ')} FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (${(fields as string[]).join(', ')}))
      WITH ORDINALITY AS given (${names.join(', ')}, place) ORDER BY place
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${names.map((n) => `${n} = excluded.${n}`).join(', ')}
      WHERE excluded.${version} > ${table}.${version}`;
}

/**
 * Rows as a parameter for `jsonb`. Half a surrogate pair, which JSON can escape and Postgres refuses, becomes U+FFFD:
 * one odd title must not stop a partition.
 */
export function jsonRows(rows: readonly unknown[]): string {
  return JSON.stringify(rows).replace(/\\ud[89a-f][0-9a-f]{2}/g, '\\ufffd');
}
