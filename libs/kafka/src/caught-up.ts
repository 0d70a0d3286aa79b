import type { Logger } from '@beckon/service';
import { Loop } from '@beckon/service';
import type { Topic } from '@beckon/contracts';
import type { DataSource } from 'typeorm';
import type { KafkaClient } from './kafka-client.js';

interface Sample {
  readonly at: number;
  readonly ends: Map<number, { low: bigint; high: bigint }>;
}

/** A topic whose progress is asked for is looked at again after this many milliseconds. */
const FOLLOW_EVERY_MS = 500;

/**
 * Tells what this service knows: since when everything appended to a topic is applied in its tables. It samples the
 * log's ends and waits until `consumed` has passed them. `consumed` is shared by all workers of the service, so the
 * answer holds for all of them. Once a topic is known, it is looked at again only if somebody asks since when.
 */
export class CaughtUp {
  private readonly pending = new Map<string, Sample>();
  private readonly known = new Map<string, number>();
  private readonly followed = new Set<string>();
  private readonly loop: Loop;

  constructor(
    private readonly client: KafkaClient,
    private readonly dataSource: DataSource,
    private readonly topics: readonly Topic[],
    log: Logger,
    everyMs = 250,
  ) {
    this.loop = new Loop({ name: 'caught-up', idleMs: everyMs, log, tick: () => this.tick() });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Latest instant (ms) such that all records appended to the topic before it are applied; 0: not since the start. */
  knownSince(topic: { readonly name: string }): number {
    this.followed.add(topic.name);
    return this.known.get(topic.name) ?? 0;
  }

  /** Whether each topic was read to the end that it had when this process started. */
  ready(topics: readonly { readonly name: string }[] = this.topics): boolean {
    return topics.every((t) => this.known.has(t.name));
  }

  /** Names of topics not read to their end yet, for health answers. */
  missing(): string[] {
    return this.topics.filter((t) => !this.known.has(t.name)).map((t) => t.name);
  }

  private async tick(): Promise<void> {
    for (const topic of this.topics) {
      if (!this.isDue(topic)) continue;
      const name = this.client.topic(topic);
      let sample = this.pending.get(topic.name);
      if (!sample) {
        sample = { at: Date.now(), ends: await this.client.ends(name) };
        this.pending.set(topic.name, sample);
      }
      if (!(await this.passed(name, sample))) continue;
      this.known.set(topic.name, sample.at);
      this.pending.delete(topic.name);
    }
  }

  private isDue(topic: Topic): boolean {
    const known = this.known.get(topic.name);
    if (known === undefined) return true;
    return this.followed.has(topic.name) && (this.pending.has(topic.name) || Date.now() - known >= FOLLOW_EVERY_MS);
  }

  private async passed(topic: string, sample: Sample): Promise<boolean> {
    const waiting = [...sample.ends].filter(([, end]) => end.high > end.low);
    if (waiting.length === 0) return true;
    const rows: { partition: number; next_offset: string }[] = await this.dataSource.query(
      `SELECT partition, next_offset::text FROM consumed WHERE source = 'beckon' AND topic = $1`,
      [topic],
    );
    const at = new Map(rows.map((r) => [r.partition, BigInt(r.next_offset)]));
    return waiting.every(([partition, end]) => (at.get(partition) ?? -1n) >= end.high);
  }
}
