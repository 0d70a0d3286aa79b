import { isPassing, type Logger } from '@beckon/service';
import type { Topic } from '@beckon/contracts';
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import { performance } from 'node:perf_hooks';
import type { DataSource } from 'typeorm';
import { checksum } from './checksum.js';
import type { ChunkHandler, ChunkRecord } from './chunk.js';
import { ChunkCommit, laneOf } from './chunk-commit.js';
import { ConsumedStore, Fenced } from './consumed-store.js';
import { toRecord } from './decode.js';
import type { Emitter } from './emitter.js';
import type { KafkaClient } from './kafka-client.js';
import { kafkaMetrics } from './metrics.js';
import { assigned, mustLookBack, retryDelay, startAt, type PartitionState } from './partition-state.js';

const CHUNK = 500;
const BAD_IN_A_ROW = 100;
const TELL_OFFSETS_MS = 1000;
/** A fault that is not known to pass is tried this often before the partition is called stuck. */
const STUCK_AFTER = 5;
/** kafkajs may give up this often in a row, without a member of the group in between, before the process ends. */
const GIVEN_UP_MOST = 8;

export interface ChunkConsumerOptions<V> {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  /** Consumer group, full name. */
  readonly group: string;
  /** Topic name on the cluster. */
  readonly topic: string;
  /** Names the cluster in `consumed`; `beckon` for our own. */
  readonly source: string;
  /** How to read values; without it records come undecoded (`value` null, read `raw`). */
  readonly decode?: Topic<V>;
  readonly handler: ChunkHandler<V>;
  /**
   * For topics of others, who may delete one and fill it anew at any time, also between two fetches: when nothing came for
   * so many milliseconds, the record before the next one is read once more, and must be the one remembered. Default: never.
   */
  readonly lookBackAfterMs?: number;
  /** Hides the bytes of dead letters of topics with personal identifiers. */
  readonly sealDeadLetters?: (bytes: Buffer) => string;
  readonly log: Logger;
  /** Called when kafkajs gives up for good: the process should end, so that its supervisor starts it anew. */
  readonly onGone?: (error: Error) => void;
  /** Records per transaction; tests make it small. */
  readonly chunkSize?: number;
  /** Unusable records in a row after which the partition stops. */
  readonly badInARow?: number;
  /** Milliseconds without a fetch, or with records waiting and no progress, after which it says so; default a minute. */
  readonly stallAfterMs?: number;
}

/** Where one assigned partition stands. */
export interface Position {
  readonly partition: number;
  readonly status: PartitionState['status'];
  readonly fault: string | undefined;
  readonly position: bigint;
  readonly lastTimestamp: number;
  /** Everything before it is committed and its emits are acknowledged; with the time of the last such record. */
  readonly settledPosition: bigint;
  readonly settledTimestamp: number;
}

/**
 * Reads one topic in one consumer group and hands it to a handler chunk by chunk, each in a Postgres transaction that
 * also moves `consumed` (design: §4.1). The invariant: **what is committed in Postgres decides what comes next**;
 * Kafka's own offset only follows, for lag displays. So a crash anywhere re-emits and never re-derives, and a
 * consumer that lost its partition cannot commit.
 *
 * Nothing is thrown out of kafkajs's `eachBatch` but its own errors: trouble pauses the partition, which comes back
 * by itself; a hole in the log stops it until a person decides.
 */
export class ChunkConsumer<V> {
  private readonly consumer: Consumer;
  private readonly consumed: ConsumedStore;
  private readonly partitions = new Map<number, PartitionState>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly commits: ChunkCommit<V>;
  private generation = 0;
  private stopping = false;
  private joined = false;
  private lastFetchAt = 0;
  private givenUp = 0;
  private telling = false;

  constructor(private readonly o: ChunkConsumerOptions<V>) {
    this.consumed = new ConsumedStore(o.dataSource);
    this.commits = new ChunkCommit(o, this.chunkSize);
    this.consumer = o.client.kafka.consumer({
      groupId: o.group,
      sessionTimeout: 6000,
      heartbeatInterval: 1000,
      rebalanceTimeout: 10_000,
      // Records end the wait at once; this is only how often an idle fetch turns, and how long a rebalance waits for it.
      maxWaitTimeInMs: 500,
      maxBytesPerPartition: 2 * 1024 * 1024,
      allowAutoTopicCreation: false,
      retry: {
        ...{ initialRetryTime: 100, maxRetryTime: 3000, retries: 8 },
        // kafkajs would bring back a consumer that crashed while it was stopped, and that one would hold partitions.
        restartOnFailure: () => Promise.resolve(!this.stopping),
      },
    });
    const { GROUP_JOIN, FETCH, CRASH, REBALANCING, END_BATCH_PROCESS } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, (event) => this.onAssigned(event.payload.memberAssignment[this.o.topic] ?? []));
    this.consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.passedOver(payload.partition, payload.firstOffset, payload.lastOffset);
    });
    this.consumer.on(REBALANCING, () => (this.joined = false));
    this.consumer.on(FETCH, () => (this.lastFetchAt = performance.now()));
    this.consumer.on(CRASH, (event) => {
      this.joined = false;
      if (!event.payload.restart) this.beginAnew(event.payload.error);
    });
  }

  /** Joins the group; waits (and says so) while Kafka is away or the topic does not exist yet. */
  async start(): Promise<void> {
    this.lastFetchAt = performance.now();
    if (!this.telling) this.tellOffsetsForEver();
    for (let delay = 100; !this.stopping; delay = Math.min(delay * 2, 3000)) {
      try {
        await this.consumer.connect();
        if (!this.stopping) await this.consumer.subscribe({ topics: [this.o.topic], fromBeginning: true });
        // Stopped meanwhile: whoever joined now would hold partitions that nobody reads.
        if (this.stopping) return await this.consumer.disconnect();
        await this.consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          // More would not fit in one transaction anyway; see ChunkCommit.
          partitionsConsumedConcurrently: 16,
          eachBatch: (payload) => this.onBatch(payload),
        });
        if (this.stopping) await this.consumer.disconnect();
        return;
      } catch (error) {
        this.o.log.warn({ topic: this.o.topic, err: error }, 'cannot read the topic yet; trying again');
        await new Promise((resolve) => this.later(delay, () => resolve(undefined)));
      }
    }
  }

  /**
   * kafkajs gives up on what it takes for final. A coordinator that it could not ask, because the network was away for
   * some seconds, is among that. So we begin anew with the same consumer; only who never gets into the group again ends
   * the process: all processes of all services at once would be a long way back from a short silence.
   */
  private beginAnew(error: Error): void {
    if (this.stopping) return;
    this.givenUp += 1;
    if (this.givenUp >= GIVEN_UP_MOST) return this.o.onGone?.(error);
    this.o.log.warn({ topic: this.o.topic, err: error, times: this.givenUp }, 'the consumer gave up; it begins anew');
    this.later(Math.min(3000, 100 * 2 ** this.givenUp), () => void this.start());
  }

  /** Finishes the running chunks, leaves the group, removes what was emitted from the outbox. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    if (this.joined) await this.tellOffsets();
    await this.consumer.disconnect();
    const emitted = [...this.partitions.values()].flatMap((p) => p.emitted.splice(0));
    if (emitted.length > 0) await this.o.emitter.forget(emitted);
  }

  /** Assigned partitions and how far each is. */
  positions(): Position[] {
    return [...this.partitions.values()].map((p) => ({
      partition: p.partition,
      status: p.status,
      fault: p.fault,
      position: p.position,
      lastTimestamp: p.lastTimestamp,
      settledPosition: p.settledPosition === p.position ? p.readTo : p.settledPosition,
      settledTimestamp: p.settledTimestamp,
    }));
  }

  /** A sentence when the loop no longer turns; undefined while it does. Not a reason to restart: Kafka may be away. */
  fault(): string | undefined {
    const stopped = [...this.partitions.values()].find((p) => p.status === 'stopped');
    if (stopped) return `${this.o.topic}[${stopped.partition}] is stopped: ${stopped.fault}`;
    const stuck = [...this.partitions.values()].find((p) => p.failures >= STUCK_AFTER);
    if (stuck) return `${this.o.topic}[${stuck.partition}] fails again and again at offset ${stuck.position}`;
    const idle = [...this.partitions.values()].find(
      (p) => p.highWatermark > p.position && performance.now() - p.advancedAt > this.stallAfterMs,
    );
    if (idle) return `${this.o.topic}[${idle.partition}] has records waiting and does not move`;
    if (!this.joined) return `${this.o.topic}: not (yet) a member of its group`;
    return undefined;
  }

  /** True when nothing was fetched for so long that only a new process helps (kafka-ledger-caps: trap 16). */
  silent(): boolean {
    return this.joined && performance.now() - this.lastFetchAt > this.stallAfterMs;
  }

  private onAssigned(partitions: readonly number[]): void {
    this.generation += 1;
    this.joined = true;
    this.givenUp = 0;
    this.partitions.clear();
    for (const p of partitions) this.partitions.set(p, assigned(p, performance.now()));
    this.showStopped();
    if (partitions.length === 0) return;
    this.consumer.pause([{ topic: this.o.topic, partitions: [...partitions] }]);
    void this.prepare([...partitions], this.generation);
  }

  /**
   * Before the first chunk of a generation: send what the last owner committed and did not emit, take its cursor,
   * look whether the log still holds what comes next. Repeats until it works or the generation is over.
   */
  private async prepare(partitions: number[], generation: number): Promise<void> {
    const { topic, source, log } = this.o;
    try {
      for (const p of partitions) await this.o.emitter.drainLane(this.lane(p));
      const [cursors, ends] = [await this.consumed.load(source, topic, partitions), await this.o.client.ends(topic)];
      if (generation !== this.generation || this.stopping) return;
      for (const p of partitions) {
        const state = this.partitions.get(p);
        if (!state) continue;
        const cursor = cursors.get(p);
        const log_ = ends.get(p) ?? { low: 0n, high: 0n };
        const begin = startAt(cursor, log_);
        if ('hole' in begin) {
          this.halt(state, begin.hole);
          continue;
        }
        if (!cursor) await this.consumed.begin({ source, topic, partition: p }, begin.position);
        state.position = begin.position;
        state.highWatermark = log_.high;
        state.lastTimestamp = cursor?.lastTimestamp ?? 0;
        // The lane was drained above, so what is committed is emitted too.
        state.settledPosition = state.position;
        state.settledTimestamp = state.lastTimestamp;
        const canVerify = begin.position > log_.low && cursor?.lastTimestamp != null && cursor.lastChecksum != null;
        state.last = canVerify ? { timestamp: cursor.lastTimestamp, checksum: cursor.lastChecksum } : undefined;
        state.verify = state.last;
        if (generation !== this.generation || this.stopping) return;
        this.resumeAt(state);
      }
    } catch (error) {
      if (generation !== this.generation || this.stopping) return;
      log.warn({ topic, err: error }, 'partitions cannot be prepared yet; trying again');
      this.later(500, () => void this.prepare(partitions, generation));
    }
  }

  private resumeAt(state: PartitionState): void {
    const { topic } = this.o;
    const offset = state.verify === undefined ? state.position : state.position - 1n;
    state.status = 'running';
    state.readTo = state.position;
    this.consumer.seek({ topic, partition: state.partition, offset: offset.toString() });
    this.consumer.resume([{ topic, partitions: [state.partition] }]);
  }

  /** Stops a partition until a person decides; others go on. */
  private halt(state: PartitionState, fault: string): void {
    state.status = 'stopped';
    state.fault = fault;
    this.consumer.pause([{ topic: this.o.topic, partitions: [state.partition] }]);
    this.o.log.error(
      { topic: this.o.topic, partition: state.partition, fault },
      'partition stopped: a person is needed',
    );
    this.showStopped();
  }

  private showStopped(): void {
    const n = [...this.partitions.values()].filter((p) => p.status === 'stopped').length;
    kafkaMetrics.stopped.set(n, { topic: this.o.topic });
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const state = this.partitions.get(batch.partition);
    if (state?.status !== 'running' || this.stopping) return;
    const generation = this.generation;
    state.highWatermark = BigInt(batch.highWatermark);
    const records = this.unread(batch, state);
    if (records === undefined) return;
    for (let i = 0; i < records.length; i += this.chunkSize) {
      const chunk = records.slice(i, i + this.chunkSize);
      if (!payload.isRunning() || payload.isStale() || generation !== this.generation) return;
      if (!(await this.handle(chunk, state, generation))) return;
      const last = chunk.at(-1) as ChunkRecord<never>;
      payload.resolveOffset(last.offset.toString());
      // kafkajs's own errors (a rebalance) must reach kafkajs.
      await payload.heartbeat();
    }
    // A batch of nothing but the verified record: let kafkajs go on behind it.
    if (records.length === 0) payload.resolveOffset(batch.lastOffset());
    // kafkajs goes on behind markers at the end of the batch, too.
    state.readTo = maxOf(state.position, BigInt(batch.lastOffset()) + 1n);
    if (state.emitted.length > 0 && generation === this.generation)
      await this.o.emitter.forget(state.emitted.splice(0));
  }

  /** Tells Kafka how far we are, for lag displays: all partitions at once, once a second. */
  private async tellOffsets(): Promise<void> {
    const { topic } = this.o;
    const moved = [...this.partitions.values()].filter((p) => p.toldPosition !== p.position && p.status === 'running');
    if (moved.length === 0) return;
    const offsets = moved.map((p) => ({ topic, partition: p.partition, offset: p.position.toString() }));
    try {
      await this.consumer.commitOffsets(offsets);
      moved.forEach((p, i) => (p.toldPosition = BigInt(offsets[i]?.offset ?? 0)));
    } catch (err) {
      // A rebalance or Kafka away: Postgres decides, and the next second tells.
      this.o.log.debug({ topic, err }, 'offsets could not be told to Kafka');
    }
  }

  private tellOffsetsForEver(): void {
    this.telling = true;
    this.later(TELL_OFFSETS_MS, () => {
      void this.tellOffsets().then(() => {
        if (!this.stopping) this.tellOffsetsForEver();
      });
    });
  }

  /**
   * The batch's records from `position` on. Answers undefined, having stopped or moved the partition, when the batch
   * does not continue where we are: then the log was cut or re-created under us.
   */
  private unread(batch: Batch, state: PartitionState): ChunkRecord<never>[] | undefined {
    const expected = state.verify === undefined ? state.position : state.position - 1n;
    const fetched = BigInt((batch as Batch & { fetchedOffset: string }).fetchedOffset);
    if (fetched !== expected && fetched !== state.position && fetched !== state.readTo) {
      // kafkajs resets to the log's ends by itself when an offset is out of range (trap 5): never follow it.
      void this.recheck(state);
      return undefined;
    }
    if (mustLookBack(state, performance.now(), this.o.lookBackAfterMs ?? Infinity)) {
      state.verify = state.last;
      this.resumeAt(state);
      return undefined;
    }
    const records = batch.messages.map((message) => toRecord(batch.partition, message));
    const first = records[0];
    if (state.verify !== undefined && first !== undefined && first.offset === state.position - 1n) {
      const same = first.timestamp === state.verify.timestamp && checksum(first.raw) === state.verify.checksum;
      if (!same) {
        this.halt(
          state,
          `the record at offset ${first.offset} is not the one handled before: the topic was re-created`,
        );
        return undefined;
      }
    }
    if (state.verify !== undefined) state.verifiedAt = performance.now();
    state.verify = undefined;
    return records.filter((r) => r.offset >= state.position);
  }

  /** A fetch brought nothing but markers and aborted records: kafkajs goes on behind them by itself. */
  private passedOver(partition: number, first: string | null, last: string): void {
    const state = this.partitions.get(partition);
    if (state?.status !== 'running' || first === null || BigInt(first) > state.readTo) return;
    state.readTo = maxOf(state.readTo, BigInt(last) + 1n);
  }

  /** The log does not continue where it should: look at its ends, then stop or go on at our own position. */
  private async recheck(state: PartitionState): Promise<void> {
    const generation = this.generation;
    state.status = 'waiting';
    this.consumer.pause([{ topic: this.o.topic, partitions: [state.partition] }]);
    try {
      const ends = (await this.o.client.ends(this.o.topic)).get(state.partition) ?? { low: 0n, high: 0n };
      if (generation !== this.generation || this.stopping) return;
      const at = startAt({ nextOffset: state.position }, ends);
      if ('hole' in at) this.halt(state, at.hole);
      else this.resumeAt(state);
    } catch (error) {
      this.o.log.warn({ topic: this.o.topic, err: error }, 'the log’s ends cannot be read; trying again');
      if (generation === this.generation) this.later(500, () => void this.recheck(state));
    }
  }

  /** One chunk: transaction, emits, acknowledgement. False when the rest of the batch must not be handled now. */
  private async handle(records: ChunkRecord<never>[], state: PartitionState, generation: number): Promise<boolean> {
    try {
      await this.commits.join({ state, records });
    } catch (error) {
      if (generation === this.generation && !this.stopping) this.retryLater(state, error);
      return false;
    }
    if (state.badInARow < (this.o.badInARow ?? BAD_IN_A_ROW)) return true;
    this.halt(state, `${state.badInARow} records in a row could not be used; see the dead letters`);
    return false;
  }

  /** A failed chunk comes again: after a pause, from the cursor that Postgres holds. */
  private retryLater(state: PartitionState, error: unknown): void {
    const { topic, log } = this.o;
    const generation = this.generation;
    state.failures += 1;
    state.status = 'waiting';
    this.consumer.pause([{ topic, partitions: [state.partition] }]);
    if (error instanceof Fenced) {
      state.failures = 0;
      kafkaMetrics.fenced.add(1, { topic });
      log.info({ topic, partition: state.partition }, error.message);
    } else {
      const passing = isPassing(error);
      kafkaMetrics.retries.add(1, { topic, cause: passing ? 'passing' : 'fault' });
      const text = passing ? 'chunk failed, trouble that may pass; it comes again' : 'chunk failed; it comes again';
      log[passing ? 'warn' : 'error'](
        { topic, partition: state.partition, offset: state.position.toString(), err: error },
        text,
      );
    }
    this.later(retryDelay(Math.max(1, state.failures)), () => {
      if (generation === this.generation) void this.prepare([state.partition], generation);
    });
  }

  private get stallAfterMs(): number {
    return this.o.stallAfterMs ?? 60_000;
  }

  private get chunkSize(): number {
    return this.o.chunkSize ?? CHUNK;
  }

  private lane(partition: number): string {
    return laneOf({ source: this.o.source, topic: this.o.topic, partition });
  }

  private later(ms: number, callback: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      callback();
    }, ms);
    this.timers.add(timer);
  }
}

const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
