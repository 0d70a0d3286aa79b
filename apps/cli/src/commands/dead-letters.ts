import { allTopics, deadLetters, SERVICES, type ServiceName } from '@beckon/contracts';
import { REPLAY_FOR } from '@beckon/kafka';
import { Sealer } from '@beckon/service';
import { Argument, Option, type Command } from 'commander';
import type { Cluster } from '../cluster.js';
import { groupDeadLetters, mayReplay, toDeadLetter, type DeadLetter } from '../domain/dead-letter.js';
import { parseJson, timeText } from '../domain/record-view.js';
import { Fault, UsageFault } from '../faults.js';
import type { CliConfig } from '../config.js';
import type { Terminal } from '../terminal.js';
import { withCluster, type CommandContext } from './context.js';

/** Header of a replayed record: the dead letter that it comes from, `<service>.dead-letters partition:offset`. */
export const REPLAY_OF = 'beckon-replay-of';

const service = (): Argument => new Argument('<service>', 'whose dead letters').choices(SERVICES);

export function deadLettersCommands(program: Command, terminal: Terminal): void {
  const group = program.command('dead-letters').description('records that a service could not use');
  group
    .command('list')
    .addOption(new Option('--service <service>', 'only of this service').choices(SERVICES))
    .option('--json', 'one JSON object per group and line')
    .description('how many there are, by service, reason and topic')
    .action((options: { service?: ServiceName; json?: boolean }) =>
      withCluster(terminal, (context) => list(context, options)),
    );
  group
    .command('show')
    .addArgument(service())
    .argument('[id]', '`partition:offset`; without it all, newest last')
    .option('--reason <code>', 'only with this reason')
    .option('--json', 'one JSON object per dead letter and line')
    .description('dead letters with their bytes, and why they were put aside')
    .action((name: ServiceName, id: string | undefined, options: Chosen) =>
      withCluster(terminal, (context) => show(context, name, id, options)),
    );
  group
    .command('replay')
    .addArgument(service())
    .argument('[ids...]', '`partition:offset` of each')
    .option('--reason <code>', 'all with this reason')
    .option('--all', 'all of the service')
    .option('--dry-run', 'say what would be put back; put nothing back')
    .description('give dead letters to their service once more; no other service sees them')
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon dead-letters show ingestion\n  $ beckon dead-letters replay ingestion 0:17 2:4\n  $ beckon dead-letters replay ingestion --reason bad_price',
    )
    .action((name: ServiceName, ids: string[], options: Chosen & { all?: boolean; dryRun?: boolean }) =>
      withCluster(terminal, (context) => replay(context, name, ids, options)),
    );
}

interface Chosen {
  readonly reason?: string;
  readonly json?: boolean;
}

async function read(cluster: Cluster, services: readonly string[], signal: AbortSignal): Promise<DeadLetter[]> {
  const byTopic = new Map(services.map((name) => [cluster.name(deadLetters(name)), name]));
  const found: DeadLetter[] = [];
  for await (const record of cluster.read([...byTopic.keys()], { from: 'beginning', follow: false, signal }))
    found.push(toDeadLetter(byTopic.get(record.topic) ?? '', record));
  return found.sort((a, b) => a.at - b.at);
}

async function list(
  { cluster, terminal }: CommandContext,
  o: { service?: ServiceName; json?: boolean },
): Promise<void> {
  const letters = await read(cluster, o.service ? [o.service] : SERVICES, terminal.signal);
  const groups = groupDeadLetters(letters);
  if (groups.length === 0) terminal.err('There are no dead letters.');
  for (const g of groups) {
    if (o.json) terminal.out(JSON.stringify(g));
    else
      terminal.out(
        `${String(g.count).padStart(6)}  ${g.service}  ${terminal.colors.bold(g.reason)}  ${g.topic}  last ${timeText(g.last_at)} (${g.newest}): ${g.detail}`,
      );
  }
}

async function show(context: CommandContext, name: ServiceName, id: string | undefined, o: Chosen): Promise<void> {
  const { cluster, terminal, config } = context;
  const letters = (await read(cluster, [name], terminal.signal)).filter(
    (l) => (id === undefined || l.id === id) && (o.reason === undefined || l.reason === o.reason),
  );
  if (letters.length === 0 && id !== undefined) throw new Fault(`${name} has no dead letter ${id}.`);
  if (letters.length === 0) terminal.err(`${name} has no such dead letters.`);
  const sealer = config.SEAL_KEYS === undefined ? undefined : Sealer.fromKeys(config.SEAL_KEYS);
  for (const letter of letters) {
    const { value, key, sealed } = letter.sealed && sealer ? unseal(letter, sealer) : { ...letter };
    const decoded = value === null ? null : (parseJson(value) ?? null);
    const view = {
      ...letter,
      offset: letter.offset.toString(),
      key: key?.toString() ?? null,
      sealed,
      value: decoded,
      value_base64: value?.toString('base64') ?? null,
    };
    if (o.json) {
      terminal.out(JSON.stringify(view));
      continue;
    }
    const place = `${letter.topic} ${letter.partition}:${letter.offset}`;
    terminal.out(
      `${terminal.colors.bold(letter.id)}  ${letter.reason}${letter.field ? ` at ${letter.field}` : ''}: ${letter.detail}`,
    );
    terminal.out(`  from ${place}, key ${view.key ?? '(none)'}, put aside ${timeText(letter.at)}`);
    for (const [header, text] of Object.entries(letter.headers)) terminal.out(`  ${header}: ${text}`);
    terminal.out(indent(bytesText(value)) + (sealed ? '\n  (sealed: set SEAL_KEYS to read it)' : ''));
  }
}

async function replay(
  context: CommandContext,
  name: ServiceName,
  ids: readonly string[],
  o: Chosen & { all?: boolean; dryRun?: boolean },
): Promise<void> {
  const { cluster, terminal, config } = context;
  if (ids.length === 0 && o.reason === undefined && !o.all)
    throw new UsageFault('Say which: ids (partition:offset), --reason CODE or --all.');
  const all = await read(cluster, [name], terminal.signal);
  const unknown = ids.filter((id) => !all.some((l) => l.id === id));
  if (unknown.length > 0) throw new Fault(unknown.map((id) => `${name} has no dead letter ${id}.`));
  const chosen = all.filter(
    (l) => (ids.length === 0 || ids.includes(l.id)) && (o.reason === undefined || l.reason === o.reason),
  );
  const letters = chosen.map((l) => (l.sealed ? unseal(l, sealerOf(config)) : l));
  const compacted = new Set(allTopics.filter((t) => t.retention.policy === 'compact').map((t) => cluster.name(t)));
  const last = new Map(
    await Promise.all(
      [...new Set(letters.map((l) => l.topic))]
        .filter((topic) => compacted.has(topic))
        .map(async (topic) => [topic, await cluster.latest(topic, terminal.signal)] as const),
    ),
  );
  let refused = 0;
  for (const letter of letters) {
    const verdict = mayReplay(
      letter,
      compacted.has(letter.topic),
      last.get(letter.topic)?.get(letter.key?.toString() ?? ''),
    );
    if (!verdict.replay) {
      refused += 1;
      terminal.err(`${letter.id}: not replayed: ${verdict.why}`);
      continue;
    }
    if (!o.dryRun)
      await cluster.send([
        {
          topic: letter.topic,
          key: letter.key,
          value: letter.value,
          headers: { ...letter.headers, [REPLAY_FOR]: name, [REPLAY_OF]: `${name}.dead-letters ${letter.id}` },
        },
      ]);
    terminal.out(`${letter.id} ${letter.topic}`);
  }
  const done = letters.length - refused;
  terminal.err(`${done} ${o.dryRun ? 'would be given' : 'given'} to ${name} once more, ${refused} refused`);
  if (refused > 0) throw new Fault(`${refused} of ${letters.length} were not replayed.`);
}

function sealerOf(config: CliConfig): Sealer {
  if (config.SEAL_KEYS === undefined)
    throw new Fault(
      'These dead letters are sealed.',
      'Set SEAL_KEYS (or SEAL_KEYS_FILE) to the keys that the service has.',
    );
  return Sealer.fromKeys(config.SEAL_KEYS);
}

/** @throws Fault when the key does not fit */
function unseal(letter: DeadLetter, sealer: Sealer): DeadLetter {
  const open = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : sealer.openBytes(bytes.toString()));
  try {
    return { ...letter, key: open(letter.key), value: open(letter.value), sealed: false };
  } catch (error) {
    throw new Fault(`${letter.id} cannot be opened: ${(error as Error).message}`);
  }
}

/** JSON over several lines; else text; else hexadecimal. */
function bytesText(value: Buffer | null): string {
  if (value === null) return '(no value)';
  const json = parseJson(value);
  if (json !== undefined) return JSON.stringify(json, null, 2);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    return `(${value.length} bytes) ${value.toString('hex').replace(/(..)/g, '$1 ').trim()}`;
  }
}

const indent = (text: string): string => text.replace(/^/gm, '  ');
