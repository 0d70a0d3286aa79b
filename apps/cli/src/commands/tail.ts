import { allTopics } from '@beckon/contracts';
import { Option, type Command } from 'commander';
import type { Cluster } from '../cluster.js';
import { timeText, viewRecord, type RecordView } from '../domain/record-view.js';
import { Fault } from '../faults.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';
import { wholeNumber } from './topics.js';

export function tailCommand(program: Command, terminal: Terminal): void {
  program
    .command('tail')
    .argument('<topic>', 'a topic of the contract (`decisions`), else a name on the cluster')
    .addOption(new Option('--from <where>', 'where to begin').choices(['beginning', 'end']).default('end'))
    .option('--key <key>', 'only records of this key')
    .option('-n <count>', 'end after so many records', wholeNumber)
    .option('--no-follow', 'end at the last record there is')
    .option('--json', 'one JSON object per record and line, headers included')
    .description('show the records of a topic as they come, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon tail deliveries\n  $ beckon tail decisions --from beginning --no-follow --json | jq -r .value.verdict',
    )
    .action((topic: string, options: TailOptions) =>
      withCluster(terminal, ({ cluster }) => tail(terminal, cluster, topic, options)),
    );
}

interface TailOptions {
  readonly from: 'beginning' | 'end';
  readonly key?: string;
  readonly n?: number;
  readonly follow: boolean;
  readonly json?: boolean;
}

/** Our topics go by their own names; every other name is taken as it is. */
export async function resolveTopic(cluster: Cluster, name: string): Promise<string> {
  const ours = allTopics.find((topic) => topic.name === name || cluster.name(topic) === name);
  const onCluster = ours ? cluster.name(ours) : name;
  const existing = await cluster.topics();
  if (existing.includes(onCluster)) return onCluster;
  const hint = ours
    ? 'Create the topics first: beckon topics apply'
    : `Topics of the contract: ${allTopics.map((t) => t.name).join(', ')}`;
  throw new Fault(`There is no topic ${onCluster}.`, hint);
}

async function tail(terminal: Terminal, cluster: Cluster, name: string, options: TailOptions): Promise<void> {
  const topic = await resolveTopic(cluster, name);
  // A key's records are all in one partition, but a platform may have its own partitioner: then look everywhere.
  const ours = allTopics.some((t) => cluster.name(t) === topic);
  const partitions =
    options.key !== undefined && ours ? { [topic]: [await cluster.partitionOf(topic, options.key)] } : undefined;
  const { from, follow } = options;
  let left = options.n ?? Infinity;
  for await (const record of cluster.read([topic], {
    from,
    follow,
    signal: terminal.signal,
    ...(partitions ? { partitions } : {}),
  })) {
    if (options.key !== undefined && record.key?.toString() !== options.key) continue;
    const view = viewRecord(record);
    terminal.out(options.json ? JSON.stringify(view) : recordText(view, terminal.colors));
    left -= 1;
    if (left === 0) return;
  }
}

/** Time (UTC), place, key and value on one line. */
function recordText(view: RecordView, colors: Terminal['colors']): string {
  const value =
    view.value_base64 !== undefined
      ? `(not JSON) ${view.value_base64}`
      : view.value === null
        ? '(tombstone)'
        : JSON.stringify(view.value);
  return `${colors.dim(`${timeText(view.timestamp)} ${view.partition}:${view.offset}`)} ${colors.cyan(view.key ?? '(no key)')} ${value}`;
}
