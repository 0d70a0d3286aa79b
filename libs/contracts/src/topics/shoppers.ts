import { z } from 'zod';
import { defineTopic } from '../topic.js';
import { GrantKind, Millis } from '../vocabulary.js';

/** A right to send that the shopper gave. The token itself is sealed. */
export const Grant = z.object({
  grant_id: z.string(),
  kind: GrantKind,
  sub_id: z.string().nullable().describe('the one subscription that a one-time or notification token was given for'),
  token_sealed: z.string(),
  expires_at: Millis,
});
export type Grant = z.infer<typeof Grant>;

/** One person on one Page: rights, wishes about being told at all, and where and how they live. */
export const Shopper = z.object({
  rev: z.int().min(1).describe('readers ignore a lower revision than they hold'),
  shopper_id: z.string(),
  shop: z.string(),
  page: z.string(),
  psid_sealed: z.string().describe('the page-scoped id, AES-256-GCM; empty in the marker of an erased shopper'),
  window_until: Millis.nullable().describe('end of the 24-hour window'),
  grants: z.array(Grant),
  stopped_at: Millis.nullable(),
  ended_subs: z.array(z.string()).describe('subscriptions ended lately, newest last'),
  suspended_at: Millis.nullable(),
  erased_at: Millis.nullable().describe('set on the marker that comes before the tombstone'),
  locale: z.string().nullable(),
  zone: z.string().nullable().describe('IANA time zone'),
  region: z.string().nullable(),
  tier: z.string().nullable(),
  external_id: z.string().nullable(),
  updated_at: Millis,
});
export type Shopper = z.infer<typeof Shopper>;

/** Shoppers as optin knows them. */
export const shoppers = defineTopic({
  name: 'shoppers',
  key: 'shopper_id',
  purpose: 'One record per person and Page: rights to send, stop, locale and zone. Personal ids only sealed.',
  owner: 'optin',
  schema: Shopper,
  retention: { policy: 'compact' },
  tombstones: true,
  example: {
    rev: 3,
    shopper_id: 'shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d',
    shop: 'aurora',
    page: '1001',
    psid_sealed: 'v1.k1.c2VhbGVk.c2VhbGVk',
    window_until: 1_790_086_400_000,
    grants: [
      {
        grant_id: 'grt_5d1c7e9b3a2f4d6c8e0a1b3c5d7f9e2b',
        kind: 'one_time',
        sub_id: 'sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d',
        token_sealed: 'v1.k1.c2VhbGVk.c2VhbGVk',
        expires_at: 1_821_536_000_000,
      },
    ],
    stopped_at: null,
    ended_subs: [],
    suspended_at: null,
    erased_at: null,
    locale: 'de_DE',
    zone: 'Europe/Berlin',
    region: 'EU',
    tier: null,
    external_id: null,
    updated_at: 1_790_000_000_000,
  },
});
