import type { Money } from '@beckon/contracts';
import { faultPoint } from '@beckon/kafka';
import { classifyAnswer, formatMetadata, type OutgoingMessage, type SendRequest } from '@beckon/messenger';
import { Loop, type Clock, type Logger, type Sealer } from '@beckon/service';
import type { Fact } from '../domain/facts.js';
import type { Told } from '../domain/ledger-row.js';
import { alertsFirst, emptyPace, msToNextSlot, refill, slots, spend, type Pace } from '../domain/pace.js';
import { wordAlert } from '../domain/word-alert.js';
import { postAnswer } from '../metrics.js';
import { passGate, type Claimed } from '../outbound/ledger-store.js';
import type { MessengerClient } from '../outbound/messenger-client.js';
import { accessTokenOf, type AccessToken, type KnownPage, type Pages } from '../outbound/page-directory.js';
import type { Queries } from '../outbound/sql.js';
import type { Settlements } from './settlements.js';

/** What a sender works with; the same for all Pages of a worker. */
export interface SenderParts {
  readonly db: Queries;
  readonly client: Pick<MessengerClient, 'post'>;
  readonly pages: Pages;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly settlements: Pick<Settlements, 'add' | 'settled'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Most POSTs of one Page that wait for an answer. */
  readonly maxInFlight: number;
}

/** Rest without a poke, in milliseconds: whoever puts a message in line pokes, and the leases watch all lines. */
const IDLE_MS = 1000;
const NOTHING_TOLD: Told = { template: null, locale: null, price_amount: null, price_currency: null };

/**
 * Sends for one Page under one lease: gate, word, POST, hand the answer over. POSTs run side by side; the gate is asked
 * by one loop, so the pace is exact. Nothing is claimed, and no byte leaves, once the lease's time is over by the
 * monotonic clock, whatever else hangs.
 */
export class PageSender {
  private readonly loop: Loop;
  private pace: Pace;
  private inFlight = 0;
  private draining = false;
  private leaseUntil: number;
  private timer: NodeJS.Timeout | undefined;
  private readonly landed: (() => void)[] = [];

  /** @param leaseUntil monotonic milliseconds. */
  constructor(
    private readonly parts: SenderParts,
    private readonly lease: { readonly page: string; readonly worker: string; readonly epoch: number },
    leaseUntil: number,
  ) {
    this.leaseUntil = leaseUntil;
    this.pace = emptyPace(parts.pages.find(lease.page)?.page.pace_per_second ?? 1, parts.clock.monotonic());
    this.loop = new Loop({ name: `page ${lease.page}`, idleMs: IDLE_MS, log: parts.log, tick: () => this.tick() });
    this.loop.start();
  }

  get epoch(): number {
    return this.lease.epoch;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  /** The lease holds until then (monotonic milliseconds). */
  renewed(leaseUntil: number): void {
    this.leaseUntil = leaseUntil;
  }

  /** There may be something to send. */
  poke(): void {
    this.loop.poke();
  }

  /** Claims nothing more; resolves when every POST under way is answered and settled. */
  async drain(): Promise<void> {
    this.draining = true;
    clearTimeout(this.timer);
    await this.loop.stop();
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.landed.push(resolve));
    await this.parts.settlements.settled();
  }

  private async tick(): Promise<boolean> {
    const known = this.parts.pages.find(this.lease.page);
    const now = this.parts.clock.monotonic();
    if (!known || this.draining || now >= this.leaseUntil) return false;
    this.pace = refill(this.pace, now, known.page.pace_per_second);
    const free = Math.min(slots(this.pace), this.parts.maxInFlight - this.inFlight);
    if (free < 1) return this.comeBack();
    const owed = alertsFirst(this.pace, free);
    const { sending, barred } = await passGate(this.parts.db, { ...this.lease, slots: free, alertsFirst: owed });
    if (sending.length > 0) faultPoint('gate:claimed');
    const alerts = sending.filter((c) => c.row.kind === 'alert').length;
    this.pace = spend(this.pace, { alerts, replies: sending.length - alerts }, owed);
    for (const { row, reason, at } of barred)
      this.parts.settlements.add(row.id, row.page, { type: 'barred', admission_no: row.admission_no, reason, at });
    for (const claimed of sending) void this.send(claimed, known, now);
    return sending.length === free;
  }

  /** Nothing may leave yet: wake when the next slot is there, or when a POST is answered. */
  private comeBack(): false {
    const wait = msToNextSlot(this.pace);
    if (wait > 0 && wait < IDLE_MS) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.loop.poke(), wait);
    }
    return false;
  }

  /** @param asked monotonic time before the gate was asked: Postgres' `at` was not earlier. */
  private async send(claimed: Claimed, known: KnownPage, asked: number): Promise<void> {
    this.inFlight += 1;
    const { row } = claimed;
    try {
      this.parts.settlements.add(row.id, row.page, await this.attempt(claimed, known, asked));
    } catch (err) {
      // Not expected: every outcome is a fact. The row stays `sending` and becomes unknown; it is never sent again.
      this.parts.log.error({ err, page: row.page }, 'a message could not be followed to its end');
    } finally {
      this.inFlight -= 1;
      if (this.inFlight === 0) for (const resolve of this.landed.splice(0)) resolve();
      this.loop.poke();
    }
  }

  private async attempt(claimed: Claimed, known: KnownPage, asked: number): Promise<Fact> {
    const { row } = claimed;
    const epoch = this.lease.epoch;
    const now = (): number => this.parts.clock.now();
    const token = accessTokenOf(known);
    if (!token) return { type: 'not_sent', why: 'no_token', epoch, at: now() };
    if (known.shop !== row.shop || known.page.page !== row.page) {
      this.parts.log.error({ page: row.page, shop: row.shop }, 'a message names a Page of another shop; not sent');
      return { type: 'not_sent', why: 'unreadable', epoch, at: now() };
    }
    const worded = wordsOf(claimed, known);
    if ('fault' in worded) {
      this.parts.log.error({ id: row.id, shop: row.shop, detail: worded.fault }, 'a message could not be worded');
      return { type: 'not_worded', detail: worded.fault, epoch, at: now() };
    }
    const request = this.requestOf(claimed, worded.message);
    if (!request) return { type: 'not_sent', why: 'unreadable', epoch, at: now() };
    return this.post(claimed, token, request, worded.told, asked);
  }

  private async post(c: Claimed, token: AccessToken, request: SendRequest, told: Told, asked: number): Promise<Fact> {
    const { clock, client } = this.parts;
    const epoch = this.lease.epoch;
    const deadline = Math.min(asked + (c.row.send_by - c.at), this.leaseUntil);
    const result = await client.post({ page: c.row.page, accessToken: token.token, request, deadline });
    faultPoint('post:answered');
    const at = clock.now();
    if (result.type === 'not_sent') return { type: 'not_sent', why: result.why, epoch, at };
    postAnswer.record(Math.max(0, at - result.posted_at) / 1000, { outcome: result.type });
    const { posted_at } = result;
    if (result.type === 'lost') return { type: 'answer_lost', posted_at, told, epoch, at };
    const recipientKind = c.row.grant_kind === 'one_time' ? 'one_time' : 'psid';
    const answer = classifyAnswer({ status: result.status, bodyText: result.bodyText, recipientKind });
    if (answer.outcome === 'refused')
      this.parts.log.warn(
        { page: c.row.page, code: answer.code, subcode: answer.subcode, action: answer.action, trace: answer.trace },
        'Messenger refused a message',
      );
    return { type: 'answered', posted_at, answer, token_mark: token.mark, told, epoch, at };
  }

  /** Addresses the message: the token if one was claimed, else the person. Undefined when our keys do not open it. */
  private requestOf(c: Claimed, message: OutgoingMessage): SendRequest | undefined {
    const withId = { ...message, metadata: formatMetadata(c.row.id) };
    try {
      if (c.token_sealed !== null)
        return { recipient: { one_time_notif_token: this.parts.sealer.open(c.token_sealed) }, message: withId };
      return {
        recipient: { id: this.parts.sealer.open(c.psid_sealed) },
        messaging_type: c.row.kind === 'reply' ? 'RESPONSE' : 'UPDATE',
        message: withId,
      };
    } catch (err) {
      this.parts.log.error({ err, id: c.row.id }, 'a sealed id or token cannot be opened; see SEAL_KEYS');
      return undefined;
    }
  }
}

/** Replies come in words; alerts are worded with the offer as the gate saw it. */
function wordsOf(c: Claimed, known: KnownPage): { message: OutgoingMessage; told: Told } | { fault: string } {
  if (c.row.kind === 'reply') return { message: c.row.body.body as OutgoingMessage, told: NOTHING_TOLD };
  if (!c.offer) return { fault: 'the offer is not known' };
  const { price_amount: amount, price_currency: currency } = c.offer;
  const price: Money | null = amount === null || currency === null ? null : { amount, currency };
  const worded = wordAlert({
    kind: c.row.body.kind,
    locale: c.row.body.locale,
    shop: { name: known.settings.name, locale: known.settings.locale, templates: known.settings.templates },
    offer: { ...c.offer, price },
  });
  return worded.ok ? { message: { text: worded.text }, told: worded.told } : { fault: worded.detail };
}
