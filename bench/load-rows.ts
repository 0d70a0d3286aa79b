/** Finds the rows: every file in `rows/` is one. */
import { readdirSync } from 'node:fs';
import type { Row } from './row.js';

const FOLDER = new URL('./rows/', import.meta.url);

/** All rows, in the order of their files' names. @throws when two have the same id */
export async function loadRows(): Promise<Row[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.js'));
  const rows = await Promise.all(
    files.sort().map(async (name) => {
      const { default: row } = (await import(new URL(name, FOLDER).href)) as { default?: Row };
      if (!row?.id) throw new Error(`bench/rows/${name.replace(/js$/, 'ts')} has no row as its default export`);
      return row;
    }),
  );
  const twice = rows.find((row, i) => rows.findIndex(({ id }) => id === row.id) !== i);
  if (twice) throw new Error(`two rows are called ${twice.id}`);
  return rows;
}

/** The row of this id, whatever the case. @throws naming the rows that there are */
export async function loadRow(id: string): Promise<Row> {
  const rows = await loadRows();
  const row = rows.find((one) => one.id.toLowerCase() === id.toLowerCase());
  if (!row) throw new Error(`there is no row ${id}; there are ${rows.map((one) => one.id).join(', ')}`);
  return row;
}
