import { decisionId, type Decision, type Delivery } from '@beckon/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ClientKafka } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { DataSource } from 'typeorm';
import { Limits } from './limits.js';
import { SETTINGS, shopOf, type NaiveSettings } from './settings.js';

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
  /** The event that said so. */
  readonly event_id: string | null;
}

/** Sends one alert: limit, claim row, POST, settle row, records for the analysts. */
@Injectable()
export class AlertsService {
  private readonly log = new Logger('alerts');

  constructor(
    private readonly db: DataSource,
    private readonly limits: Limits,
    @Inject(KAFKA) private readonly kafka: ClientKafka,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {}

  /** @returns `held`: its limits leave it no room now; it is tried again later */
  async alert(sub: SubscriptionRow, offer: OfferRow, eventId: string, eventAt: number): Promise<'done' | 'held'> {
    const { schema, instance } = this.settings;
    const id = `${sub.id}:${eventId}`;
    await this.tell('decisions', this.decision(id, sub, offer, 'matched', 0, false));
    const wait = await this.limits.take(sub);
    if (wait > 0) {
      await this.db.query(
        `INSERT INTO ${schema}.held (subscription, event_id, event_at, due_at)
         VALUES ($1, $2, $3, now() + $4 * interval '1 ms') ON CONFLICT (subscription)
         DO UPDATE SET event_id = excluded.event_id, event_at = excluded.event_at, due_at = excluded.due_at`,
        [sub.id, eventId, eventAt, wait],
      );
      await this.tell('decisions', this.decision(id, sub, offer, 'held', 1, false));
      return 'held';
    }
    const claimed: unknown[] = await this.db.query(
      `INSERT INTO ${schema}.ledger (id, subscription, instance, state)
       SELECT $1, id, $3, 'sending' FROM ${schema}.subscriptions WHERE id = $2 AND active
       ON CONFLICT DO NOTHING RETURNING id`,
      [id, sub.id, instance],
    );
    if (claimed.length === 0) {
      await this.limits.giveBack(sub);
      return 'done';
    }
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
    return 'done';
  }

  /** A message of the conversation. */
  reply(page: string, psid: string, id: string, text: string): Promise<{ mid?: string; error?: string }> {
    const message = { text, metadata: `beckon:rep_${id}` };
    return this.send(page, { recipient: { id: psid }, messaging_type: 'RESPONSE', message });
  }

  /** Calls the Send API; tries again when the connection fails or the server does. */
  async send(page: string, body: unknown): Promise<{ mid?: string; error?: string }> {
    const token = shopOf(this.settings, page).pages[page]?.token ?? '';
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await fetch(`${this.settings.graphUrl}/v26.0/${page}/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
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
    const price = offer.price === null ? '' : `${(offer.price / 100).toFixed(2)} ${offer.currency ?? ''}`;
    const text = shopOf(this.settings, sub.page)
      .texts[sub.kind].replace('{title}', offer.title ?? offer.sku)
      .replace('{price}', price);
    const recipient = sub.token === null ? { id: sub.psid } : { one_time_notif_token: sub.token };
    return this.send(sub.page, {
      recipient,
      messaging_type: 'UPDATE',
      message: { text, metadata: `beckon:alr_${id}` },
    });
  }

  /** Records are for analysts: when Kafka is away, shoppers are told all the same. */
  private async tell(topic: 'decisions' | 'deliveries', value: Decision | Delivery): Promise<void> {
    const record = { key: value.shopper_id ?? '', value: JSON.stringify(value) };
    await lastValueFrom(this.kafka.emit(`${this.settings.topicPrefix}${topic}`, record)).catch((error: unknown) =>
      this.log.warn(`no record in ${topic}: ${String(error)}`),
    );
  }

  private facts(sub: SubscriptionRow, offer: OfferRow) {
    return {
      shop: shopOf(this.settings, sub.page).shop,
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
