import { isPassing, type Logger } from '@beckon/service';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { EmittingTransaction } from './chunk.js';
import type { OutgoingRecord } from './coalescing-producer.js';
import { faultPoint } from './fault-point.js';
import type { KafkaClient } from './kafka-client.js';
import { GatheringTransaction, inTransaction, unpackRecords } from './outgoing.js';

const LOOP_LANE = 'loop';
const SWEEP_EVERY_MS = 1000;
const LEFT_BEHIND_MS = 3000;

/**
 * Transactions whose emits leave after the commit, for loops and HTTP handlers: state and outbox row are committed
 * together; then the records are sent, acknowledged, and the row deleted. Whatever a crash leaves in the outbox is
 * sent by the sweep of any process of the service. So emits may come twice, and readers go by revision or id.
 */
export class Emitter {
  private stopping = new AbortController();
  private sweeping: Promise<void> | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly dataSource: DataSource,
    private readonly log: Logger,
  ) {}

  /** Starts the sweep. */
  start(): void {
    this.sweeping ??= this.sweepForEver();
  }

  /** Ends the sweep and pending retries; what is still in the outbox goes out after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.sweeping;
  }

  /**
   * Runs `work` in one transaction; resolves with its result after the commit and after everything it emitted was
   * acknowledged. While Kafka is away it waits. Rejects only when nothing was committed, or when stopped while waiting
   * (the outbox then holds the rest).
   */
  async transaction<T>(work: (tx: EmittingTransaction) => Promise<T>): Promise<T> {
    const { result, outboxId, outgoing, callbacks } = await inTransaction(this.dataSource, async (runner) => {
      const tx = new GatheringTransaction(runner, {
        service: this.client.options.service,
        topic: (t) => this.client.topic(t),
      });
      const r = await work(tx);
      return { result: r, outboxId: await tx.writeOutbox([LOOP_LANE]), outgoing: tx.outgoing, callbacks: tx.callbacks };
    });
    faultPoint('loop:committed');
    for (const callback of callbacks) callback();
    if (outboxId !== undefined) {
      await this.deliver(outgoing);
      faultPoint('loop:emitted');
      await this.forget([outboxId]);
    }
    return result;
  }

  /** Sends until acknowledged; throws only when stopped. */
  async deliver(records: readonly OutgoingRecord[]): Promise<void> {
    for (let delay = 100; ; delay = Math.min(delay * 2, 5000)) {
      try {
        await this.client.producer.send(records);
        return;
      } catch (error) {
        if (this.stopping.signal.aborted) throw error;
        await wait(delay, undefined, { signal: this.stopping.signal });
      }
    }
  }

  /**
   * Removes emitted rows. Losing this in a crash only means that they are sent again, so it need not wait for the
   * disk.
   */
  async forget(ids: readonly number[]): Promise<void> {
    try {
      await this.dataSource.query(
        `DELETE FROM outbox WHERE id = ANY ($1) AND set_config('synchronous_commit', 'off', true) IS NOT NULL`,
        [[...ids]],
      );
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.log.warn({ err: error }, 'emitted rows stay in the outbox for now: they will be sent again');
    }
  }

  /** Sends what one lane's owner left behind, oldest first. Called by whoever takes the lane over. */
  async drainLane(lane: string): Promise<number> {
    const rows: { id: number; records: string }[] = await this.dataSource.query(
      'SELECT id, records FROM outbox WHERE $1 = ANY (lanes) ORDER BY id',
      [lane],
    );
    for (const row of rows) {
      await this.deliver(unpackRecords(row.records));
      await this.forget([Number(row.id)]);
    }
    return rows.length;
  }

  /** Sends loop rows that have waited so long that their process must be gone. */
  private async sweep(): Promise<void> {
    const rows: { id: number; records: string }[] = await this.dataSource.query(
      `SELECT id, records FROM outbox WHERE lanes = ARRAY[$1] AND created_at < clock_timestamp() - $2 * interval '1 ms' ORDER BY id LIMIT 100`,
      [LOOP_LANE, LEFT_BEHIND_MS],
    );
    if (rows.length > 0) this.log.info({ rows: rows.length }, 'sending what a stopped process left in the outbox');
    for (const row of rows) {
      await this.deliver(unpackRecords(row.records));
      await this.forget([Number(row.id)]);
    }
  }

  private async sweepForEver(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.sweep();
      } catch (error) {
        if (!this.stopping.signal.aborted) this.log.warn({ err: error }, 'the outbox could not be swept; trying again');
      }
      await wait(SWEEP_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
