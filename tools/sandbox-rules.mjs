/**
 * Writes the table of rules in apps/sandbox/README.md from the sandbox's specs: a test belongs to the rules that its
 * title, or the title of a describe around it, names ("rule 7: ...", "rules 24 and 25: ..."). With `--check` nothing is
 * written; a table that differs, or a rule without a test, is told and the exit code is 1.
 *
 *     node tools/sandbox-rules.mjs [--check]
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { RULES } from './sandbox-rules/rules.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const README = 'apps/sandbox/README.md';
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
    const said = missing ? 'not built' : assumed ? `${source}; assumed: ${assumed}` : source;
    const names = (tests.get(rule) ?? []).map((name) => name.replaceAll('|', '\\|'));
    return `| ${rule} | ${what} | ${said} | ${names.join('<br>') || '—'} |`;
  });
  return { faults, text: ['| Rule | What | From | Tests |', '| --- | --- | --- | --- |', ...rows].join('\n') };
}

const check = process.argv.includes('--check');
const { faults, text } = table();
for (const rule of faults) console.error(`sandbox rules: rule ${rule} has no test, or is not in the list`);
const before = readFileSync(root + README, 'utf8');
const [head, rest] = before.split(BEGIN);
const tail = rest.split(END)[1];
const options = { ...(await prettier.resolveConfig(root + README)), parser: 'markdown' };
const after = await prettier.format(`${head}${BEGIN}\n\n${text}\n\n${END}${tail}`, options);
if (check) {
  if (after !== before) console.error(`sandbox rules: ${README} is out of date. Run: node tools/sandbox-rules.mjs`);
  process.exitCode = after === before && faults.length === 0 ? 0 : 1;
} else {
  writeFileSync(root + README, after);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
