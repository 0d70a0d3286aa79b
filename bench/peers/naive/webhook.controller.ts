import { parseWebhook, verifySignature, type MessengerEvent } from '@beckon/messenger';
import { Controller, Get, Headers, HttpCode, Inject, Post, Query, Req, UnauthorizedException } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { AlertsService } from './alerts.service.js';
import { SETTINGS, type NaiveSettings } from './settings.js';

/**
 * The conversation in its simplest form. A ref is `<kind>:<sku>`; a tap on "Notify Me" subscribes, STOP ends everything.
 * Events are handled before the platform is answered.
 */
@Controller('webhooks/messenger')
export class WebhookController {
  constructor(
    private readonly db: DataSource,
    private readonly alerts: AlertsService,
    @Inject(SETTINGS) private readonly settings: NaiveSettings,
  ) {}

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
    if (!verifySignature([this.settings.appSecret], signature, bytes)) throw new UnauthorizedException();
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
      const [kind, sku] = (event.body.payload ?? '').split(/:(.*)/s);
      await this.db.query(
        `INSERT INTO ${schema}.subscriptions (id, page, psid, sku, kind, price_at_most, token)
         SELECT $1, $2, $3, $4, $5, (SELECT price - 1 FROM ${schema}.offers WHERE sku = $4 AND $5 = 'price_drop'), $6
         ON CONFLICT DO NOTHING`,
        [event.dedupKey, page, psid, sku, kind, event.body.one_time_notif_token],
      );
    } else if (event.kind === 'message' && event.body.text?.trim().toLowerCase() === 'stop') {
      await this.db.query(`UPDATE ${schema}.subscriptions SET active = false WHERE page = $1 AND psid = $2`, [
        page,
        psid,
      ]);
      const message = { text: 'You will get no more messages.' };
      await this.alerts.send(page, { recipient: { id: psid }, messaging_type: 'RESPONSE', message });
    }
  }
}
