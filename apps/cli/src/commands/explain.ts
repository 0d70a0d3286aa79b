import { catalogSignals, Decision, decisions, deliveries, Delivery, Signal } from '@beckon/contracts';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { Cluster, LogRecord } from '../cluster.js';
import { parseJson } from '../domain/record-view.js';
import { concerning, subjectOf, tellStories, type Evidence, type Story, type Subject } from '../domain/story.js';
import { storyText } from '../domain/story-text.js';
import { Fault } from '../faults.js';
import type { Terminal } from '../terminal.js';
import { withCluster } from './context.js';

export function explainCommand(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .argument('<id>', 'an alert (alr_…), shopper (shp_…), subscription (sub_…), signal (sig_…) or SKU')
    .option('--shop <shop>', 'the shop of a SKU')
    .option('--json', 'one JSON object per story and line')
    .description('why somebody was, or was not, told: every decision in order, with times (UTC) and reasons')
    .addHelpText(
      'after',
      '\nExamples:\n  $ beckon explain alr_2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e\n  $ beckon explain aurora:red-coat-m',
    )
    .action(async (id: string, options: { shop?: string; json?: boolean }) => {
      const subject = subjectOf(id, options.shop);
      const stories = await withCluster(terminal, ({ cluster }) => explain(cluster, subject, terminal.signal));
      if (stories.length === 0)
        throw new Fault(`Nothing is known of ${subject.by} ${id}.`, 'Decisions and deliveries are kept 30 days.');
      if (options.json) for (const story of stories) terminal.out(JSON.stringify(story));
      else terminal.out(stories.map((story) => storyText(story, terminal.colors).join('\n')).join('\n\n'));
    });
}

/** Reads what is known of a subject and tells it. */
export async function explain(cluster: Cluster, subject: Subject, signal?: AbortSignal): Promise<Story[]> {
  const topics = {
    decisions: cluster.name(decisions),
    deliveries: cluster.name(deliveries),
    signals: cluster.name(catalogSignals),
  };
  const existing = new Set(await cluster.topics());
  // What a shopper's records are keyed by is known, so one partition of each topic is enough.
  const keyed = subject.by === 'shopper' ? [topics.decisions, topics.deliveries].filter((t) => existing.has(t)) : [];
  const partitions = Object.fromEntries(
    await Promise.all(keyed.map(async (t) => [t, [await cluster.partitionOf(t, subject.id)]] as const)),
  );
  const found = { decisions: [] as Decision[], deliveries: [] as Delivery[], signals: [] as Signal[] };
  const options = { from: 'beginning', follow: false, partitions, ...(signal ? { signal } : {}) } as const;
  for await (const record of cluster.read(Object.values(topics), options)) {
    if (record.topic === topics.signals) keep(found.signals, Signal, record);
    // Most records concern somebody else: look before parsing.
    else if (record.value?.includes(subject.id)) {
      if (record.topic === topics.decisions) keep(found.decisions, Decision, record);
      else keep(found.deliveries, Delivery, record);
    }
  }
  return tellStories(concerning(subject, found satisfies Evidence));
}

function keep<V>(list: V[], schema: z.ZodType<V>, record: LogRecord): void {
  const parsed = record.value === null ? undefined : schema.safeParse(parseJson(record.value));
  if (parsed?.success) list.push(parsed.data);
}
