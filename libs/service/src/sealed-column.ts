import type { DataSource } from 'typeorm';
import { RESEAL_BATCH, type SealedPlace } from './reseal.js';

/** A text column that holds sealed texts (or nothing: null, empty). */
export interface SealedColumn {
  readonly table: string;
  /** Columns of the primary key, all of them text. */
  readonly key: readonly string[];
  readonly column: string;
  /** Where in a `jsonb` column the text is, e.g. `psid_sealed`. */
  readonly field?: string;
  /** Only these rows, as SQL. */
  readonly where?: string;
}

/** The column as a place whose texts can be sealed anew. */
export function sealedColumn(db: DataSource, o: SealedColumn): SealedPlace {
  const { table, key, column, field } = o;
  const text = field === undefined ? column : `${column}->>'${field}'`;
  const old = `${o.where === undefined ? '' : `${o.where} AND `}starts_with(${text}, 'v1.') AND NOT starts_with(${text}, $1)`;
  const names = key.join(', ');
  const value = field === undefined ? 'r.sealed' : `jsonb_set(t.${column}, '{${field}}', to_jsonb(r.sealed))`;
  return {
    name: [table, column, ...(field === undefined ? [] : [field])].join('.'),
    remaining: async (prefix) => {
      const [row] = await db.query(`SELECT count(*)::int AS n FROM ${table} WHERE ${old}`, [prefix]);
      return (row as { n: number }).n;
    },
    next: (prefix, after, reseal) =>
      db.transaction(async (tx) => {
        const behind =
          after === undefined ? '' : `AND (${names}) > (${key.map((_, i) => `$${i + 3}::text`).join(', ')})`;
        const rows: Record<string, string>[] = await tx.query(
          `SELECT ${names}, ${text} AS sealed FROM ${table} WHERE ${old} ${behind}
           ORDER BY ${names} LIMIT $2 FOR UPDATE SKIP LOCKED`,
          [prefix, RESEAL_BATCH, ...(after ?? [])],
        );
        const last = rows.at(-1);
        if (last === undefined) return undefined;
        const anew = rows.map((r) => ({ ...r, sealed: reseal(r['sealed'] ?? '') }));
        await tx.query(
          `UPDATE ${table} t SET ${column} = ${value}
           FROM jsonb_to_recordset($1::jsonb) AS r (${key.map((k) => `${k} text`).join(', ')}, sealed text)
           WHERE ${key.map((k) => `t.${k} = r.${k}`).join(' AND ')}`,
          [JSON.stringify(anew)],
        );
        return key.map((k) => last[k] ?? '');
      }),
  };
}
