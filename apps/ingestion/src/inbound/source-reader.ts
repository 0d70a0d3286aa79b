/**
 * One source that is being read: its consumer, in a group of its own, and the connection that the consumer uses. What goes
 * wrong here (a cluster that is away, a password that no longer counts) is this source's own trouble; so a source on
 * another cluster has its own client, is never waited for by the others, and never ends the process.
 *
 * Wherever the topic is, what was read is remembered in *our* Postgres, in the same transaction as what came of it: the
 * offsets that the group commits on the other cluster are for its owner's lag displays only.
 */
import { sourceWebhooks } from '@beckon/contracts';
import {
  ChunkConsumer,
  ensureTopics,
  KafkaClient,
  type ChunkHandler,
  type Emitter,
  type Position,
} from '@beckon/kafka';
import type { Clock, Logger } from '@beckon/service';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { sourceKey, type WantedSource } from '../domain/wanted-sources.js';
import type { Connection } from '../outbound/outside-cluster.js';

/** Deleting a topic, making it anew and filling it takes longer than this, in milliseconds. */
const LOOK_BACK_AFTER_MS = 100;
/** How long another cluster may take to let us go, in milliseconds: a shutdown has better to do than to wait for it. */
const LEAVE_MS = 5000;

export interface SourceReaderOptions {
  readonly source: WantedSource;
  /** Our own cluster. */
  readonly client: KafkaClient;
  /** How to reach the cluster that the source's settings name, if they name one. */
  readonly connection: Connection | undefined;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  readonly clock: Clock;
  readonly log: Logger;
  readonly handler: ChunkHandler<unknown>;
  /** Called when the consumer is gone for good: it does not come back by itself. */
  readonly onGone: (error: Error) => void;
}

/** Where a topic's partitions ended at the moment `at`, milliseconds since the epoch. */
export interface Look {
  readonly at: number;
  readonly ends: ReadonlyMap<number, { readonly high: bigint }>;
}

export class SourceReader {
  readonly source: WantedSource;
  /** Name of the topic on its cluster. */
  readonly topic: string;
  private readonly client: KafkaClient;
  private readonly consumer: ChunkConsumer<unknown>;
  private looking: Promise<Look> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly o: SourceReaderOptions) {
    const { source, client, connection, dataSource, emitter, handler, log } = o;
    this.source = source;
    this.topic = source.topic ?? client.topic(sourceWebhooks(source.shop, source.name));
    // Names of topics and groups as on our own cluster; what the handler emits goes to ours, by the emitter.
    const { service, topicPrefix, groupPrefix } = client.options;
    this.client = connection
      ? new KafkaClient({ service, topicPrefix, groupPrefix, log, ...connection.options })
      : client;
    this.consumer = new ChunkConsumer<unknown>({
      ...{ client: this.client, dataSource, emitter, handler, log },
      onGone: (error) => this.giveUp(error),
      group: source.cluster?.group ?? client.group(`${source.shop}.${source.name}`),
      topic: this.topic,
      source: sourceKey(source),
      lookBackAfterMs: LOOK_BACK_AFTER_MS,
    });
  }

  /** Whether its topic is on a cluster that is not ours. */
  get outside(): boolean {
    return this.client !== this.o.client;
  }

  /** Begins to read; waits for as long as the cluster is away or the topic does not exist. */
  start(): void {
    void this.makeTopic()
      .then(() => (this.stopping.signal.aborted ? undefined : this.consumer.start()))
      .catch((err: unknown) => this.o.log.error({ err, source: sourceKey(this.source) }, 'source cannot be started'));
  }

  /** Finishes the running chunk, leaves the group and, if it has a client of its own, the cluster. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (!this.outside) return this.consumer.stop();
    const timer = new AbortController();
    const late = wait(LEAVE_MS, undefined, { signal: timer.signal }).catch(() => undefined);
    const left = this.consumer.stop().finally(() => this.client.close());
    await Promise.race([left, late]).finally(() => timer.abort());
    left.catch(() => undefined); // too late to matter: what was read is in our database
  }

  /** The consumer does not come back by itself any more. */
  giveUp(error: Error): void {
    this.o.onGone(error);
  }

  positions(): Position[] {
    return this.consumer.positions();
  }

  /** True when nothing was fetched for so long that only a new consumer helps. */
  silent(): boolean {
    return this.consumer.silent();
  }

  /**
   * Where the topic ends now; while that takes long, everybody who asks gets the answer that is under way, with the time at
   * which it was asked for.
   */
  look(): Promise<Look> {
    if (this.looking) return this.looking;
    const at = this.o.clock.now();
    this.looking = this.client
      .ends(this.topic)
      .then((ends) => ({ at, ends }))
      .finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** A topic for webhooks is ours to make; a shop's own topic is the shop's. */
  private async makeTopic(): Promise<void> {
    if (this.source.topic !== undefined) return;
    for (let delay = 100; !this.stopping.signal.aborted; delay = Math.min(2 * delay, 5000)) {
      try {
        await ensureTopics(this.client, [sourceWebhooks(this.source.shop, this.source.name)]);
        return;
      } catch (err) {
        this.o.log.warn({ err, topic: this.topic }, 'the topic for webhooks cannot be made yet; trying again');
        await wait(delay, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }
}
