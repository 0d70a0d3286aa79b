import { z } from 'zod';
import { ShopSettings, exampleSettings } from '../settings/shop-settings.js';
import { defineTopic } from '../topic.js';
import { Millis } from '../vocabulary.js';

/** A shop's settings in force. */
export const ShopRecord = z.object({
  shop: z.string(),
  rev: z.int().min(1).describe('advances with each `shops apply`; decisions name it'),
  settings: ShopSettings,
  updated_at: Millis,
});
export type ShopRecord = z.infer<typeof ShopRecord>;

/** Settings of all shops. Secrets are only named in them. */
export const shops = defineTopic({
  name: 'shops',
  key: 'shop',
  purpose: 'Settings of each shop, published as a whole by `beckon shops apply`.',
  owner: 'cli, console',
  schema: ShopRecord,
  partitions: 1,
  retention: { policy: 'compact' },
  tombstones: true,
  example: { shop: 'aurora', rev: 1, settings: ShopSettings.parse(exampleSettings), updated_at: 1_790_000_000_000 },
});
