import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';
import { checksum } from './checksum.js';
import type { Chunk, ChunkRecord, DeadReason } from './chunk.js';
import type { ChunkConsumerOptions } from './chunk-consumer.js';
import { ConsumedStore } from './consumed-store.js';
import { REPLAY_FOR, shortReason, toDeadLetter } from './dead-letter.js';
import { decodeValue, isDead } from './decode.js';
import { faultPoint } from './fault-point.js';
import { kafkaMetrics } from './metrics.js';
import { GatheringTransaction, inTransaction } from './outgoing.js';
import type { PartitionState } from './partition-state.js';
import { chunkLinks } from './tracing.js';

/** Consecutive records of one partition that wait to be handled. */
export interface Piece {
  readonly state: PartitionState;
  readonly records: readonly ChunkRecord<never>[];
}

interface Waiting extends Piece {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

interface Committed {
  readonly outboxId: number | undefined;
  readonly outgoing: GatheringTransaction['outgoing'];
  readonly callbacks: (() => void)[];
  /** Records put aside, by partition. */
  readonly bad: ReadonlyMap<number, number>;
}

/**
 * Commits pieces of a topic's partitions, one transaction at a time. Pieces that arrive while one is committing travel
 * together in the next, so under load a transaction costs the same for twelve partitions as for one, and nobody waits
 * for a linger. If a common transaction fails, each of its pieces has one of its own: a faulty partition holds up
 * nobody else.
 */
export class ChunkCommit<V> {
  private readonly consumed: ConsumedStore;
  private readonly tracer = trace.getTracer('@beckon/kafka');
  private waiting: Waiting[] = [];
  private running = false;

  /** @param most records of one transaction */
  constructor(
    private readonly o: ChunkConsumerOptions<V>,
    private readonly most: number,
  ) {
    this.consumed = new ConsumedStore(o.dataSource);
  }

  /**
   * Resolves when the piece is committed and everything it emitted is acknowledged; `state` has moved behind it.
   * Rejects, with nothing committed, with what the handler or Postgres threw, or `Fenced`.
   */
  join(piece: Piece): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ ...piece, done, failed });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const group = this.take();
      if (await this.attempt(group, group.length > 1)) continue;
      for (const piece of group) await this.attempt([piece], false);
    }
    this.running = false;
  }

  /** The longest head of the line that fits in one transaction. */
  private take(): Waiting[] {
    let records = 0;
    let n = 0;
    for (const piece of this.waiting) {
      records += piece.records.length;
      if (n > 0 && records > this.most) break;
      n += 1;
    }
    return this.waiting.splice(0, n);
  }

  /** One transaction. False if it failed and another try is wanted; else everybody knows what became of it. */
  private async attempt(group: readonly Waiting[], again: boolean): Promise<boolean> {
    const { topic } = this.o;
    const started = performance.now();
    const partitions = [...new Set(group.map(({ state }) => state.partition))];
    const records = group.flatMap((piece) => piece.records);
    const span = this.tracer.startSpan(`process ${topic}`, {
      kind: SpanKind.CONSUMER,
      links: chunkLinks(records),
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': partitions.join(','),
        'messaging.batch.message_count': records.length,
      },
    });
    try {
      const committed = await context.with(trace.setSpan(context.active(), span), () => this.commit(group, records));
      for (const { state, records: own } of group) moveBehind(state, own, committed.bad.get(state.partition) ?? 0);
      faultPoint('chunk:committed', topic);
      for (const callback of committed.callbacks) callback();
      kafkaMetrics.records.add(records.length, { topic });
      // The next transaction need not wait for our acknowledgements: the producer keeps the order.
      void this.emit(group, committed, started);
      return true;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (again) return false;
      for (const { failed } of group) failed(error);
      return true;
    } finally {
      span.end();
    }
  }

  private async emit(group: readonly Waiting[], { outboxId, outgoing }: Committed, started: number): Promise<void> {
    const { topic } = this.o;
    try {
      if (outboxId !== undefined) {
        await this.o.emitter.deliver(outgoing);
        group[0]?.state.emitted.push(outboxId);
        faultPoint('chunk:emitted', topic);
      }
      for (const { state } of group) {
        state.settledPosition = state.position;
        state.settledTimestamp = state.lastTimestamp;
      }
      kafkaMetrics.chunkSeconds.record((performance.now() - started) / 1000, { topic });
      for (const { done } of group) done();
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  }

  private async commit(group: readonly Waiting[], records: readonly ChunkRecord<never>[]): Promise<Committed> {
    const { topic, source, client } = this.o;
    const emitted = group.map(({ state }) => [...state.emitted]);
    const done = await inTransaction(this.o.dataSource, async (runner) => {
      await this.consumed.advance(
        runner,
        { source, topic },
        group.map(({ state, records: own }) => {
          const last = own.at(-1) as ChunkRecord<never>;
          return {
            partition: state.partition,
            held: state.position,
            next: { nextOffset: last.offset + 1n, lastTimestamp: last.timestamp, lastChecksum: checksum(last.raw) },
          };
        }),
      );
      if (emitted.flat().length > 0) await runner.query('DELETE FROM outbox WHERE id = ANY ($1)', [emitted.flat()]);
      const gathered = new GatheringTransaction(runner, {
        service: client.options.service,
        topic: (t) => client.topic(t),
      });
      const bad = new Map<number, number>();
      const putAside = (record: ChunkRecord<unknown>, why: DeadReason): void => {
        const reason = shortReason(why);
        const { partition } = record;
        bad.set(partition, (bad.get(partition) ?? 0) + 1);
        const about = { seal: this.o.sealDeadLetters, source: this.o.decode ? undefined : source };
        gathered.outgoing.push(toDeadLetter(client, topic, record, reason, about));
        kafkaMetrics.deadLetters.add(1, { topic, reason: reason.code });
        this.o.log.warn({ topic, partition, offset: record.offset.toString(), ...reason }, 'record put aside');
      };
      const chunk: Chunk<V> = { topic, records: this.decodeAll(records, putAside) };
      if (chunk.records.length > 0) await this.o.handler(chunk, Object.assign(gathered, { deadLetter: putAside }));
      const outboxId = await gathered.writeOutbox(
        group.map(({ state }) => laneOf({ source, topic, partition: state.partition })),
      );
      return { outboxId, outgoing: gathered.outgoing, callbacks: gathered.callbacks, bad };
    });
    group.forEach(({ state }, i) => state.emitted.splice(0, emitted[i]?.length ?? 0));
    return done;
  }

  private decodeAll(
    records: readonly ChunkRecord<never>[],
    putAside: (record: ChunkRecord<unknown>, reason: DeadReason) => void,
  ): ChunkRecord<V>[] {
    const good: ChunkRecord<V>[] = [];
    for (const record of records) {
      const replayFor = record.headers[REPLAY_FOR];
      if (replayFor !== undefined && replayFor !== this.o.client.options.service) continue;
      const decoded = this.o.decode ? decodeValue(this.o.decode, record) : record;
      if (isDead(decoded)) putAside(record, decoded);
      else good.push(decoded);
    }
    return good;
  }
}

/** Whose order the emits of a partition belong to: whoever takes the partition over sends what is left there first. */
export const laneOf = (p: { readonly source: string; readonly topic: string; readonly partition: number }): string =>
  `${p.source}:${p.topic}:${p.partition}`;

/** The state of a partition once these records are committed. */
function moveBehind(state: PartitionState, records: readonly ChunkRecord<never>[], bad: number): void {
  const last = records.at(-1) as ChunkRecord<never>;
  state.position = last.offset + 1n;
  state.lastTimestamp = last.timestamp;
  state.last = { timestamp: last.timestamp, checksum: checksum(last.raw) };
  state.advancedAt = performance.now();
  state.failures = 0;
  state.badInARow = bad < records.length ? 0 : state.badInARow + bad;
}
