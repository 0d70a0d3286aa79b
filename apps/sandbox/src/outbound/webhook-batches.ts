import { mergedEntries } from '../domain/webhook-events.js';
import type { Entry } from '../domain/webhook-events.js';
import type { Outgoing, WebhookJob } from './webhook-job.js';

/** The platform puts at most so many events into one webhook (Graph API: "batches of up to 1000 updates"). */
export const MOST_EVENTS = 1000;

/** Which webhooks are put together, and until when. */
export interface BatchRule {
  /** Webhooks with the same key share a batch. */
  readonly key: string;
  /** How long a batch waits for more after its first webhook, in milliseconds of real time. */
  readonly ms: number;
  /** So many webhooks are enough; absent: as many as fit. */
  readonly most?: number;
  /**
   * The queue of the batches, one after the other. While one is on its way the next grows, and its events stand in as
   * few entries as possible. Absent: the queue of the batch's first person, and an entry for each event (rule 44).
   */
  readonly lane?: string;
}

interface Batch {
  readonly rule: BatchRule;
  readonly members: Outgoing[];
  events: number;
  /** It has waited long enough. */
  due: boolean;
}

/**
 * Puts webhooks together in one body: those of a receiver whose Pages have `webhook_batch_ms`, and those that disorder
 * brings together (rule 44). The order in which they joined is kept.
 */
export class WebhookBatches {
  private readonly open = new Map<string, Batch>();

  /**
   * `make`: a webhook of these entries in place of its first part; `hand`: where closed batches go, in order; `isBusy`:
   * whether a queue has something on its way.
   */
  constructor(
    private readonly make: (first: WebhookJob, entries: readonly Entry[], lane: string | undefined) => WebhookJob,
    private readonly hand: (job: WebhookJob) => void,
    private readonly isBusy: (lane: string) => boolean,
  ) {}

  /** How many webhooks are being gathered. */
  get size(): number {
    let size = 0;
    for (const { members } of this.open.values()) size += members.length;
    return size;
  }

  /** Whether a batch waits for more. */
  has(key: string): boolean {
    return this.open.has(key);
  }

  /** Adds a webhook to the batch of this rule, or begins one. */
  join(one: Outgoing, rule: BatchRule): void {
    const full = (this.open.get(rule.key)?.events ?? 0) + one.entries.length > MOST_EVENTS;
    if (full) this.finish(rule.key);
    const batch = this.open.get(rule.key) ?? this.begin(rule);
    batch.members.push(one);
    batch.events += one.entries.length;
    if (batch.events >= MOST_EVENTS || batch.members.length >= (batch.rule.most ?? Infinity)) this.finish(rule.key);
  }

  /** The last webhook of a queue has gone: what has waited long enough goes next. */
  receiverIsFree(lane: string): void {
    if (this.open.get(lane)?.due) this.finish(lane);
  }

  /** Closes all batches now. */
  close(): void {
    for (const key of [...this.open.keys()]) this.finish(key);
  }

  private begin(rule: BatchRule): Batch {
    const batch: Batch = { rule, members: [], events: 0, due: false };
    this.open.set(rule.key, batch);
    const due = (): void => {
      if (this.open.get(rule.key) !== batch) return;
      batch.due = true;
      if (rule.lane === undefined || !this.isBusy(rule.lane)) this.finish(rule.key);
    };
    setTimeout(due, rule.ms).unref();
    return batch;
  }

  private finish(key: string): void {
    const batch = this.open.get(key)!;
    this.open.delete(key);
    const { rule, members } = batch;
    const [first] = members;
    if (!first) return;
    if (members.length === 1) {
      // Alone it stays what it was, but for its queue: those before it must not be overtaken.
      if (rule.lane !== undefined) first.job.lane = rule.lane;
      return this.hand(first.job);
    }
    const entries = members.flatMap((one) => one.entries);
    const whole = this.make(first.job, rule.lane === undefined ? entries : mergedEntries(entries), rule.lane);
    whole.others = members.slice(1).map(({ job: { page, psid } }) => ({ page, psid }));
    for (const { job } of members) job.state = 'batched';
    this.hand(whole);
  }
}
