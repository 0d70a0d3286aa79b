import { parseWebhook, verifySignature, type MessengerEvent } from '@beckon/messenger';
import { Controller, Get, Headers, HttpCode, Inject, Post, Query, Req, UnauthorizedException } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { AlertsService, type OfferRow, type SubscriptionRow } from './alerts.service.js';
import { SETTINGS, type NaiveSettings } from './settings.js';

/**
 * The conversation in its simplest form. A ref is `<kind>:<sku>`; a tap on "Notify Me" subscribes, STOP ends everything.
 * Events are handled before the platform is answered.
 */
@Controller('webhooks/messenger')
export class WebhookController {
  private readonly secrets: readonly string[];

  constructor(
    private readonly db: DataSource,
    private readonly alerts: AlertsService,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {
    this.secrets = settings.shops.flatMap(({ pages }) => Object.values(pages).map(({ app_secret }) => app_secret));
  }

  @Get()
  verify(@Query('hub.challenge') challenge: string): string {
    return challenge;
  }

  @Post()
  @HttpCode(200)
  async receive(
    @Req() request: RawBodyRequest<IncomingMessage>,
    @Headers('x-hub-signature-256') signature: string | undefined,
  ): Promise<string> {
    const bytes = request.rawBody ?? Buffer.alloc(0);
    if (!verifySignature(this.secrets, signature, bytes)) throw new UnauthorizedException();
    for (const event of parseWebhook(JSON.parse(bytes.toString('utf8')))) await this.handle(event);
    return 'EVENT_RECEIVED';
  }

  private async handle(event: MessengerEvent): Promise<void> {
    const { page, psid } = event;
    const { schema } = this.settings;
    const ref =
      event.kind === 'referral' ? event.body.ref : event.kind === 'postback' ? event.body.referral?.ref : undefined;
    if (ref !== undefined) {
      const payload = { template_type: 'one_time_notif_req', title: 'Tell you when it is there?', payload: ref };
      await this.alerts.send(page, {
        recipient: { id: psid },
        messaging_type: 'RESPONSE',
        message: { attachment: { type: 'template', payload } },
      });
    } else if (event.kind === 'optin' && event.body.one_time_notif_token !== undefined) {
      const [kind = '', sku = ''] = (event.body.payload ?? '').split(/:(.*)/s);
      await this.subscribe(event, kind, sku, event.body.one_time_notif_token);
    } else if (event.kind === 'message' && event.body.text?.trim().toLowerCase() === 'stop') {
      await this.db.query(`UPDATE ${schema}.subscriptions SET active = false WHERE page = $1 AND psid = $2`, [
        page,
        psid,
      ]);
      await this.alerts.reply(page, psid, event.dedupKey, 'Done. All your alerts have ended.');
    }
  }

  /** Who asks for what they wait for already has one wish; who asks for what is there already is told at once. */
  private async subscribe(event: MessengerEvent, kind: string, sku: string, token: string): Promise<void> {
    const { page, psid, dedupKey } = event;
    const { schema } = this.settings;
    await this.db.query(
      `INSERT INTO ${schema}.subscriptions AS s (id, page, psid, sku, kind, price_at_most, token)
       SELECT $1, $2, $3, $4, $5, (SELECT price - 1 FROM ${schema}.offers WHERE sku = $4 AND $5 = 'price_drop'), $6
       ON CONFLICT (page, psid, sku, kind) DO UPDATE SET token = excluded.token, active = true,
         id = CASE WHEN s.active THEN s.id ELSE excluded.id END,
         price_at_most = CASE WHEN s.active THEN s.price_at_most ELSE excluded.price_at_most END
       WHERE s.id <> excluded.id`,
      [dedupKey, page, psid, sku, kind, token],
    );
    await this.alerts.reply(page, psid, dedupKey, `Done! We will send you one message about ${sku}.`);
    const [sub] = await this.db.query<(SubscriptionRow | undefined)[]>(
      `SELECT s.* FROM ${schema}.subscriptions s JOIN ${schema}.offers o USING (sku)
       WHERE page = $1 AND psid = $2 AND sku = $3 AND kind = $4 AND active AND kind = 'back_in_stock' AND units > 0`,
      [page, psid, sku, kind],
    );
    if (!sub) return;
    const [offer] = await this.db.query<[OfferRow]>(`SELECT * FROM ${schema}.offers WHERE sku = $1`, [sku]);
    await this.alerts.alert(sub, offer, offer.event_id ?? '', event.timestamp);
  }
}
