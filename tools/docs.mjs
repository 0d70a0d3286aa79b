/**
 * `npm run docs` writes every generated document; `npm run docs -- --check` changes nothing, names each file that
 * differs from what the code says and exits 1. `--root FOLDER` works on a copy of the documents (used by the spec).
 *
 *     docs/generated/schemas/<topic>.json   JSON Schema of each topic's value, and of a shop's settings file
 *     docs/generated/asyncapi.yaml          all topics, who sends and who receives (AsyncAPI 3, validated)
 *     docs/generated/data-dictionary.md     fields, reasons and verdicts, for analysts
 *     docs/generated/config.md              every setting of every service
 *     docs/generated/openapi.json           the HTTP API (OpenAPI 3.1)
 *     docs/generated/sandbox-openapi.json   the sandbox's admin API (OpenAPI 3.1)
 *     libs/contracts/examples/v1/           one example per topic; written once, never changed (see examples.mjs)
 *
 * It reads the built libraries and the built services, so `npm run build` comes first.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { asyncApiDocument, validateAsyncApi } from './docs/asyncapi.mjs';
import { configTable } from './docs/config-table.mjs';
import { dataDictionary } from './docs/data-dictionary.mjs';
import { missingExamples } from './docs/examples.mjs';
import { staleFiles, writeFiles } from './docs/files.mjs';
import { openApiFiles } from './docs/openapi.mjs';
import { schemaFiles } from './docs/schemas.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));
const contractsEntry = new URL('../libs/contracts/dist/index.js', import.meta.url);

async function main(args) {
  const check = args.includes('--check');
  const at = args.indexOf('--root');
  const root = at >= 0 ? resolve(args[at + 1]) : repository;
  const known = new Set(['--check', '--root', at >= 0 ? args[at + 1] : '--root']);
  const stranger = args.find((arg) => !known.has(arg));
  if (stranger !== undefined) {
    console.error(`docs: ${stranger} is not known. Use: npm run docs [-- --check]`);
    return 2;
  }
  if (!existsSync(fileURLToPath(contractsEntry))) {
    console.error('docs: libs/contracts is not built. Run: npm run build');
    return 1;
  }
  const contracts = await import(contractsEntry.href);

  const asyncapi = asyncApiDocument(contracts);
  const faults = await validateAsyncApi(asyncapi);
  for (const fault of faults) console.error(`docs: docs/generated/asyncapi.yaml: ${fault}`);
  if (faults.length > 0) return 1;

  const files = new Map([
    ...schemaFiles(contracts),
    ['docs/generated/asyncapi.yaml', asyncapi],
    ['docs/generated/data-dictionary.md', dataDictionary(contracts)],
    ['docs/generated/config.md', await configTable(contracts, repository)],
    ...(await openApiFiles(repository)),
  ]);
  // Stored examples are only ever added: whoever changes one has changed history, which the contracts' spec refuses.
  for (const [path, text] of missingExamples(contracts, root)) files.set(path, text);

  const owned = ['docs/generated'];
  if (!check) {
    const changed = await writeFiles(root, files, owned);
    console.log(changed.length === 0 ? 'docs: all up to date' : changed.map((line) => `docs: ${line}`).join('\n'));
    return 0;
  }
  const stale = await staleFiles(root, files, owned);
  for (const { path, why } of stale) console.error(`docs: ${path} ${why}. Run: npm run docs`);
  if (stale.length === 0) console.log(`docs: ${files.size} generated files are up to date`);
  return stale.length === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
