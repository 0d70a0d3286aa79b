import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Consent } from '../../domain/person.js';
import { ShopperViews } from '../../outbound/shopper-views.js';
import type { SubPlace, SubSeen } from '../../outbound/shopper-views.js';
import { ApiController } from './api-controller.js';
import { Needs } from './api.guard.js';
import { Problem } from './problems.js';
import { readQuery } from './read-input.js';
import { ConsentsQuery, ShopperQuery } from './schemas.js';
import type { ConsentView, Consents, ShopperView } from './schemas.js';
import { ShopperNames, nameInPath } from './shopper-names.js';
import { ShopsAtHand } from './shops-at-hand.js';

/** More active requests than anybody has. */
const MOST_ACTIVE = 1000;
/** A file with more than this would be no file of one person; nobody loses any: it says `next`. */
const MOST_IN_A_FILE = 10_000;

/** What the shop's desk may know of a shopper. */
@ApiController('shops/:shop/shoppers')
export class ShoppersController {
  constructor(
    private readonly shops: ShopsAtHand,
    private readonly names: ShopperNames,
    private readonly views: ShopperViews,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** State and active subscriptions; no page-scoped id, no token. */
  @Get(':shopper_id')
  @Needs('shoppers:read')
  async shopper(
    @Param('shop') shop: string,
    @Param('shopper_id') name: string,
    @Query() query: unknown,
  ): Promise<ShopperView> {
    const id = await this.resolve(shop, name, readQuery(ShopperQuery, query).page);
    const shopper = await this.views.shopper(id, this.clock.now());
    if (!shopper) throw new Problem('unknown_shopper');
    const subs = await this.views.subscriptions(id, { state: 'active', limit: MOST_ACTIVE });
    return { ...shopper, subscriptions: subs.map(({ consents: _consents, changes: _changes, ...sub }) => sub) };
  }

  /** Every subscription with its evidence, in pages or as a file. */
  @Get(':shopper_id/consents')
  @Needs('shoppers:read')
  async consents(
    @Param('shop') shop: string,
    @Param('shopper_id') name: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Consents> {
    const { page, limit, after, download } = readQuery(ConsentsQuery, query);
    const id = await this.resolve(shop, name, page);
    const most = download ? MOST_IN_A_FILE : limit;
    const place = after === undefined ? undefined : readPlace(after);
    const found = await this.views.subscriptions(id, { limit: most + 1, after: place });
    const shown = found.slice(0, most);
    if (download) response.attachment(`consents-${id}.json`);
    return {
      shopper_id: id,
      shop,
      exported_at: this.clock.now(),
      consents: shown.map(toConsentView),
      next: found.length > most ? placeAfter(shown.at(-1)!) : null,
    };
  }

  private resolve(shop: string, name: string, page: string | undefined): Promise<string> {
    return this.names.resolve(this.shops.get(shop).shop, nameInPath(name, page), { parameter: 'shopper_id' });
  }
}

const toConsentView = ({ consents, changes, ...sub }: SubSeen): ConsentView => ({
  ...sub,
  evidence: consents.map((c) => toEvidence(c, sub)),
  changes: [...changes],
});

/** Consents of before all of this was noted were taps on "Notify Me", in the language of the subscription. */
const toEvidence = (c: Consent, sub: Pick<SubSeen, 'locale' | 'seen_price'>): ConsentView['evidence'][number] => ({
  event: c.event,
  at: c.at,
  received_at: c.received_at,
  shown: c.words,
  asked_by: c.asked_by ?? 'one_time',
  tapped: c.tapped ?? 'notify_me',
  locale: c.locale ?? sub.locale,
  threshold: c.threshold ?? null,
  seen_price: c.seen_price === undefined ? sub.seen_price : c.seen_price,
  grant_id: c.grant_id,
});

const placeAfter = ({ consented_at, sub_id }: SubPlace): string =>
  Buffer.from(`${consented_at} ${sub_id}`).toString('base64url');

function readPlace(text: string): SubPlace {
  const [, consentedAt, sub_id] = /^(\d{1,15}) (\S+)$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (consentedAt !== undefined && sub_id !== undefined) return { consented_at: Number(consentedAt), sub_id };
  const detail = 'give the `next` of the answer before';
  throw new Problem('invalid_request', `after: ${detail}`, { faults: [{ parameter: 'after', detail }] });
}
