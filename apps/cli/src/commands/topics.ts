import { allTopics, topicConfig } from '@beckon/contracts';
import { createTopics, ensureTopics } from '@beckon/kafka';
import { InvalidArgumentError, type Command } from 'commander';
import type { Cluster } from '../cluster.js';
import { topicDifferences, wantedPartitions, type TopicDifference } from '../domain/topic-differences.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';
import { readShops } from './shop-records.js';

export function topicsCommands(program: Command, terminal: Terminal): void {
  const group = program.command('topics').description('Kafka topics');
  group
    .command('apply')
    .option(
      '--partitions <n>',
      'partitions of new topics instead of those of the contract (small set-ups)',
      wholeNumber,
    )
    .option('--sources', 'also create missing source topics of the shops, to play with (a platform owns its topics)')
    .option('--json', 'one JSON object: created, differences')
    .description('create missing topics and report those that differ; deletes and changes nothing')
    .addHelpText('after', '\nExamples:\n  $ beckon topics apply\n  $ beckon topics apply --partitions 3')
    .action((options: TopicsOptions) =>
      withCluster(terminal, ({ cluster }) => applyTopics(terminal, cluster, options)),
    );
  group
    .command('list')
    .option('--json', 'one JSON object per topic and line')
    .description('the topics of the contract: key, partitions, how long they are kept')
    .action((options: { json?: boolean }) => list(terminal, options));
}

interface TopicsOptions {
  readonly partitions?: number;
  readonly sources?: boolean;
  readonly json?: boolean;
}

/** For options that take a count. */
export function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('give a whole number from 1.');
  return n;
}

async function applyTopics(terminal: Terminal, cluster: Cluster, options: TopicsOptions): Promise<void> {
  const created = await ensureTopics(cluster.client, allTopics, options.partitions);
  if (options.sources) created.push(...(await createSources(cluster, options.partitions)));
  const differences = await compareAll(cluster, options.partitions);
  if (options.json) {
    terminal.out(JSON.stringify({ created, differences }));
    return;
  }
  for (const name of created) terminal.out(`created ${name}`);
  for (const d of differences) terminal.out(`differs ${d.topic}: ${d.what} is ${d.is}, the contract says ${d.wanted}`);
  terminal.err(
    `${allTopics.length} topics: ${created.length} created, ${new Set(differences.map((d) => d.topic)).size} differ` +
      (differences.length > 0 ? ' (nothing was changed: compare with docs/generated/asyncapi.yaml)' : ''),
  );
}

/** The shops' own topics on our cluster, for playing: as the broker makes topics by default. */
async function createSources(cluster: Cluster, partitions = 3): Promise<string[]> {
  const wanted = [...(await readShops(cluster)).values()].flatMap((s) =>
    s.settings.sources.flatMap(({ topic, cluster: other }) => (topic === undefined || other ? [] : [topic])),
  );
  const existing = new Set(await cluster.topics());
  const missing = [...new Set(wanted)].filter((topic) => !existing.has(topic));
  if (missing.length > 0)
    await createTopics(
      await cluster.admin(),
      missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: -1 })),
    );
  return missing;
}

async function compareAll(cluster: Cluster, override?: number): Promise<TopicDifference[]> {
  const onCluster = await cluster.describe(
    allTopics.map((topic) => cluster.name(topic)),
    [...new Set(allTopics.flatMap((topic) => Object.keys(topicConfig(topic))))],
  );
  return allTopics.flatMap((topic) => {
    const found = onCluster.get(cluster.name(topic));
    return found ? topicDifferences(topic, found, override) : [];
  });
}

function list(terminal: Terminal, options: { json?: boolean }): void {
  for (const topic of allTopics) {
    const { name, key, purpose, owner } = topic;
    const about = { name, key, purpose, owner, partitions: wantedPartitions(topic), config: topicConfig(topic) };
    if (options.json) terminal.out(JSON.stringify(about));
    else
      terminal.out(
        `${terminal.colors.bold(name)}  key ${key}, ${about.partitions} partitions, by ${owner}\n  ${purpose}`,
      );
  }
}
