import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, KafkaRetriableException, Payload, type KafkaContext } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { AlertsService, type OfferRow, type SubscriptionRow } from './alerts.service.js';
import { readSettings, SETTINGS, type NaiveSettings } from './settings.js';

/** The native offer event, as far as it matters here. */
interface OfferEvent {
  readonly sku: string;
  readonly product: string;
  readonly title?: string;
  readonly units?: number;
  readonly price?: { readonly amount: number; readonly currency: string };
}

/** One handler per event, as the framework's documentation shows it. */
@Controller()
export class OffersController {
  constructor(
    private readonly db: DataSource,
    private readonly alerts: AlertsService,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {}

  @EventPattern(readSettings().shops.map(({ topic }) => topic))
  async onOffer(@Payload() payload: object, @Ctx() context: unknown): Promise<void> {
    try {
      await this.take(payload as OfferEvent, context as KafkaContext);
    } catch (error) {
      throw new KafkaRetriableException(String(error)); // anything else would be dropped by the framework
    }
  }

  /** An event that comes again finds what it did not finish; what it did is claimed. */
  private async take(event: OfferEvent, context: KafkaContext): Promise<void> {
    const { schema } = this.settings;
    const message = context.getMessage();
    const header = (name: string): string => String(message.headers?.[name] ?? '');
    const eventId = header('ce_id');
    const at = Number(message.timestamp);
    const [before] = await this.db.query<(OfferRow | undefined)[]>(`SELECT * FROM ${schema}.offers WHERE sku = $1`, [
      event.sku,
    ]);
    const [offer] = await this.db.query<[OfferRow]>(
      `INSERT INTO ${schema}.offers AS o (sku, product, title, units, price, currency, event_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (sku) DO UPDATE SET product = excluded.product, title = coalesce(excluded.title, o.title),
         units = coalesce(excluded.units, o.units), price = coalesce(excluded.price, o.price),
         currency = coalesce(excluded.currency, o.currency), event_id = excluded.event_id
       RETURNING *`,
      [
        event.sku,
        event.product,
        event.title ?? null,
        event.units ?? null,
        event.price?.amount ?? null,
        event.price?.currency ?? null,
        eventId,
      ],
    );
    if (!before || header('ce_type').endsWith('snapshot')) return;
    const again = before.event_id === eventId;
    const restocked = (again || (before.units ?? 0) === 0) && (offer.units ?? 0) > 0;
    const cheaper = again || (before.price !== null && offer.price !== null && offer.price < before.price);
    if (restocked) await this.tellAll(offer, 'back_in_stock', eventId, at);
    if (cheaper) await this.tellAll(offer, 'price_drop', eventId, at);
  }

  private async tellAll(offer: OfferRow, kind: SubscriptionRow['kind'], eventId: string, at: number): Promise<void> {
    const subs = await this.db.query<SubscriptionRow[]>(
      `SELECT id, page, psid, sku, kind, token FROM ${this.settings.schema}.subscriptions
       WHERE sku = $1 AND kind = $2 AND active AND (price_at_most IS NULL OR price_at_most >= $3)`,
      [offer.sku, kind, offer.price],
    );
    await Promise.all(subs.map((sub) => this.alerts.alert(sub, offer, eventId, at)));
  }
}
