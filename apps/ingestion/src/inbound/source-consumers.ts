/**
 * The consumers of the shops' own topics: one per source, in a group of its own (`<prefix>ingestion.<shop>.<source>`),
 * so that one shop's lag delays no other. They follow the settings: a source that appears is started, one that is
 * taken out is stopped, one whose topic changed is replaced; nobody else notices.
 */
import { ChunkConsumer, type Emitter, type KafkaClient, type Position } from '@beckon/kafka';
import type { Clock, Logger } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import { sourceKey, sourcePlan, wantedSources, type WantedSource } from '../domain/wanted-sources.js';
import { ingestionMetrics } from '../metrics.js';
import { foldChunk } from './fold-chunk.js';

/** Deleting a topic, making it anew and filling it takes longer than this, in milliseconds. */
const LOOK_BACK_AFTER_MS = 100;

export interface SourceConsumersOptions {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  readonly directory: ShopDirectory;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a consumer is gone for good: the process should end, so that its supervisor starts it anew. */
  readonly onGone: (error: Error) => void;
}

/** A source that is being read, and how far. */
export interface RunningSource {
  readonly source: WantedSource;
  positions(): Position[];
}

export class SourceConsumers {
  private readonly consumers = new Map<string, { source: WantedSource; consumer: ChunkConsumer<unknown> }>();
  private changing: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly o: SourceConsumersOptions) {}

  /** Reads what the settings name now, and follows them from then on. */
  start(): void {
    this.o.directory.onChange(() => this.follow());
    this.follow();
  }

  /** Finishes running chunks and leaves all groups. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.changing;
    await Promise.all([...this.consumers.values()].map(({ consumer }) => consumer.stop()));
    this.consumers.clear();
  }

  running(): RunningSource[] {
    return [...this.consumers.values()].map(({ source, consumer }) => ({
      source,
      positions: () => consumer.positions(),
    }));
  }

  /** A sentence when a consumer fetches nothing any more and only a new process helps. */
  silent(): string | undefined {
    const silent = [...this.consumers.values()].find(({ consumer }) => consumer.silent());
    return silent && `source ${sourceKey(silent.source)}: nothing fetched for a minute`;
  }

  /** One change at a time: a consumer must have left its group before its successor joins. */
  private follow(): void {
    this.changing = this.changing
      .then(() => this.change())
      .catch((err: unknown) => {
        this.o.log.error({ err }, 'sources could not be changed as the settings say; the next change tries again');
      });
  }

  private async change(): Promise<void> {
    if (this.stopped) return;
    const { directory, log } = this.o;
    const plan = sourcePlan(
      [...this.consumers.values()].map((c) => c.source),
      wantedSources(directory.all()),
    );
    for (const source of plan.stop) {
      const key = sourceKey(source);
      log.info({ source: key, topic: source.topic }, 'source no longer read');
      await this.consumers.get(key)?.consumer.stop();
      this.consumers.delete(key);
    }
    for (const source of plan.start) {
      const key = sourceKey(source);
      log.info({ source: key, topic: source.topic }, 'reading source');
      const consumer = this.consumer(source);
      this.consumers.set(key, { source, consumer });
      void consumer.start();
    }
    ingestionMetrics.sources.set(this.consumers.size);
  }

  private consumer(source: WantedSource): ChunkConsumer<unknown> {
    const { client, dataSource, emitter, directory, clock, log, onGone } = this.o;
    return new ChunkConsumer<unknown>({
      client,
      dataSource,
      emitter,
      group: client.group(`${source.shop}.${source.name}`),
      topic: source.topic,
      source: sourceKey(source),
      lookBackAfterMs: LOOK_BACK_AFTER_MS,
      handler: async (chunk, tx) => {
        const shop = directory.get(source.shop);
        if (!shop) throw new Error(`shop ${source.shop} has no settings any more; its source is about to be stopped`);
        const { settings, rev } = shop;
        const { rules, currency } = settings;
        await foldChunk(chunk, tx, source, { rules, currency, settingsRev: rev, now: clock.now() });
      },
      log,
      onGone,
    });
  }
}
