import { SERVICES, type ServiceName } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { DeadLetterGroups, isChosen, type Choice, type DeadLetter } from '../domain/dead-letter.js';
import { parseJson, timeText } from '../domain/record-view.js';
import { readSince } from '../domain/since.js';
import { tableText } from '../domain/table.js';
import { Fault } from '../faults.js';
import type { Terminal } from '../terminal.js';
import { withCluster, type CommandContext } from './context.js';
import { readDeadLetters, readReplayed, unseal, wasReplayed } from './read-dead-letters.js';
import { replayDeadLetters, type ReplayOptions } from './replay-dead-letters.js';

export function deadLettersCommands(program: Command, terminal: Terminal): void {
  const group = program
    .command('dead-letters')
    .description('records that a service could not use: what they are, why, and once the cause is mended, once more')
    .addHelpText(
      'after',
      [
        '',
        'A record that a service cannot use goes to <service>.dead-letters with its bytes, and its neighbours go on.',
        'First see what there is (list), then one of them (show), mend the cause, then give them back (replay).',
        '',
        'Examples:',
        '  $ beckon dead-letters list --shop aurora --since 24h',
        '  $ beckon dead-letters show ingestion 0:17',
        '  $ beckon dead-letters replay ingestion --reason invalid_field --dry-run',
        '',
        'More: docs/dead-letters.md',
      ].join('\n'),
    );
  const since = (text: string): number => {
    const at = readSince(text, terminal.now());
    if (at === undefined) throw new InvalidArgumentError('write 15m, 24h, 7d or a time such as 2026-11-23T10:00Z.');
    return at;
  };
  const choosing = (command: Command): Command =>
    command
      .option('--shop <shop>', 'only of this shop')
      .option('--source <source>', 'only from this source of a shop')
      .option('--reason <code>', 'only with this reason')
      .option('--since <when>', 'only what was put aside since then: 15m, 24h, 7d, 2026-11-23T10:00Z', since);
  const service = (): Argument => new Argument('<service>', 'whose dead letters').choices(SERVICES);

  choosing(
    group
      .command('list')
      .addOption(new Option('--service <service>', 'only of this service').choices(SERVICES))
      .option('--each', 'one line for each dead letter instead of one for each group')
      .option('--replayed', 'also those that were replayed already')
      .option('--json', 'one JSON object per line instead of a table')
      .description('how many there are, by service, source, reason and field'),
  )
    .addHelpText('after', '\nExamples:\n  $ beckon dead-letters list\n  $ beckon dead-letters list --each --since 1h')
    .action((o: ListOptions) => withCluster(terminal, (context) => list(context, o)));
  choosing(
    group
      .command('show')
      .addArgument(service())
      .argument('[id]', '`partition:offset`; without it all that are chosen, those replayed too')
      .option('--json', 'one JSON object per dead letter and line')
      .description('dead letters with their bytes, and why they were put aside'),
  )
    .addHelpText('after', '\nExamples:\n  $ beckon dead-letters show ingestion 0:17')
    .action((name: ServiceName, id: string | undefined, o: Choice & { json?: boolean }) =>
      withCluster(terminal, (context) => show(context, name, id, o)),
    );
  choosing(
    group
      .command('replay')
      .addArgument(service())
      .argument('[ids...]', '`partition:offset` of each')
      .option('--all', 'all of the service')
      .option('--again', 'also those that were replayed already')
      .option('--dry-run', 'say what would be put back; put nothing back')
      .description('give dead letters to their service once more; no other service sees them'),
  )
    .addHelpText(
      'after',
      [
        '',
        'Each record goes to the topic that it came from, with its own key, bytes, headers and time. What the service',
        'knows already stays as it is, so a record that came too late or twice changes nothing. What was replayed is',
        'noted and left out the next time: after Ctrl-C run the same command once more.',
        '',
        'Examples:',
        '  $ beckon dead-letters replay ingestion 0:17 2:4',
        '  $ beckon dead-letters replay ingestion --reason invalid_field --shop aurora --dry-run',
        '  $ beckon dead-letters replay ingestion --all --since 24h',
      ].join('\n'),
    )
    .action((name: ServiceName, ids: string[], o: ReplayOptions) =>
      withCluster(terminal, (context) => replayDeadLetters(context, name, ids, o)),
    );
}

interface ListOptions extends Choice {
  readonly service?: ServiceName;
  readonly each?: boolean;
  readonly replayed?: boolean;
  readonly json?: boolean;
}

async function list({ cluster, terminal }: CommandContext, o: ListOptions): Promise<void> {
  const services = o.service ? [o.service] : SERVICES;
  const replayed = o.replayed ? new Map() : await readReplayed(cluster, services, terminal.signal);
  const groups = new DeadLetterGroups();
  const each: string[][] = [];
  for await (const letter of readDeadLetters(cluster, services, terminal.signal)) {
    if (!isChosen(letter, o) || wasReplayed(letter, replayed)) continue;
    if (!o.each) groups.add(letter);
    else if (o.json) terminal.out(JSON.stringify(viewOf(letter)));
    else each.push([letter.id, letter.service, ...about(letter), timeText(letter.at), letter.detail]);
  }
  if (terminal.signal.aborted) throw new Fault('Interrupted: this is not all.');
  if (o.each) return o.json ? undefined : table(terminal, ['ID', 'SERVICE', ...ABOUT, 'PUT ASIDE', 'DETAIL'], each);
  if (o.json) return groups.all().forEach((g) => terminal.out(JSON.stringify(g)));
  table(
    terminal,
    ['COUNT', 'SERVICE', ...ABOUT, 'LAST', 'NEWEST', 'DETAIL'],
    groups.all().map((g) => [String(g.count), g.service, ...about(g), timeText(g.last_at), g.newest, g.detail]),
  );
}

const ABOUT = ['FROM', 'REASON', 'FIELD', 'SHAPE'] as const;
type About = Pick<DeadLetter, 'shop' | 'source' | 'topic' | 'reason' | 'field' | 'shape'>;
const about = ({ shop, source, topic, reason, field, shape }: About): string[] => [
  source === null ? topic : `${shop}/${source}`,
  reason,
  field ?? '',
  shape ?? '',
];

function table(terminal: Terminal, head: readonly string[], rows: readonly string[][]): void {
  if (rows.length === 0) return terminal.err('There are no such dead letters.');
  const [first = '', ...others] = tableText(head, rows, ['COUNT']);
  terminal.out(terminal.colors.bold(first));
  for (const line of others) terminal.out(line);
}

async function show(
  { cluster, terminal, config }: CommandContext,
  name: ServiceName,
  id: string | undefined,
  o: Choice & { json?: boolean },
): Promise<void> {
  const sealer = config.SEAL_KEYS === undefined ? undefined : Sealer.fromKeys(config.SEAL_KEYS);
  let shown = 0;
  for await (const letter of readDeadLetters(cluster, [name], terminal.signal)) {
    if ((id !== undefined && letter.id !== id) || !isChosen(letter, o)) continue;
    shown += 1;
    const open = letter.sealed && sealer ? unseal(letter, sealer) : letter;
    if (o.json) terminal.out(JSON.stringify(viewOf(open)));
    else tell(terminal, open);
  }
  if (terminal.signal.aborted) throw new Fault('Interrupted: this is not all.');
  if (shown === 0 && id !== undefined) throw new Fault(`${name} has no dead letter ${id}.`);
  if (shown === 0) terminal.err(`${name} has no such dead letters.`);
}

/** All of a dead letter as JSON can hold it: the value decoded where it is JSON, and its bytes always. */
const viewOf = ({ value, key, offset, ...letter }: DeadLetter): object => ({
  ...letter,
  offset: offset.toString(),
  key: key?.toString() ?? null,
  value: value === null ? null : (parseJson(value) ?? null),
  value_base64: value?.toString('base64') ?? null,
});

function tell(terminal: Terminal, l: DeadLetter): void {
  const at = l.field === null ? '' : ` at ${l.field}${l.shape === null ? '' : ` (${l.shape})`}`;
  terminal.out(`${terminal.colors.bold(l.id)}  ${l.reason}${at}: ${l.detail}`);
  const from = l.source === null ? '' : `${l.shop}/${l.source}, `;
  terminal.out(`  from ${from}${l.topic} ${l.partition}:${l.offset}, key ${l.key?.toString() ?? '(none)'}`);
  terminal.out(`  written ${timeText(l.written_at)}, put aside ${timeText(l.at)}`);
  for (const [header, text] of Object.entries(l.headers)) terminal.out(`  ${header}: ${text}`);
  terminal.out(indent(bytesText(l.value)) + (l.sealed ? '\n  (sealed: set SEAL_KEYS to read it)' : ''));
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
