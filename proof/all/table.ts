/** How the rows of a night came out. Pure. */

/** One run of one row. `code`: 0 kept, 1 not kept, 2 it could not be shown. */
export interface Ended {
  readonly name: string;
  readonly seed: number;
  readonly code: number;
  readonly ms: number;
  readonly folder: string;
}

const WORDS: Readonly<Record<number, string>> = { 0: 'kept', 1: 'NOT KEPT', 2: 'not shown' };

/** The table, and the exit code of all: 1 if any was not kept or not shown, or not begun at all. */
export function tableOf(ended: readonly Ended[], wanted: number): { lines: string[]; code: number } {
  const bad = ended.filter(({ code }) => code !== 0).length;
  const missing = wanted - ended.length;
  return {
    lines: [
      ...ended.map(({ name, seed, code, ms, folder }) => {
        const time = `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
        const [mark, said] = [code === 0 ? ' ' : '✗', WORDS[code] ?? `exit ${code}`];
        return ` ${mark} ${name.padEnd(28)} seed ${String(seed).padEnd(4)} ${said.padEnd(10)} ${time.padStart(6)}   ${folder}`;
      }),
      '',
      `   ${ended.length - bad} kept, ${bad} not${missing > 0 ? `, ${missing} not begun` : ''}`,
    ],
    code: bad === 0 && missing <= 0 && ended.length > 0 ? 0 : 1,
  };
}
