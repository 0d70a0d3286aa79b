/** Now by Postgres' clock, in milliseconds: leases and `send_by` compare with one clock for all workers. */
export const NOW_MS = `(extract(epoch FROM statement_timestamp()) * 1000)::bigint`;

/** Whatever runs SQL: a data source, or a transaction. Rows as objects, int8 as number. */
export interface Queries {
  query<R = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
}
