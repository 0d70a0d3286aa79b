/** The table of every service's settings, from the settings objects that the services themselves read at start. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { code, table } from './data-dictionary.mjs';

/**
 * Settings that all services share once, then what each service and the commands have of their own (or with another
 * default).
 * @throws when a service's config.js declares no settings object
 */
export async function configTable({ SERVICES }, repository) {
  const parts = [
    '# Settings',
    '<!-- Generated from each service’s config.ts by `npm run docs`; do not edit. -->',
    [
      'Set as environment variables. Each NAME can also be given as NAME_FILE, the path of a file that holds the value.',
      'A service started with `--print-config` shows what applies, secrets hidden.',
    ].join('\n'),
  ];
  const libEntry = join(repository, 'libs/service/dist/index.js');
  const { describeConfig, commonSettings } = existsSync(libEntry) ? await import(pathToFileURL(libEntry).href) : {};
  if (!describeConfig) return `${parts.join('\n\n')}\n`;

  const shared = describeConfig(commonSettings);
  parts.push('## All services', settingsTable(shared));
  for (const service of [...SERVICES, 'cli']) {
    const file = join(repository, 'apps', service, 'dist/config.js');
    if (!existsSync(file)) continue;
    const own = describeConfig(settingsIn(await import(pathToFileURL(file).href), file)).filter(
      (s) => !shared.some((c) => JSON.stringify(c) === JSON.stringify(s)),
    );
    parts.push(`## ${service}`, own.length > 0 ? settingsTable(own) : 'Nothing of its own.');
  }
  return `${parts.join('\n\n')}\n`;
}

/** The export of a config module in which every value is a setting. */
function settingsIn(module, file) {
  const isSettings = (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 0 &&
    Object.values(value).every((s) => typeof s === 'object' && s !== null && 'check' in s && 'help' in s);
  const found = Object.values(module).filter(isSettings);
  if (found.length === 0) throw new Error(`${file} exports no settings object (values with check and help)`);
  return found.sort((a, b) => Object.keys(b).length - Object.keys(a).length)[0];
}

const settingsTable = (settings) =>
  table(
    ['setting', 'default', 'what it does'],
    settings.map((s) => [
      code(s.name),
      s.default !== undefined
        ? code(s.default === '' ? '(empty)' : s.default)
        : s.required
          ? '**required**'
          : 'not set',
      s.help + (s.secret ? ' Secret.' : ''),
    ]),
  );
