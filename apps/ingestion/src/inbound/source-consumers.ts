/**
 * The readers of the shops' sources: one per source, in a group of its own (`<prefix>ingestion.<shop>.<source>`), so that
 * one shop's lag delays no other. They follow the settings: a source that appears is started, one that is taken out is
 * stopped, one whose settings changed is replaced; nobody else notices, and nobody waits for another to leave.
 */
import type { Chunk, ChunkTransaction, Emitter, KafkaClient, Position } from '@beckon/kafka';
import type { Clock, Logger, SecretReader } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import { sourceKey, sourcePlan, wantedSources, type WantedSource } from '../domain/wanted-sources.js';
import { ingestionMetrics } from '../metrics.js';
import { connectionTo, type Connection } from '../outbound/outside-cluster.js';
import { firstDeliveries } from '../outbound/seen-deliveries.js';
import { foldChunk } from './fold-chunk.js';
import { SourceReader, type Look } from './source-reader.js';

export interface SourceConsumersOptions {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  readonly directory: ShopDirectory;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when a consumer of our own cluster is gone for good: the process should end, and its supervisor start it anew. */
  readonly onGone: (error: Error) => void;
}

/** A source that is being read, and how far. */
export interface RunningSource {
  readonly source: WantedSource;
  positions(): Position[];
  /** Where its topic ends; see {@link SourceReader.look}. */
  look(): Promise<Look>;
}

export class SourceConsumers {
  private readonly readers = new Map<string, SourceReader>();
  /** Readers that are leaving, by source: a successor joins the group when its predecessor has left it. */
  private readonly leaving = new Map<string, Promise<void>>();
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
    for (const key of [...this.readers.keys()]) this.leave(key);
    await Promise.all(this.leaving.values());
  }

  running(): RunningSource[] {
    return [...this.readers.values()];
  }

  /** A sentence when a consumer of our own cluster fetches nothing any more and only a new process helps. */
  silent(): string | undefined {
    const silent = [...this.readers.values()].find((reader) => !reader.outside && reader.silent());
    return silent && `source ${sourceKey(silent.source)}: nothing fetched for a minute`;
  }

  /**
   * Starts and stops what the settings say. To be called now and then besides: secrets change without the settings, and a
   * consumer of another cluster that fell silent is made anew.
   */
  follow(): void {
    if (this.stopped) return;
    for (const [key, reader] of this.readers) if (reader.outside && reader.silent()) this.leave(key);
    const { directory, log, secrets } = this.o;
    const connections = new Map<WantedSource, Connection>();
    const wanted = wantedSources(directory.all()).flatMap((source) => {
      if (!source.cluster) return [source];
      const connection = connectionTo(source.cluster, secrets);
      if (!connection) return [];
      const known = { ...source, credentials: connection.fingerprint };
      connections.set(known, connection);
      return [known];
    });
    const plan = sourcePlan(
      [...this.readers.values()].map(({ source }) => source),
      wanted,
    );
    for (const source of plan.stop) {
      log.info({ source: sourceKey(source) }, 'source no longer read as it was');
      this.leave(sourceKey(source));
    }
    for (const source of plan.start) this.read(source, connections.get(source));
    ingestionMetrics.sources.set(this.readers.size);
  }

  private read(source: WantedSource, connection: Connection | undefined): void {
    const { client, dataSource, emitter, clock, log } = this.o;
    const key = sourceKey(source);
    const handler = (chunk: Chunk<unknown>, tx: ChunkTransaction) => this.handle(source, chunk, tx);
    const reader: SourceReader = new SourceReader({
      ...{ source, client, connection, dataSource, emitter, clock, log, handler },
      onGone: (error) => this.gone(key, reader, error),
    });
    log.info({ source: key, topic: reader.topic }, 'reading source');
    this.readers.set(key, reader);
    void (this.leaving.get(key) ?? Promise.resolve()).then(() => {
      if (this.readers.get(key) === reader) reader.start();
    });
  }

  private leave(key: string): void {
    const reader = this.readers.get(key);
    if (!reader) return;
    this.readers.delete(key);
    const left = (this.leaving.get(key) ?? Promise.resolve())
      .then(() => reader.stop())
      .catch((err: unknown) => this.o.log.warn({ err, source: key }, 'a source could not be left in order'))
      .then(() => {
        if (this.leaving.get(key) === left) this.leaving.delete(key);
      });
    this.leaving.set(key, left);
  }

  /** Our own cluster is everybody's: the process ends. Another shop's cluster is that source's: it is made anew. */
  private gone(key: string, reader: SourceReader, error: Error): void {
    if (!reader.outside) return this.o.onGone(error);
    this.o.log.error({ err: error, source: key }, 'the consumer of another cluster is gone; it is made anew');
    if (this.readers.get(key) === reader) this.leave(key);
  }

  private async handle(source: WantedSource, chunk: Chunk<unknown>, tx: ChunkTransaction): Promise<void> {
    const { directory, clock } = this.o;
    const shop = directory.get(source.shop);
    if (!shop) throw new Error(`shop ${source.shop} has no settings any more; its source is about to be stopped`);
    const { settings, rev } = shop;
    const { rules, currency, topics } = settings;
    const now = clock.now();
    const fresh = source.topic === undefined ? await firstDeliveries(tx, source, chunk, now) : chunk;
    await foldChunk(fresh, tx, source, { rules, currency, topics, settingsRev: rev, now });
  }
}
