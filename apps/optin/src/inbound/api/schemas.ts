/**
 * What the HTTP API takes and answers. Requests are checked with these schemas, and the OpenAPI document is made of
 * them, so neither can say something else than the other.
 */
import { Millis } from '@beckon/contracts';
import { z } from 'zod';
import { Scope } from '../../domain/api-key.js';
import { ASKABLE } from '../../domain/wish.js';
import { PROBLEMS } from './problems.js';
import type { ProblemCode } from './problems.js';

const name = z.string().min(1).max(300);
const locale = z.string().regex(/^[a-z]{2,3}([_-][A-Z]{2})?$/, 'a locale such as "en" or "de_DE"');

const page = z.string().regex(/^\d+$/, 'the Page’s numeric id, as a string');

/** What a new key is to be. */
export const KeyRequest = z.strictObject({
  label: z.string().trim().min(1).max(100).describe('who or what uses the key; shown in lists'),
  scopes: z.array(Scope).min(1).max(20).describe('what the key may do'),
});

/** What a shopper is to be told about, in links and asks. */
export const WishFields = z.strictObject({
  kind: z.enum(ASKABLE),
  sku: name.optional().describe('one SKU'),
  product: name.optional().describe('any SKU of the product; beside `sku`: its product, if no offer names it yet'),
  locale: locale.optional().describe('the language of the page that shows the link, or of the question'),
});
const namesSomething = [
  (r: z.output<typeof WishFields>): boolean => r.sku !== undefined || r.product !== undefined,
  'name a sku or a product',
] as const;

/** What a link is to be about. */
export const LinkRequest = WishFields.extend({
  page: page.optional().describe('one of the shop’s Pages; the first if not given'),
  label: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .optional()
    .describe('the words on the button in `html`; “Notify me” in the language of `locale` if not given'),
}).refine(...namesSomething);

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
  ApiKey,
  NewApiKey: ApiKey.extend({ key: z.string().describe('told this once: keep it where secrets are kept') }),
  ApiKeys: z.object({ keys: z.array(ApiKey) }),
  Link,
  DeletionReceipt,
  Problem,
} as const;
export type AnswerName = keyof typeof ANSWERS;
