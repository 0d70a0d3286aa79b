import { readFileSync } from 'node:fs';

const NAMES = ['index.html', 'phone.css', 'phone.js', 'favicon.svg'] as const;

/** Each file of the phone page, read when it is asked for, so that editing needs no restart. */
export type PageFiles = Record<(typeof NAMES)[number], () => string>;

/** The files in a folder. @throws at once if one is missing. */
export function pageFiles(folder: URL): PageFiles {
  const read = (name: string) => (): string => readFileSync(new URL(name, folder), 'utf8');
  const files = Object.fromEntries(NAMES.map((name) => [name, read(name)])) as PageFiles;
  for (const file of Object.values(files)) file();
  return files;
}
