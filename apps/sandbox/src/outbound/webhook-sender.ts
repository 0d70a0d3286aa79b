import { escapeJson, signBody, signBodySha1 } from '@beckon/messenger';
import { rule44Pick, rule44Shape, takeDisorder } from '../domain/disorder.js';
import type { DisorderKind } from '../domain/disorder.js';
import { rule33Overheard, rule33Standby } from '../domain/rules-states.js';
import { rule41Wanted } from '../domain/subscription.js';
import { entryOf, envelope } from '../domain/webhook-events.js';
import type { Entry, WebhookEvent } from '../domain/webhook-events.js';
import { rule43Gap, rule43GivenUp, rule43Standing, rule43Taken } from '../domain/webhook-retries.js';
import { ChangeFeed } from '../world/change-feed.js';
import { SandboxClock } from '../world/clock.js';
import { nextExchange } from '../world/exchange-order.js';
import { Recent } from '../world/recent.js';
import { SandboxState } from '../world/sandbox-state.js';
import { httpCall } from './http-call.js';
import { WebhookBatches } from './webhook-batches.js';
import type { BatchRule } from './webhook-batches.js';
import { KEPT_ANSWER, addressees } from './webhook-job.js';
import type { Outgoing, WebhookAttempt, WebhookJob } from './webhook-job.js';

/** How long an event waits for the one that it should come with or after, in milliseconds. */
const HELD_MS = 2000;
/** How many events are kept, in webhooks of one or of many. */
const KEPT_EVENTS = 1000;
/** How many events wait at most if nothing is said: some 300 MB of them. */
export const MOST_WAITING = 250_000;
const KEPT_ATTEMPTS = 20;

/**
 * Webhooks out: rules 42 and 43. Each person has a queue of their own; within it order is kept, so an event that is not
 * taken holds back the later ones of that person and of nobody else. With `webhook_batch_ms` each receiver has one
 * queue of batches instead, and a batch that is not taken holds back all later ones. Putting an event into a queue
 * never waits.
 */
export class WebhookSender {
  private readonly queues = new Map<string, WebhookJob[]>();
  private readonly recent = new Recent<WebhookJob>(KEPT_EVENTS);
  private readonly held = new Map<string, Outgoing>();
  /** Those in `recent` that were held before they were queued. */
  private readonly listed = new WeakSet<WebhookJob>();
  private readonly batches = new WebhookBatches(
    ({ page, psid, createdAt }, entries, lane) => ({
      ...this.job(page, psid, entries),
      createdAt,
      ...(lane !== undefined && { lane }),
    }),
    (job) => this.add(job),
    (lane) => this.queues.has(lane),
  );
  /** Events of each Page, for chance. */
  private readonly counted = new Map<string, number>();
  private stopping = new AbortController();
  /** Events in the queues, and those that found them full. */
  private queued = 0;
  private overflow = 0;

  /**
   * `timeoutMs`: how long a receiver may take (real time). `most`: how many events may wait for receivers altogether;
   * what comes when there is no room is dropped.
   */
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly feed: ChangeFeed,
    private readonly timeoutMs: number,
    private readonly most = MOST_WAITING,
  ) {}

  /**
   * Queues an event, or what disorder makes of it (rule 44); sending begins in a later turn of the event loop. With
   * `forSender` the app gets it because it made the button that was pressed, whoever owns the thread (rule 33).
   */
  enqueue(page: string, psid: string, event: WebhookEvent, forSender = false): void {
    const now = this.clock.now();
    const standby = this.isStandby(page, psid, event, forSender);
    const owner = this.state.pages.get(page);
    const entry = (one: WebhookEvent): Entry => entryOf(page, now, standby ? rule33Overheard(one) : one, standby);
    if (!rule41Wanted(owner?.subscribedFields ?? null, event, standby)) {
      this.recent.add({ ...this.job(page, psid, [entry(event)]), state: 'not_subscribed' });
      return;
    }
    if (this.standing().waiting >= this.most) {
      this.overflow += 1;
      this.recent.add({ ...this.job(page, psid, [entry(event)]), state: 'dropped' });
      return;
    }
    const kind = this.disorderFor(page, psid, event);
    const entries = rule44Shape(kind, event).map(entry);
    const one: Outgoing = { job: this.job(page, psid, entries), entries };
    if (kind === 'late') return this.hold(`late:${one.job.id}`, one, owner?.rules.disorderLateMs ?? 0);
    const overtaken = this.takeHeld(`reorder:${page}:${psid}`);
    if (kind === 'reorder' && !overtaken) return this.hold(`reorder:${page}:${psid}`, one, HELD_MS);
    if (kind === 'bad_signature' || kind === 'no_signature') {
      this.add({ ...this.job(page, psid, entries), forged: kind });
    }
    this.send(one, kind === 'batch');
    if (kind === 'duplicate') this.send({ job: { ...one.job, id: nextExchange(), attempts: [] }, entries });
    if (overtaken) this.send(overtaken);
  }

  /** How many events wait for receivers, how many may, and how many were dropped because there was no room. */
  standing(): { waiting: number; most: number; dropped: number } {
    return { waiting: this.queued + this.held.size + this.batches.size, most: this.most, dropped: this.overflow };
  }

  /** Webhooks of late, oldest first. */
  list(): readonly WebhookJob[] {
    return this.recent.list();
  }

  /** Takes webhooks up again that waited when a snapshot was made. */
  resume(jobs: readonly WebhookJob[]): void {
    for (const job of jobs) {
      // Its number may be taken in this process.
      this.add({ ...job, id: nextExchange() });
    }
  }

  /** Forgets all queues; attempts under way are cut off. */
  reset(): void {
    this.stop();
    this.stopping = new AbortController();
    this.recent.clear();
    this.counted.clear();
    this.overflow = 0;
  }

  /** Stops sending and forgets the queues. Gives the webhooks that nobody has taken yet. */
  stop(): WebhookJob[] {
    this.batches.close();
    const waiting = [...[...this.queues.values()].flat(), ...[...this.held.values()].map(({ job }) => job)];
    this.queues.clear();
    this.held.clear();
    this.queued = 0;
    this.stopping.abort();
    return waiting;
  }

  /** Rule 33: what happens in a thread of another app is only overheard. */
  private isStandby(page: string, psid: string, event: WebhookEvent, forSender: boolean): boolean {
    const [owner, person] = [this.state.pages.get(page), this.state.people.get(psid)];
    return owner !== undefined && person !== undefined && rule33Standby(person, owner, event, forSender);
  }

  private job(page: string, psid: string, entries: readonly Entry[]): WebhookJob {
    const body = escapeJson(envelope(entries));
    const createdAt = this.clock.now();
    return { id: nextExchange(), page, psid, body, createdAt, attempts: [], failures: 0, state: 'waiting' };
  }

  /** Rule 44: what was ordered for this event, else what chance brings. */
  private disorderFor(page: string, psid: string, event: WebhookEvent): DisorderKind | undefined {
    const { kind, rest } = takeDisorder(this.state.disorder, { page, psid, event });
    this.state.disorder = rest;
    if (kind) return kind;
    const owner = this.state.pages.get(page);
    if (!owner || owner.rules.disorderRate === 0) return undefined;
    const n = this.counted.get(page) ?? 0;
    this.counted.set(page, n + 1);
    return rule44Pick(owner.rules, n);
  }

  /** Keeps a webhook back until it is taken or, on the sandbox's clock, `ms` have passed. */
  private hold(key: string, held: Outgoing, ms: number): void {
    this.held.set(key, held);
    this.recent.add(held.job);
    this.listed.add(held.job);
    const { signal } = this.stopping;
    void this.clock.sleepUntil(this.clock.now() + ms, signal).then(() => {
      if (signal.aborted || this.held.get(key) !== held) return;
      this.held.delete(key);
      this.send(held);
    });
  }

  private takeHeld(key: string): Outgoing | undefined {
    const held = this.held.get(key);
    this.held.delete(key);
    return held;
  }

  /** Hands a webhook to its queue, alone or after it was put together with others. */
  private send(one: Outgoing, asBatch = false): void {
    const rule = this.batchRule(one.job.page, asBatch);
    if (rule) this.batches.join(one, rule);
    else this.add(one.job);
  }

  /**
   * Which batch a Page's webhook joins, if any: with `webhook_batch_ms` that of its receiver, which other Pages of the
   * app may share; else the one that disorder began or begins with this webhook (`asBatch`).
   */
  private batchRule(page: string, asBatch: boolean): BatchRule | undefined {
    const owner = this.state.pages.get(page);
    if (owner?.webhookUrl && owner.rules.webhookBatchMs > 0) {
      const lane = ['receiver', owner.appId, owner.appSecret, owner.webhookUrl].join(' ');
      return { key: lane, lane, ms: owner.rules.webhookBatchMs };
    }
    const key = `disorder:${page}`;
    return asBatch || this.batches.has(key) ? { key, ms: HELD_MS, most: 2 } : undefined;
  }

  private add(job: WebhookJob): void {
    if (!this.listed.has(job)) this.recent.add(job, addressees(job).length);
    this.queue(job);
  }

  private queue(job: WebhookJob): void {
    const key = job.lane ?? `${job.page}:${job.psid}`;
    this.queued += addressees(job).length;
    const queue = this.queues.get(key);
    if (queue) {
      queue.push(job);
      return;
    }
    this.queues.set(key, [job]);
    const { signal } = this.stopping;
    setImmediate(() => void this.drain(key, signal));
  }

  private async drain(key: string, signal: AbortSignal): Promise<void> {
    const queue = this.queues.get(key);
    while (!signal.aborted && queue?.[0]) {
      const job = queue[0];
      await this.handOver(job, signal);
      if (signal.aborted) return;
      queue.shift();
      this.queued -= addressees(job).length;
      this.feed.tell({ type: 'webhooks' });
    }
    if (signal.aborted) return;
    this.queues.delete(key);
    this.batches.receiverIsFree(key);
  }

  /** Tries until the job is taken, given up, or the sender stops. */
  private async handOver(job: WebhookJob, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const page = this.state.pages.get(job.page);
      if (!page?.webhookUrl) {
        job.state = 'nobody_subscribed';
        return;
      }
      const attempt = await this.attempt(page.webhookUrl, page.appSecret, job, signal);
      if (signal.aborted) return;
      job.attempts = [...job.attempts, attempt].slice(-KEPT_ATTEMPTS);
      const taken = attempt.status !== null && rule43Taken(attempt.status);
      if (!job.forged) this.judge(job, taken);
      if (taken) {
        job.state = 'delivered';
        return;
      }
      job.failures += 1;
      if (job.forged || rule43GivenUp(job.createdAt, this.clock.now(), page)) {
        job.state = 'dropped';
        return;
      }
      this.feed.tell({ type: 'webhooks' });
      await this.clock.sleepUntil(this.clock.now() + rule43Gap(job.failures, page.rules), signal);
    }
  }

  /** Rule 43: notes how the webhooks of a Page stand, and ends the subscription after an hour without success. */
  private judge(job: WebhookJob, taken: boolean): void {
    const now = this.clock.now();
    for (const id of new Set(addressees(job).map(({ page }) => page))) {
      const page = this.state.pages.get(id);
      if (!page) continue;
      if (taken) {
        page.webhookFailingSince = null;
        continue;
      }
      page.webhookFailingSince ??= now;
      if (rule43Standing(page.webhookFailingSince, now) !== 'ended' || page.subscriptionEndedAt !== null) continue;
      page.subscribedFields = [];
      page.subscriptionEndedAt = now;
      this.feed.tell({ type: 'pages' });
    }
  }

  private async attempt(url: string, appSecret: string, job: WebhookJob, signal: AbortSignal): Promise<WebhookAttempt> {
    const body = Buffer.from(job.body, 'latin1');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'facebookexternalua',
      ...signatures(job.forged === 'bad_signature' ? `not ${appSecret}` : appSecret, body, job.forged),
    };
    job.sent = { url, headers };
    const at = this.clock.now();
    const began = performance.now();
    const done = (status: number | null, error: string | null, answer: string | null): WebhookAttempt => ({
      at,
      ms: Math.round((performance.now() - began) * 10) / 10,
      status,
      error,
      answer,
    });
    try {
      const { status, text } = await httpCall(url, {
        method: 'POST',
        headers,
        body,
        timeoutMs: this.timeoutMs,
        signal,
      });
      return done(status, null, text.slice(0, KEPT_ANSWER));
    } catch (error) {
      return done(null, error instanceof Error ? error.message : String(error), null);
    }
  }
}

function signatures(secret: string, body: Buffer, forged: WebhookJob['forged']): Record<string, string> {
  if (forged === 'no_signature') return {};
  return { 'x-hub-signature': signBodySha1(secret, body), 'x-hub-signature-256': signBody(secret, body) };
}
