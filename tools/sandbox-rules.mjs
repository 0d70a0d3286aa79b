/**
 * Writes the table of rules in apps/sandbox/README.md from the sandbox's specs: a test belongs to the rules that its
 * title, or the title of a describe around it, names ("rule 7: ...", "rules 24 and 25: ..."). Writes what is assumed,
 * with defaults and switches, to docs/sandbox-assumptions.md from the same list. With `--check` nothing is written; a
 * file that differs, a rule without a test, an assumption without a switch or a reason, or a switch or a default that the sandbox does not have, is told and the exit code is 1.
 *
 *     node tools/sandbox-rules.mjs [--check]
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { FURTHER_ASSUMPTIONS, RULES } from './sandbox-rules/rules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const README = 'apps/sandbox/README.md';
const ASSUMPTIONS = 'docs/sandbox-assumptions.md';
const SOURCES = 'apps/sandbox/src';
const [BEGIN, END] = ['<!-- rules: begin -->', '<!-- rules: end -->'];
/** A spec of the library that holds a rule's test vectors. */
const MORE_SPECS = ['libs/messenger/src/signature.spec.ts'];

/** Titles of the tests of one file that name rules: [rule, title]. */
function titlesOf(path) {
  const text = readFileSync(root + path, 'utf8');
  const found = [];
  for (const [, title] of text.matchAll(
    /\b(?:describe|it)(?:\.each[\s\S]*?\]\s*\))?\(\s*(['`].*?rules? \d.*?['`]),/g,
  )) {
    const words = title.slice(1, -1);
    const numbers = /rules? (\d+(?:(?:, | and | to )\d+)*)/.exec(words)[1];
    for (const rule of expand(numbers)) found.push([rule, words]);
  }
  return found;
}

/** "6 and 8", "32 to 35", "9, 10 and 11" as numbers. */
function expand(numbers) {
  const range = /^(\d+) to (\d+)$/.exec(numbers);
  if (!range) return numbers.match(/\d+/g).map(Number);
  const [from, to] = [Number(range[1]), Number(range[2])];
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function table() {
  const specs = readdirSync(root + SOURCES, { recursive: true })
    .map((name) => `${SOURCES}/${String(name).replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.spec.ts'));
  const tests = new Map();
  for (const path of [...specs, ...MORE_SPECS].sort()) {
    for (const [rule, title] of titlesOf(path)) {
      const file = path.split('/').at(-1);
      tests.set(rule, [...(tests.get(rule) ?? []), `${title} (${file})`]);
    }
  }
  const faults = RULES.filter(({ rule, missing }) => !missing && !tests.has(rule)).map(({ rule }) => rule);
  for (const rule of tests.keys()) if (!RULES.some((one) => one.rule === rule)) faults.push(rule);
  const rows = RULES.map(({ rule, what, source, assumed, missing }) => {
    const words = source === 'assumed' ? '' : assumed.map((one) => one.what).join('; ');
    const said = missing ? 'not built' : words ? `${source}; assumed: ${words}` : source;
    const names = (tests.get(rule) ?? []).map((name) => name.replaceAll('|', '\\|'));
    return `| ${rule} | ${what} | ${said} | ${names.join('<br>') || '—'} |`;
  });
  return { faults, text: ['| Rule | What | From | Tests |', '| --- | --- | --- | --- |', ...rows].join('\n') };
}

/** The page of everything that is assumed. */
function assumptions() {
  const row = (rule, one) => `| ${rule} | ${one.what} | ${switchesOf(one)} | ${one.default} |`;
  const rows = RULES.flatMap(({ rule, assumed }) => assumed.map((one) => row(rule, one)));
  return [
    '# What the sandbox assumes',
    '<!-- Generated from tools/sandbox-rules/rules.mjs by `node tools/sandbox-rules.mjs`; do not edit. -->',
    [
      'Where the platform documents nothing, or contradicts itself, the [sandbox](../apps/sandbox/README.md) decides and',
      'says so here. A switch is set with `POST` or `PATCH /admin/pages`, those of a person with `PATCH /admin/people`.',
    ].join('\n'),
    ['| Rule | Assumed | Switch | Its default |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    '## Outside the numbered rules',
    [
      '| Assumed | Switch | Its default |',
      '| --- | --- | --- |',
      ...FURTHER_ASSUMPTIONS.map((one) => `| ${one.what} | ${switchesOf(one)} | ${one.default} |`),
    ].join('\n'),
  ].join('\n\n');
}

function switchesOf({ switches, why }) {
  return switches.map((name) => name.replace(/^[\w.]+/, (word) => `\`${word}\``)).join(', ') || `no switch: ${why}`;
}

const source = (path) => readFileSync(`${root}apps/sandbox/src/${path}`, 'utf8');

/** What the list says of switches and the code does not: names that the admin API does not take, other defaults. */
function wrongSwitches() {
  const inputs = source('world/admin-input.ts') + source('domain/graph-error.ts');
  const rules = source('domain/page-rules.ts').split('DEFAULT_PAGE_RULES')[1] + source('domain/graph-error.ts');
  const wrong = new Set();
  for (const one of [...RULES.flatMap(({ assumed }) => assumed), ...FURTHER_ASSUMPTIONS]) {
    if (one.switches.length === 0 && !one.why) wrong.add(`"${one.what}" has neither a switch nor a reason`);
    const words = one.switches.flatMap((name) => /^[\w.]+/.exec(name)[0].split('.'));
    for (const word of words) {
      if (!new RegExp(`^\\s+${word}:`, 'm').test(inputs)) wrong.add(`the admin API has no switch ${word}`);
    }
    // A code is found under its own name, a switch of a Page in camel case; those of people have other defaults.
    const code = one.switches.find((name) => name.startsWith('assumed_codes.'))?.split('.')[1];
    const name = code ?? one.switches[0]?.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    const found = name && new RegExp(`^\\s+${name}: '?([\\w.]+)'?,`, 'm').exec(rules)?.[1];
    if (found && !one.default.startsWith(found)) wrong.add(`the default of ${name} is ${found}, not ${one.default}`);
  }
  return [...wrong];
}

const check = process.argv.includes('--check');
const { faults, text } = table();
const wrong = wrongSwitches();
for (const rule of faults) console.error(`sandbox rules: rule ${rule} has no test, or is not in the list`);
for (const what of wrong) console.error(`sandbox rules: ${what}`);
const readme = readFileSync(root + README, 'utf8');
const [head, rest] = readme.split(BEGIN);
const tail = rest.split(END)[1];
const files = [
  [README, `${head}${BEGIN}\n\n${text}\n\n${END}${tail}`],
  [ASSUMPTIONS, assumptions()],
];
let stale = false;
for (const [path, unformatted] of files) {
  const options = { ...(await prettier.resolveConfig(root + path)), parser: 'markdown' };
  const after = await prettier.format(unformatted, options);
  if (existsSync(root + path) && after === readFileSync(root + path, 'utf8')) continue;
  stale = true;
  if (check) console.error(`sandbox rules: ${path} is out of date. Run: node tools/sandbox-rules.mjs`);
  else writeFileSync(root + path, after);
}
process.exitCode = faults.length === 0 && wrong.length === 0 && !(check && stale) ? 0 : 1;
