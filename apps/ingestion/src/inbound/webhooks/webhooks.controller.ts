import { shops, sourceWebhooks } from '@beckon/contracts';
import { CaughtUp, KafkaClient, LogAway, RecordLog } from '@beckon/kafka';
import { CLOCK, LOG } from '@beckon/service';
import type { Clock, Logger } from '@beckon/service';
import {
  Body,
  Controller,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { ingestionMetrics } from '../../metrics.js';
import { WebhookDoors } from './doors.js';
import { isTrial, recordHeaders } from './record.js';
import type { HttpHeaders } from './signature.js';

/** Where platforms are told to send their webhooks: below it come the shop and the source. */
export const WEBHOOKS_PATH = '/hooks';

/**
 * The HTTP edge for platforms that send webhooks. It is answered 200 only when Kafka has it, as it came: body and headers
 * become a record of the source's own topic, which the source's reader takes like that of any other source. Nothing is
 * parsed here, and nothing at all is done before the signature over the very bytes was checked.
 */
@Controller(WEBHOOKS_PATH)
export class WebhooksController {
  constructor(
    private readonly doors: WebhookDoors,
    private readonly recordLog: RecordLog,
    private readonly client: KafkaClient,
    private readonly caughtUp: CaughtUp,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Logger,
  ) {}

  /**
   * 200: taken · 401: not signed as the source's settings say, or no such source · 503: not taken, send it again (Kafka is
   * away, or what to judge by is not at hand). Refused before it comes here: 408, 413, 415.
   */
  @Post(':shop/:source')
  @HttpCode(200)
  async receive(
    @Param('shop') shop: string,
    @Param('source') source: string,
    @Headers() headers: HttpHeaders,
    @Body() body: unknown,
  ): Promise<void> {
    const began = this.clock.monotonic();
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    // Before all settings are read nobody can say that there is no such source.
    if (!this.caughtUp.ready([shops])) throw this.notTaken('starting');
    const scheme = this.doors.of(shop, source);
    if (scheme && isTrial(scheme, headers, bytes)) return this.count('trial');
    const verdict = scheme ? await this.doors.judge(scheme, headers, bytes) : 'unsigned';
    if (verdict === 'no_secret') throw this.notTaken('no_secret');
    if (!scheme || verdict === 'unsigned') {
      this.count('unsigned');
      throw new UnauthorizedException();
    }
    const topic = this.client.topic(sourceWebhooks(shop, source));
    try {
      await this.recordLog.append([{ topic, key: null, value: bytes, headers: recordHeaders(scheme, headers) }]);
    } catch (err) {
      if (!(err instanceof LogAway)) throw err;
      this.logger.warn({ err, shop, source }, 'a webhook was not taken; the platform sends it again');
      throw this.notTaken('kafka_away');
    } finally {
      ingestionMetrics.webhookSeconds.record((this.clock.monotonic() - began) / 1000);
    }
    this.count('taken');
  }

  private notTaken(outcome: string): ServiceUnavailableException {
    this.count(outcome);
    return new ServiceUnavailableException('not taken; send it again');
  }

  private count(outcome: string): void {
    ingestionMetrics.webhooks.add(1, { outcome });
  }
}
