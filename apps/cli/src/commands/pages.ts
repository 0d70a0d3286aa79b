import type { PageSettings, ShopRecord } from '@beckon/contracts';
import type { Command } from 'commander';
import type { Finding } from '../domain/page-finding.js';
import { localEnvironment } from '../config.js';
import { Fault } from '../faults.js';
import { connectPage } from '../pages/connect-page.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';
import { readShops } from './shop-records.js';

interface ConnectInput {
  readonly check?: boolean;
  readonly callback?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function pagesCommands(program: Command, terminal: Terminal): void {
  program
    .command('pages')
    .description('Facebook Pages of shops')
    .command('connect')
    .argument('<shop>', 'whose settings name the Pages')
    .argument('[page]', 'only this Page')
    .option('--check', 'change nothing: say what is missing')
    .option('--callback <url>', 'public address of optin’s webhook, to be verified (else CALLBACK_URL)')
    .option('--replace', 'put our greeting and menu in the place of the Page’s own')
    .option('--json', 'what was found, one JSON object per Page and line')
    .description('set Get Started, greeting, menu and webhook fields; verify all of it and say what is missing')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ beckon pages connect aurora --callback https://alerts.example.com/webhooks/messenger',
        '  $ beckon pages connect aurora 1001 --check',
        '',
        'Secrets are read where the shop’s settings say (env:NAME, file:/path); none is printed.',
        'Exit code 1 when something is missing. Step by step: docs/connecting-a-page.md',
      ].join('\n'),
    )
    .action((shop: string, page: string | undefined, input: ConnectInput) => connect(terminal, shop, page, input));
}

async function connect(terminal: Terminal, shop: string, only: string | undefined, input: ConnectInput): Promise<void> {
  const { record, config } = await withCluster(terminal, async ({ cluster, config }) => ({
    record: shopOf(await readShops(cluster, terminal.signal), shop),
    config,
  }));
  let lacking = 0;
  const pages = record.settings.pages.filter(({ page }) => only === undefined || page === only);
  if (pages.length === 0)
    throw new Fault(
      `The shop ${shop} has no Page ${only}.`,
      `It has: ${record.settings.pages.map(({ page }) => page).join(', ')}`,
    );
  for (const page of pages) {
    const findings = await connectPage(record.settings, page, {
      graph: { baseUrl: config.GRAPH_BASE_URL, version: config.GRAPH_VERSION },
      env: localEnvironment(terminal.env),
      callback: input.callback ?? config.CALLBACK_URL,
      ...{ check: input.check ?? false, replace: input.replace ?? false, now: terminal.now() },
    });
    lacking += findings.filter(({ state }) => state === 'missing').length;
    show(terminal, page, findings, input.json ?? false);
  }
  if (lacking > 0) throw new Fault(lacking === 1 ? 'One thing is missing.' : `${lacking} things are missing.`);
  terminal.err(
    input.check
      ? 'Nothing is missing.'
      : 'Connected. To see a message arrive, write to the Page and watch: beckon tail decisions',
  );
}

function shopOf(shops: ReadonlyMap<string, ShopRecord>, shop: string): ShopRecord {
  const record = shops.get(shop);
  if (record) return record;
  const hint =
    shops.size > 0 ? `There are: ${[...shops.keys()].join(', ')}` : 'Apply its settings first: beckon shops apply FILE';
  throw new Fault(`There is no shop ${shop}.`, hint);
}

const MARKS = { ok: '✓', done: '✓', note: '·', missing: '✗' } as const;

function show(terminal: Terminal, { page, name }: PageSettings, findings: readonly Finding[], json: boolean): void {
  if (json) {
    terminal.out(JSON.stringify({ page, name, missing: findings.some(({ state }) => state === 'missing'), findings }));
    return;
  }
  const { colors } = terminal;
  const paint = { ok: colors.green, done: colors.green, note: colors.dim, missing: colors.red };
  terminal.out(`Page ${page} (${name})`);
  for (const { check, state, says, fix } of findings) {
    terminal.out(` ${paint[state](MARKS[state])} ${check.padEnd(22)} ${says}`);
    if (fix !== undefined) terminal.out(`   ${' '.repeat(22)} → ${fix}`);
  }
}
