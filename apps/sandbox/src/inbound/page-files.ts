import { readFileSync } from 'node:fs';

/** The files of the phone page: the only ones that are served. */
export const PAGE_FILE_NAMES = [
  'index.html',
  'favicon.svg',
  'page.css',
  'phone.css',
  'inspector.css',
  ...[
    'chance',
    'clock',
    'dom',
    'faults',
    'inspector',
    'json-view',
    'main',
    'message',
    'page-sheet',
    'person-sheet',
  ].map(script),
  ...['phone', 'sandbox', 'search', 'sheet', 'shop', 'stage', 'view'].map(script),
] as const;

/** Each file of the phone page, read when it is asked for, so that editing needs no restart. */
export type PageFiles = Readonly<Record<string, () => string>>;

/** The files in a folder. @throws at once if one is missing. */
export function pageFiles(folder: URL): PageFiles {
  const read = (name: string) => (): string => readFileSync(new URL(name, folder), 'utf8');
  const files = Object.fromEntries(PAGE_FILE_NAMES.map((name) => [name, read(name)]));
  for (const file of Object.values(files)) file();
  return files;
}

function script(name: string): string {
  return `${name}.js`;
}
