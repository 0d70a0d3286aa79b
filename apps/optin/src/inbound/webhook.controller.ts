import { CaughtUp, LogAway } from '@beckon/kafka';
import type { OutgoingRecord } from '@beckon/kafka';
import { shops } from '@beckon/contracts';
import { verifyWebhook } from '@beckon/messenger';
import type { SignatureHeaders } from '@beckon/messenger';
import { CLOCK, LOG, equalSecrets } from '@beckon/service';
import type { Clock, Logger } from '@beckon/service';
import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Headers,
  HttpCode,
  Inject,
  Post,
  Query,
  Res,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { splitWebhook } from '../domain/split-webhook.js';
import { optinMetrics } from '../metrics.js';
import { EventLog } from '../outbound/event-log.js';
import { PageActivity } from '../outbound/page-activity.js';
import { PageSecrets } from '../outbound/page-secrets.js';

/** The part of a response that answers in plain text need: a string alone would go out as HTML. */
interface PlainReply {
  type(contentType: string): { setHeader(name: string, value: string): unknown };
}

/** Where the platform is told to call. */
export const WEBHOOK_PATH = '/webhooks/messenger';

/**
 * The HTTP edge. A webhook is answered 200 only when Kafka has its events: the platform offers no second way to learn
 * of them, and a lost tap is a lost consent. Nothing is parsed, let alone stored, before the signature over the very
 * bytes was checked; what is stored is the platform's own text. The body comes from `ReceiveBody` of @beckon/service.
 */
@Controller(WEBHOOK_PATH)
export class WebhookController {
  constructor(
    private readonly secrets: PageSecrets,
    private readonly log: EventLog,
    private readonly caughtUp: CaughtUp,
    private readonly activity: PageActivity,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Logger,
  ) {}

  /** The handshake when the callback is configured: the challenge comes back to whoever knows a verify token. */
  @Get()
  verify(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) response: PlainReply): string {
    const token = query['hub.verify_token'];
    const challenge = query['hub.challenge'];
    const known = typeof token === 'string' && equalSecrets(token, this.secrets.verifyTokens());
    if (query['hub.mode'] !== 'subscribe' || typeof challenge !== 'string' || !known) throw new ForbiddenException();
    response.type('text/plain').setHeader('x-content-type-options', 'nosniff');
    return challenge;
  }

  /** 200: taken, or nothing for us in it · 401: not signed by the app of any Page · 503: not taken, send it again. */
  @Post()
  @HttpCode(200)
  async receive(
    @Body() body: unknown,
    @Headers('x-hub-signature-256') sha256: string | undefined,
    @Headers('x-hub-signature') sha1: string | undefined,
    @Res({ passthrough: true }) response: PlainReply,
  ): Promise<string> {
    const began = this.clock.monotonic();
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    this.refuseBeforeSettings();
    const signedFor = this.signedFor(bytes, { sha256, sha1 });
    if (signedFor.size === 0) {
      optinMetrics.webhooks.add(1, { outcome: 'unsigned' });
      throw new UnauthorizedException();
    }
    const records = this.toRecords(bytes, signedFor);
    try {
      await this.log.append(records);
    } catch (error) {
      if (!(error instanceof LogAway)) throw error;
      optinMetrics.webhooks.add(1, { outcome: 'kafka_away' });
      this.logger.warn({ err: error, events: records.length }, 'a webhook was not taken; the platform sends it again');
      throw new ServiceUnavailableException('not taken; send it again');
    } finally {
      optinMetrics.webhookSeconds.record((this.clock.monotonic() - began) / 1000);
    }
    optinMetrics.webhooks.add(1, { outcome: 'taken' });
    response.type('text/plain');
    return 'EVENT_RECEIVED';
  }

  /** The Pages of the app whose secret signed the bytes; none for a wrong or missing signature. */
  private signedFor(bytes: Buffer, signature: SignatureHeaders): ReadonlySet<string> {
    const pages = new Set<string>();
    // Every secret is tried, so that the time taken does not tell which one fitted.
    for (const app of this.secrets.appSecrets())
      if (verifyWebhook(app.secret, signature, bytes)) for (const page of app.pages) pages.add(page);
    return pages;
  }

  /** Before all settings are read nobody can say whose signature is wrong, nor that a Page is not ours. */
  private refuseBeforeSettings(): void {
    if (this.caughtUp.ready([shops])) return;
    optinMetrics.webhooks.add(1, { outcome: 'starting' });
    throw new ServiceUnavailableException('starting; send it again');
  }

  /** One app must not speak for another's Page: what its secret does not cover is counted and left out. */
  private toRecords(bytes: Buffer, signedFor: ReadonlySet<string>): OutgoingRecord[] {
    const now = this.clock.now();
    const { events, unreadable } = splitWebhook(bytes, now);
    if (unreadable > 0) optinMetrics.dropped.add(unreadable, { cause: 'unreadable' });
    const records: OutgoingRecord[] = [];
    for (const event of events) {
      if (signedFor.has(event.head.page)) {
        records.push(this.log.record(event));
        this.activity.seen(event.head.page, now);
      } else optinMetrics.dropped.add(1, { cause: 'foreign_page' });
    }
    return records;
  }
}
