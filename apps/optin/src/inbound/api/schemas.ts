/**
 * What the HTTP API takes and answers. Requests are checked with these schemas, and the OpenAPI document is made of
 * them, so neither can say something else than the other.
 */
import { Condition, GrantKind, Kind, Millis, Money, Reason, Tier } from '@beckon/contracts';
import { z } from 'zod';
import { Scope } from '../../domain/api-key.js';
import { ASKABLE, TOPIC_KINDS, Threshold } from '../../domain/wish.js';
import { PROBLEMS } from './problems.js';
import type { ProblemCode } from './problems.js';

const name = z.string().min(1).max(300);
const locale = z.string().regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, 'a locale such as "en" or "de_DE"');

const externalId = z.string().min(1).max(128);
const page = z.string().regex(/^\d+$/, 'the Page’s numeric id, as a string');

/** What a new key is to be. */
export const KeyRequest = z.strictObject({
  label: z.string().trim().min(1).max(100).describe('who or what uses the key; shown in lists'),
  scopes: z.array(Scope).min(1).max(20).describe('what the key may do'),
});

/** What a shopper is to be told about, in links and asks. */
const WishFields = z.strictObject({
  kind: z.enum(ASKABLE),
  sku: name.optional().describe('one SKU'),
  product: name.optional().describe('any SKU of the product; beside `sku`: its product, if no offer names it yet'),
  topic: name.optional().describe('a topic of the shop’s settings, of the same kind'),
  threshold: Threshold.optional().describe(
    'of a price drop: from which price on. Without it a link asks the shopper, and an ask means any drop',
  ),
  locale: locale.optional().describe('the language of the page that shows the link, or of the question'),
  external_id: externalId.optional(),
});
/** The same, checked. */
export type WishAsked = z.output<typeof WishFields>;

/** What no single field can say. */
function wishFaults(r: WishAsked, ctx: z.RefinementCtx): void {
  const fault = (message: string, ...path: string[]): void => ctx.addIssue({ code: 'custom', path, message });
  const ofTopic = TOPIC_KINDS.includes(r.kind);
  const ofProduct = r.sku !== undefined || r.product !== undefined;
  if (ofTopic !== (r.topic !== undefined))
    fault('new_collection and early_sale are about a topic, and nothing else is', 'topic');
  if (!ofTopic && !ofProduct) fault('name a sku or a product');
  if (r.topic !== undefined && ofProduct) fault('name a topic, or a sku or product');
  if (r.threshold !== undefined && r.kind !== 'price_drop') fault('only a price drop has a threshold', 'threshold');
}

/** What a link is to be about. */
export const LinkRequest = WishFields.extend({
  external_id: externalId.optional().describe('your own id of the customer who gets the link, and nobody else'),
  page: page.optional().describe('one of the shop’s Pages; the first if not given'),
  label: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .optional()
    .describe('the words on the button in `html`; “Notify me” in the language of `locale` if not given'),
}).superRefine(wishFaults);

/** What to ask of whom. */
export const AskRequest = WishFields.extend({
  shopper: z.string().min(1).max(100).optional().describe('whom, by `shopper_id`'),
  external_id: externalId.optional().describe('whom, by your own customer id, as a link carried it'),
  page: page.optional().describe('beside `external_id`, for a customer who is there on several Pages'),
})
  .superRefine(wishFaults)
  .refine((r) => (r.shopper === undefined) !== (r.external_id === undefined), 'name shopper or external_id, not both')
  .refine((r) => r.page === undefined || r.external_id !== undefined, {
    path: ['page'],
    message: 'only beside external_id',
  });

/** Customers and their tiers. */
export const TiersRequest = z
  .array(
    z.strictObject({
      external_id: externalId.describe('your own id of the customer, as links and asks carry it'),
      tier: Tier.nullable().describe('their tier, as the settings’ `early_access` calls it; null: none'),
    }),
  )
  .min(1)
  .max(250)
  .superRefine((given, ctx) => {
    const seen = new Set<string>();
    given.forEach(({ external_id }, i) => {
      if (seen.has(external_id)) ctx.addIssue({ code: 'custom', path: [i, 'external_id'], message: 'is named twice' });
      seen.add(external_id);
    });
  });

/** Beside an external_id in the path. */
export const ShopperQuery = z.strictObject({
  page: page.optional().describe('beside `external_id:…`, for a customer who is there on several Pages'),
});
export const ConsentsQuery = ShopperQuery.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('most subscriptions in one answer'),
  after: z.string().max(500).optional().describe('`next` of the answer before'),
  download: z
    .enum(['true', 'false'])
    .default('false')
    .transform((d) => d === 'true')
    .describe('all of them in one answer, as a file to keep'),
});

/** Which Page the code leads to. */
export const QrSvgQuery = z.strictObject({ page: page.describe('as in the link') });
export const QrPngQuery = QrSvgQuery.extend({
  size: z.coerce
    .number()
    .int()
    .min(200)
    .max(2000)
    .default(600)
    .describe('width and height, in pixels; the picture is as much larger as even modules need'),
});

const ApiKey = z.object({
  key_id: z.string(),
  shop: z.string(),
  label: z.string(),
  scopes: z.array(Scope),
  created_at: Millis,
  revoked_at: Millis.nullable(),
  last_used_at: Millis.nullable().describe('within a minute; null: never'),
});
const Link = z.object({
  url: z.string().describe('the m.me link for the product page'),
  ref: z.string().describe('the signed part of it'),
  html: z.string().describe('a button to paste: a plain link, no script'),
  qr_svg: z.string().describe('path of its QR code as SVG; needs no key, may be cached for good'),
  qr_png: z.string().describe('the same as PNG'),
});
/** A "notify me" link. */
export type Link = z.infer<typeof Link>;

const AskView = z.object({
  ask_id: z.string(),
  state: z
    .enum(['requested', 'sent', 'accepted', 'unconfirmed'])
    .describe(
      '`requested`: on its way · `sent`: Messenger confirmed it (by its echo) · `accepted`: the shopper tapped “Notify Me” for this since · `unconfirmed`: its time to leave is over and no echo came; most likely it did not leave',
    ),
  shop: z.string(),
  page: z.string(),
  shopper_id: z.string(),
  kind: Kind,
  product: z.string().nullable(),
  sku: z.string().nullable(),
  topic: z.string().nullable(),
  requested_at: Millis,
  expires_at: Millis.describe('it does not leave after that'),
  sent_at: Millis.nullable(),
  accepted_at: Millis.nullable(),
});
/** An ask and what became of it. */
export type AskView = z.infer<typeof AskView>;

const SubscriptionView = z.object({
  sub_id: z.string(),
  state: z.enum(['active', 'ended']),
  ended_reason: Reason.nullable(),
  kind: Kind,
  product: z.string().nullable(),
  sku: z.string().nullable(),
  topic: z.string().nullable(),
  condition: Condition,
  seen_price: Money.nullable(),
  mode: z.enum(['once', 'recurring']),
  locale: z.string(),
  tier: z.string().nullable(),
  consented_at: Millis,
  ended_at: Millis.nullable(),
});

const ShopperView = z.object({
  shopper_id: z.string(),
  shop: z.string(),
  page: z.string(),
  external_id: z.string().nullable(),
  locale: z.string().nullable(),
  zone: z.string().nullable().describe('IANA time zone'),
  region: z.string().nullable(),
  tier: z.string().nullable(),
  window_until: Millis.nullable().describe('end of the 24-hour window'),
  stopped_at: Millis.nullable().describe('the shopper said STOP, and nothing took it back'),
  suspended_at: Millis.nullable().describe('Messenger says that they cannot be reached'),
  updated_at: Millis,
  rights: z
    .array(z.object({ kind: GrantKind, sub_id: z.string().nullable(), expires_at: Millis }))
    .describe('rights to send, without the tokens'),
  subscriptions: z.array(SubscriptionView).describe('the active ones'),
});
/** What is known of a shopper: no page-scoped id, no token. */
export type ShopperView = z.infer<typeof ShopperView>;

const Evidence = z.object({
  event: z.string().describe('the tap: its de-duplication key'),
  at: Millis,
  received_at: Millis,
  shown: z.string().describe('what was shown: the title of the request'),
  asked_by: z.enum(['one_time', 'notification']).describe('for one message, or for each time'),
  tapped: z.enum(['notify_me', 'get_updates', 'resume_notifications']).describe('what was tapped'),
  locale: z.string().describe('language of what was shown'),
  threshold: Threshold.nullable().describe('from which price on; null: any drop, or no price drop'),
  seen_price: Money.nullable(),
  grant_id: z.string().describe('the right to send that came with it'),
});
const Change = z.object({
  event: z.string(),
  at: Millis,
  received_at: Millis,
  words: z.string().describe('what the shopper tapped or typed'),
  threshold: Threshold,
  seen_price: Money.nullable(),
});
const ConsentView = SubscriptionView.extend({
  evidence: z.array(Evidence).describe('every tap, the oldest first'),
  changes: z.array(Change).describe('every other price that the shopper chose since, the oldest first'),
});
/** A subscription with the proof that the shopper wanted it. */
export type ConsentView = z.infer<typeof ConsentView>;
const Consents = z.object({
  shopper_id: z.string(),
  shop: z.string(),
  exported_at: Millis,
  consents: z.array(ConsentView).describe('active and ended, the oldest first'),
  next: z.string().nullable().describe('for `after`; null: there are no more'),
});
/** A page of them. */
export type Consents = z.infer<typeof Consents>;
const DeletionReceipt = z.object({
  code: z.string().describe('the receipt code, `DEL-XXXX-XXXX-XXXX`; hand it to the shopper'),
  status_url: z.url().describe('a page that says how the deletion stands; it needs no key'),
  requested_at: Millis,
});
/** The receipt of a deletion. */
export type DeletionReceipt = z.infer<typeof DeletionReceipt>;

const Problem = z.object({
  type: z.string().describe('`urn:beckon:problem:` and the code'),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  fix: z.string().describe('what to do about it'),
  errors: z
    .array(
      z.object({
        pointer: z.string().optional().describe('a field of the body, as a JSON pointer in a URI fragment'),
        parameter: z.string().optional().describe('a parameter of the path or the query'),
        header: z.string().optional(),
        detail: z.string(),
      }),
    )
    .optional()
    .describe('every fault with its place'),
});

/** All answers by the name that the OpenAPI document gives them. */
export const ANSWERS = {
  NewApiKey: ApiKey.extend({ key: z.string().describe('told this once: keep it where secrets are kept') }),
  ApiKeys: z.object({ keys: z.array(ApiKey) }),
  Link,
  Ask: AskView,
  Shopper: ShopperView,
  Consents,
  DeletionReceipt,
  Problem,
} as const;
export type AnswerName = keyof typeof ANSWERS;
