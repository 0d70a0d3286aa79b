/** The ways to make a hole in a shop's topic, each on a shop of its own. */
import { createTopics } from '@beckon/kafka';
import { planRecords } from '../poison/records.js';
import type { Run } from '../run.js';
import type { IngestionBed } from '../world/ingestion-bed.js';
import { rest, until } from '../world/patience.js';
import { sourceTopic } from '../world/shops.js';
import type { Hole, Side } from './judge.js';

/** What a trial works with. */
export interface Ground {
  readonly run: Run;
  readonly bed: IngestionBed;
  readonly shop: string;
  /** Records of a partition on each side of the hole. */
  readonly records: number;
}

/** What a trial made. */
export type Made = Pick<Hole, 'at' | 'holed' | 'behind'>;

export interface Trial {
  readonly name: string;
  /** What the readers do meanwhile: read on, or are gone, or are frozen. */
  readonly readers: 'there' | 'gone' | 'frozen';
  make(ground: Ground): Promise<Made>;
}

const PARTITIONS = [0, 1];
/** The group is told offsets once a second. */
const OFFSETS_MS = 1_500;
const IN_VAIN_MS = 90_000;

const createdAgain =
  (share: number) =>
  async (g: Ground): Promise<Made> => {
    const at = Date.now();
    await again(g);
    return { at, holed: PARTITIONS, behind: await put(g, 'new', Math.ceil(share * g.records)) };
  };

async function overrun(g: Ground): Promise<Made> {
  await put(g, 'gone', g.records, [0]);
  const at = Date.now();
  await cutOff(g, 0);
  return { at, holed: [0], behind: await put(g, 'new', g.records) };
}

/** All of them. */
export const TRIALS: readonly Trial[] = [
  { name: 'created again under the reader, with less in it', readers: 'there', make: createdAgain(1 / 3) },
  { name: 'created again under the reader, with more in it', readers: 'there', make: createdAgain(2) },
  { name: 'created again while nobody reads, with less in it', readers: 'gone', make: createdAgain(1 / 3) },
  { name: 'created again while nobody reads, with more in it', readers: 'gone', make: createdAgain(2) },
  { name: 'retention overruns one partition while nobody reads', readers: 'gone', make: overrun },
  { name: 'retention overruns one partition of a frozen reader', readers: 'frozen', make: overrun },
  {
    name: 'offsets of the group deleted',
    readers: 'gone',
    make: async (g) => {
      const at = Date.now();
      await g.bed.admin.deleteGroups([groupOf(g)]);
      return { at, holed: [], behind: await put(g, 'new', g.records) };
    },
  },
  {
    name: 'offsets of the group set to the end',
    readers: 'gone',
    make: async (g) => {
      const at = Date.now();
      const behind = await put(g, 'new', g.records);
      const partitions = PARTITIONS.map((partition) => ({ partition, offset: String(2 * g.records) }));
      await g.bed.admin.setOffsets({ groupId: groupOf(g), topic: topicOf(g), partitions });
      return { at, holed: [], behind };
    },
  },
];

/** The shop's topic. */
export const topicOf = ({ shop }: Ground): string => sourceTopic(shop);
const groupOf = ({ shop }: Ground): string => `beckon.ingestion.${shop}.catalog`;

/** Puts so many good records into each of these partitions. */
async function put(g: Ground, name: string, n: number, partitions = PARTITIONS): Promise<Side[]> {
  return Promise.all(
    partitions.map(async (partition) => {
      const planned = planRecords(g.shop, `${name}${partition}`, n, 0, g.run.seed);
      const messages = planned.map(({ message }) => ({ ...message, partition }));
      // A topic just made is not known to everybody at once.
      await until('the records to be taken', () => sent(g, messages), { forMs: IN_VAIN_MS, signal: g.run.signal });
      return { partition, keys: planned.flatMap(({ key }) => key ?? []) };
    }),
  );
}

type Messages = Parameters<Ground['bed']['producer']['send']>[0]['messages'];
const sent = (g: Ground, messages: Messages): Promise<boolean> =>
  done(g.bed.producer.send({ topic: topicOf(g), acks: -1, messages }));
const done = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

/** Puts them in and waits until they came out, and until the group was told. */
export async function taken(g: Ground): Promise<Side[]> {
  const sides = await put(g, 'old', g.records);
  const keys = new Set(sides.flatMap((s) => s.keys));
  const came = (): boolean => {
    const out = new Set(g.bed.offers.records.map(({ key }) => key ?? ''));
    return [...keys].every((key) => out.has(key));
  };
  await until('all records to come out', came, { forMs: IN_VAIN_MS, signal: g.run.signal });
  await rest(OFFSETS_MS, g.run.signal);
  return sides;
}

/** Deletes the topic and makes it anew, with as many partitions. */
async function again(g: Ground): Promise<void> {
  const { admin } = g.bed;
  const topic = topicOf(g);
  await admin.deleteTopics({ topics: [topic] });
  // The name is free again a moment later.
  await until(
    'the topic to be created again',
    () => done(createTopics(admin, [{ topic, numPartitions: PARTITIONS.length }])),
    { forMs: IN_VAIN_MS, signal: g.run.signal },
  );
}

/** Deletes everything that lies in the partition now, as retention would. */
async function cutOff(g: Ground, partition: number): Promise<void> {
  const ends = await g.bed.admin.fetchTopicOffsets(topicOf(g));
  const high = ends.find((e) => e.partition === partition)?.high ?? '0';
  const deletion = { topic: topicOf(g), partitions: [{ partition, offset: high }] };
  // Other trials delete and make topics meanwhile: kafkajs may know no leader for a moment.
  await until('the records to be deleted', () => done(g.bed.admin.deleteTopicRecords(deletion)), {
    forMs: IN_VAIN_MS,
    signal: g.run.signal,
  });
}
