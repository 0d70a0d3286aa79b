import { z } from 'zod';
import { SecretRef } from './duration.js';

const header = z.string().regex(/^[a-z0-9_-]{1,100}$/, 'the header’s name, in small letters');

/** Every secret counts, so that one can be changed: name the new one beside the old, change it there, drop the old. */
const secrets = z.array(SecretRef).min(1).max(5).describe('each one counts; two while one is being changed');

const always = {
  delivery_header: header
    .optional()
    .describe('names the header that is the same when the same webhook is sent again, if the scheme knows none'),
};

/**
 * How the platform shows that a webhook comes from it. Schemes of platforms know their headers by themselves; `hmac`,
 * `header`, `bearer` and `basic` are for everybody else. A digest may be written in hex or in base64.
 */
export const WebhookSettings = z.discriminatedUnion(
  'scheme',
  [
    z.strictObject({ scheme: z.literal('shopify'), secrets, ...always }),
    z.strictObject({ scheme: z.literal('woocommerce'), secrets, ...always }),
    z.strictObject({ scheme: z.literal('shopline'), secrets, ...always }),
    z
      .strictObject({
        scheme: z.literal('saleor'),
        jwks: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe('where the shop publishes its keys: https://<your Saleor>/.well-known/jwks.json'),
        secrets: z.array(SecretRef).max(5).default([]).describe('only for webhooks made with a secretKey (deprecated)'),
        ...always,
      })
      .refine((s) => s.jwks !== undefined || s.secrets.length > 0, { path: ['jwks'], error: 'give jwks, or secrets' }),
    z
      .strictObject({ scheme: z.literal('standard'), secrets, ...always })
      .describe('Standard Webhooks (webhook-signature)'),
    z
      .strictObject({
        scheme: z.literal('hmac'),
        header,
        algorithm: z.enum(['sha256', 'sha512', 'sha1']).default('sha256'),
        prefix: z.string().max(40).default('').describe('what stands before the digest, such as "sha256="'),
        secrets,
        ...always,
      })
      .describe('HMAC of the body in a header of your choice'),
    z
      .strictObject({ scheme: z.literal('header'), header, secrets, ...always })
      .describe('a secret as a header’s value'),
    z.strictObject({ scheme: z.literal('bearer'), secrets, ...always }).describe('Authorization: Bearer <secret>'),
    z
      .strictObject({ scheme: z.literal('basic'), secrets, ...always })
      .describe('Authorization: Basic; the secret is user:password'),
  ],
  { error: 'name a scheme: shopify, woocommerce, shopline, saleor, standard, hmac, header, bearer or basic' },
);
export type WebhookSettings = z.output<typeof WebhookSettings>;
