import { decisionId, type Decision, type Delivery } from '@beckon/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClientKafka } from '@nestjs/microservices';
import { RateLimiterRes, type RateLimiterRedis } from 'rate-limiter-flexible';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { SETTINGS, type NaiveSettings } from './settings.js';

/** Injection token of the limiter. */
export const LIMITER = Symbol('limiter');
/** Injection token of the Kafka client. */
export const KAFKA = Symbol('kafka');

export interface SubscriptionRow {
  readonly id: string;
  readonly page: string;
  readonly psid: string;
  readonly sku: string;
  readonly kind: 'back_in_stock' | 'price_drop';
  readonly token: string | null;
}

export interface OfferRow {
  readonly sku: string;
  readonly product: string;
  readonly title: string | null;
  readonly units: number | null;
  readonly price: number | null;
  readonly currency: string | null;
}

/** Sends one alert: limit, claim row, POST, settle row, records for the analysts. */
@Injectable()
export class AlertsService {
  private readonly log = new Logger('alerts');

  constructor(
    private readonly db: DataSource,
    @Inject(LIMITER) private readonly limiter: RateLimiterRedis,
    @Inject(KAFKA) private readonly kafka: ClientKafka,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {}

  async alert(sub: SubscriptionRow, offer: OfferRow, eventId: string, eventAt: number): Promise<void> {
    const { schema } = this.settings;
    const id = `${sub.id}:${eventId}`;
    await this.tell('decisions', this.decision(id, sub, offer, 'matched', 0, false));
    try {
      await this.limiter.consume(`${sub.page}:${sub.psid}`);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      await this.tell('decisions', this.decision(id, sub, offer, 'held', 1, false));
      return;
    }
    const claimed: unknown[] = await this.db.query(
      `INSERT INTO ${schema}.ledger (id, subscription, state) VALUES ($1, $2, 'sending')
       ON CONFLICT DO NOTHING RETURNING id`,
      [id, sub.id],
    );
    if (claimed.length === 0) return;
    await this.tell('decisions', this.decision(id, sub, offer, 'admitted', 1, false));
    const postedAt = Date.now();
    const { mid, error } = await this.post(sub, offer, id);
    await this.db.query(
      `UPDATE ${schema}.ledger SET state = $2, mid = $3, error = $4, settled_at = now() WHERE id = $1`,
      [id, mid === undefined ? 'failed' : 'accepted', mid ?? null, error ?? null],
    );
    if (mid !== undefined)
      await this.db.query(`UPDATE ${schema}.subscriptions SET active = false WHERE id = $1`, [sub.id]);
    const verdict = mid === undefined ? 'failed' : 'sent';
    await this.tell('deliveries', this.delivery(id, sub, offer, mid !== undefined, eventAt, postedAt));
    await this.tell('decisions', this.decision(id, sub, offer, verdict, 2, true));
  }

  /** Calls the Send API; tries again when the connection fails or the server does. */
  async send(page: string, body: unknown): Promise<{ mid?: string; error?: string }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await fetch(`${this.settings.graphUrl}/v26.0/${page}/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${this.settings.pages[page] ?? ''}` },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(10_000),
        });
        const json = (await answer.json()) as { message_id?: string; error?: { message: string } };
        if (json.message_id !== undefined) return { mid: json.message_id };
        if (answer.status < 500) return { error: json.error?.message ?? `status ${answer.status}` };
        throw new Error(`status ${answer.status}`);
      } catch (error) {
        if (attempt === 3) return { error: String(error) };
        this.log.warn(`send failed, trying again: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, 200 * attempt));
      }
    }
  }

  private post(sub: SubscriptionRow, offer: OfferRow, id: string): Promise<{ mid?: string; error?: string }> {
    const price = offer.price === null ? '' : ` for ${(offer.price / 100).toFixed(2)} ${offer.currency ?? ''}`;
    const text =
      sub.kind === 'back_in_stock'
        ? `${offer.title ?? offer.sku} is back in stock${price}.`
        : `${offer.title ?? offer.sku} is now cheaper${price}.`;
    const recipient = sub.token === null ? { id: sub.psid } : { one_time_notif_token: sub.token };
    return this.send(sub.page, { recipient, messaging_type: 'UPDATE', message: { text, metadata: `naive:${id}` } });
  }

  private async tell(topic: 'decisions' | 'deliveries', value: Decision | Delivery): Promise<void> {
    const { topicPrefix } = this.settings;
    await lastValueFrom(
      this.kafka.emit(`${topicPrefix}${topic}`, { key: value.shopper_id ?? '', value: JSON.stringify(value) }),
    );
  }

  private facts(sub: SubscriptionRow, offer: OfferRow) {
    const { shop } = this.settings;
    return {
      shop,
      page: sub.page,
      shopper_id: `${sub.page}:${sub.psid}`,
      sub_id: sub.id,
      product: offer.product,
      sku: offer.sku,
      kind: sub.kind,
    };
  }

  private decision(
    id: string,
    sub: SubscriptionRow,
    offer: OfferRow,
    verdict: Decision['verdict'],
    seq: number,
    terminal: boolean,
  ): Decision {
    return {
      ...{ decision_id: decisionId(id, 'naive', seq), alert_id: id, stage: 'delivery', seq, verdict, terminal },
      ...this.facts(sub, offer),
      ...{ reason: null, signal_id: null, detail: null, settings_rev: null, at: Date.now() },
    };
  }

  private delivery(
    id: string,
    sub: SubscriptionRow,
    offer: OfferRow,
    accepted: boolean,
    eventAt: number,
    postedAt: number,
  ): Delivery {
    const at = Date.now();
    return {
      ...{ alert_id: id, admission_no: 1, seq: 1, state: accepted ? 'accepted' : 'failed', reason: null },
      ...{ error_code: null, error_subcode: null, grant_kind: sub.token === null ? 'window' : 'one_time' },
      ...{ template: sub.kind, locale: 'en', not_before: null, signal_id: '', is_test: false },
      ...this.facts(sub, offer),
      ...{ price_amount: offer.price, price_currency: offer.currency, source_at: eventAt, signal_at: eventAt },
      ...{ matched_at: eventAt, admitted_at: postedAt, posted_at: postedAt, answered_at: at },
      ...{ delivered_at: null, read_at: null, at },
    };
  }
}
