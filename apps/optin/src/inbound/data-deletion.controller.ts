import { shops } from '@beckon/contracts';
import { CaughtUp, Emitter } from '@beckon/kafka';
import { readSignedRequest } from '@beckon/messenger';
import { ShopDirectory } from '@beckon/settings';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import {
  Body,
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import type { Request } from 'express';
import { optinMetrics } from '../metrics.js';
import { Erasures } from '../outbound/erasures.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { PageSecrets } from '../outbound/page-secrets.js';
import { People } from '../outbound/people.js';
import { PublicAddress, deletionPath } from './public-address.js';
import { ShopperErasure } from './shopper-erasure.js';

/** Where the platform is told to send data-deletion requests: below the webhook, whose middleware takes the bytes. */
export const DATA_DELETION_PATH = '/webhooks/messenger/data-deletion';

/** A shopper whose `external_id` is this and an app-scoped id is the person that the platform means. */
export const FACEBOOK_ID = 'facebook:';

/** What the platform wants to hear. */
interface DeletionAnswer {
  readonly url: string;
  readonly confirmation_code: string;
}

/**
 * The platform's data-deletion callback. It names a person by the id that *Facebook Login* gave the app, which cannot be
 * turned into a page-scoped id: a shopper is found by it only if the shop has said so before (decision 0014). The answer
 * is the same for everybody, whether or not anything was found.
 */
@Controller(DATA_DELETION_PATH)
export class DataDeletionController {
  constructor(
    private readonly secrets: PageSecrets,
    private readonly directory: ShopDirectory,
    private readonly caughtUp: CaughtUp,
    private readonly keys: OptinKeys,
    private readonly people: People,
    private readonly erasure: ShopperErasure,
    private readonly erasures: Erasures,
    private readonly emitter: Emitter,
    private readonly address: PublicAddress,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** 200 with the receipt · 401: not signed by the app of any Page · 503: the settings are not read yet. */
  @Post()
  @HttpCode(200)
  async receive(@Body() body: unknown, @Req() request: Request): Promise<DeletionAnswer> {
    const form = new URLSearchParams(Buffer.isBuffer(body) ? body.toString('utf8') : '');
    const { userId, pages } = this.read(form.get('signed_request') ?? '');
    const now = this.clock.now();
    const code = this.keys.deletionCode('app user', userId);
    await this.emitter.transaction(async (tx) => {
      const found: string[] = [];
      const shopNames = new Set(pages.flatMap((page) => this.directory.byPage(page)?.shop.shop ?? []));
      for (const id of await this.people.byExternalId(tx, { shops: [...shopNames], pages }, `${FACEBOOK_ID}${userId}`))
        if (await this.erasure.erase(tx, id, { by: 'platform', now })) found.push(id);
      const receipt = { code, channel: 'platform', shop: null, requested_at: now, found: found.length > 0 } as const;
      await this.erasures.note(tx, { ...receipt, done_at: receipt.found ? null : now }, found);
    });
    return { url: this.address.of(deletionPath(code), request), confirmation_code: code };
  }

  /** Who is meant, and on which Pages. Every secret is tried, so that the time taken does not tell which one fitted. */
  private read(signed: string): { userId: string; pages: string[] } {
    const pages = new Set<string>();
    let userId: string | undefined;
    for (const app of this.secrets.appSecrets()) {
      const said = readSignedRequest(app.secret, signed);
      if (!said) continue;
      userId = said.user_id;
      for (const page of app.pages) pages.add(page);
    }
    if (userId !== undefined) {
      optinMetrics.deletionRequests.add(1, { outcome: 'taken' });
      return { userId, pages: [...pages] };
    }
    if (!this.caughtUp.ready([shops])) throw new ServiceUnavailableException('starting; send it again');
    optinMetrics.deletionRequests.add(1, { outcome: 'unsigned' });
    throw new UnauthorizedException();
  }
}
