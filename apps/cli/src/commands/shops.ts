import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { binaryHeaders, shops, type ShopRecord, type ShopSettings } from '@beckon/contracts';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { decideSettingsChange, differenceText, type SettingsChange } from '../domain/settings-change.js';
import { parseSettingsFile } from '../domain/settings-file.js';
import { Fault } from '../faults.js';
import type { Cluster } from '../cluster.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';
import { readShops } from './shop-records.js';

export function shopsCommands(program: Command, terminal: Terminal): void {
  const group = program.command('shops').description('settings of shops');
  group
    .command('apply')
    .argument('<file>', 'settings of one shop, YAML or JSON; - reads standard input')
    .option('--dry-run', 'check the file and show what would change; publish nothing')
    .option('--json', 'revision, what changed, and the settings in force, as one JSON object')
    .description('check a settings file as a whole and put it in force')
    .addHelpText('after', '\nExamples:\n  $ beckon shops apply shop.yaml --dry-run\n  $ beckon shops apply shop.yaml')
    .action((file: string, options: ApplyOptions) => apply(terminal, file, options));
  group
    .command('check')
    .argument('<file>', 'settings of one shop, YAML or JSON; - reads standard input')
    .description('check a settings file; needs no Kafka')
    .action(async (file: string) => {
      const settings = await readSettings(file);
      terminal.err(`${file}: shop ${settings.shop} is valid`);
    });
  group
    .command('show')
    .argument('[shop]', 'only this shop')
    .option('--json', 'one JSON object per shop and line')
    .description('settings in force')
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon shops show\n  $ beckon shops show aurora --json | jq .settings.limits',
    )
    .action((shop: string | undefined, options: { json?: boolean }) => show(terminal, shop, options));
}

interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

async function apply(terminal: Terminal, file: string, options: ApplyOptions): Promise<void> {
  const settings = await readSettings(file);
  const change = await withCluster(terminal, ({ cluster }) =>
    applySettings(cluster, settings, { now: terminal.now(), dryRun: options.dryRun ?? false, signal: terminal.signal }),
  );
  if (change.action === 'none') {
    terminal.err(`shop ${settings.shop}: unchanged, revision ${change.rev} stays in force`);
    if (options.json) terminal.out(JSON.stringify({ shop: settings.shop, rev: change.rev, differences: [], settings }));
    return;
  }
  const { record, differences } = change;
  if (options.json) terminal.out(JSON.stringify({ shop: record.shop, rev: record.rev, differences, settings }));
  else for (const difference of differences) terminal.out(differenceText(difference));
  terminal.err(
    options.dryRun
      ? `shop ${record.shop}: revision ${record.rev} would say this; nothing was published`
      : `shop ${record.shop}: revision ${record.rev} is in force`,
  );
}

/**
 * Puts settings in force unless they are already.
 * @throws Fault when another shop has one of the Pages, or when somebody else published the same revision first
 */
export async function applySettings(
  cluster: Cluster,
  settings: ShopSettings,
  o: { readonly now: number; readonly dryRun?: boolean; readonly signal?: AbortSignal },
): Promise<Exclude<SettingsChange, { action: 'refuse' }>> {
  const topic = cluster.name(shops);
  if (!(await cluster.topics()).includes(topic))
    throw new Fault(`There is no topic ${topic}.`, 'Create the topics first: beckon topics apply');
  const change = decideSettingsChange(settings, await readShops(cluster, o.signal), o.now);
  if (change.action === 'refuse') throw new Fault(change.faults);
  if (change.action === 'publish' && !o.dryRun) await publish(cluster, topic, change.record);
  return change;
}

/** Readers keep the first record of a revision, so whoever came second must know that theirs is not in force. */
async function publish(cluster: Cluster, topic: string, record: ShopRecord): Promise<void> {
  const id = randomUUID();
  const headers = binaryHeaders({ id, source: 'beckon/cli', type: shops.type, time: record.updated_at });
  await cluster.send([{ topic, key: record.shop, value: JSON.stringify(record), headers }]);
  for await (const seen of cluster.read([topic], { from: 'beginning', follow: false })) {
    if (seen.key?.toString() !== record.shop || seen.value === null) continue;
    if ((JSON.parse(seen.value.toString()) as ShopRecord).rev !== record.rev) continue;
    if (seen.headers['ce_id'] === id) return;
    throw new Fault(
      `shop ${record.shop}: somebody else published revision ${record.rev} at the same moment; yours is not in force.`,
      'Look at theirs with `beckon shops show`, then apply again.',
    );
  }
  throw new Fault(`shop ${record.shop}: revision ${record.rev} was sent but cannot be read back.`);
}

async function show(terminal: Terminal, shop: string | undefined, options: { json?: boolean }): Promise<void> {
  const all = await withCluster(terminal, ({ cluster }) => readShops(cluster, terminal.signal));
  const wanted = [...all.values()].filter((record) => shop === undefined || record.shop === shop);
  if (shop !== undefined && wanted.length === 0)
    throw new Fault(`There is no shop ${shop}.`, all.size > 0 ? `There are: ${[...all.keys()].join(', ')}` : undefined);
  if (wanted.length === 0) terminal.err('No shop has settings yet: beckon shops apply FILE');
  for (const record of wanted) {
    if (options.json) terminal.out(JSON.stringify(record));
    else
      terminal.out(
        `# ${record.shop}: revision ${record.rev}, since ${new Date(record.updated_at).toISOString()}\n${stringify(record.settings).trimEnd()}`,
      );
  }
}

/** @throws Fault naming every fault of the file */
async function readSettings(file: string): Promise<ShopSettings> {
  const name = file === '-' ? 'standard input' : basename(file);
  let content: string;
  try {
    content = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    throw new Fault(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
  const parsed = parseSettingsFile(name, content);
  if (!parsed.ok) throw new Fault(parsed.faults, 'Nothing was changed.');
  return parsed.settings;
}
