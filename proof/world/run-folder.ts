/** The folder of a run: its evidence as lines of JSON, its logs, and what it was started with. */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file that only grows, line by line. What was appended is in the file, whatever ends us next. */
export class LineFile<T> {
  #handle: number;

  constructor(readonly path: string) {
    this.#handle = openSync(path, 'a');
  }

  append(...lines: readonly T[]): void {
    if (lines.length > 0) writeSync(this.#handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Begins anew with these lines: what was appended so far was a part of them. */
  replace(lines: readonly T[]): void {
    closeSync(this.#handle);
    writeFileSync(this.path, '');
    this.#handle = openSync(this.path, 'a');
    for (let i = 0; i < lines.length; i += 1_000) this.append(...lines.slice(i, i + 1_000));
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** Makes the folder of a new run below `parent`. */
export function makeRunFolder(parent: string, name: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const folder = join(parent, `${name}-${stamp}`);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  return folder;
}
