/**
 * BigCommerce's webhooks (developer.bigcommerce.com, *Webhook Events*). Most name an id and no more, so most of what they
 * say is what has to be asked for. The inventory scopes carry a number: an absolute one is the stock, a relative one is a
 * change of it, and a change that comes twice or never would spoil every later number. So it is a hint to ask.
 *
 * Not read, and why:
 * - `producer`, `store_id`, `data.type`: the source is the shop's, and the scope says what the data is.
 * - `data.id` of an inventory scope: the id of a SKU of the old catalogue; `variant_id` names the variant.
 */
import { z } from 'zod';
import type { Adapter, AdapterResult, Wanted } from '../offer-update.js';
import { eventIdOf } from './loose-values.js';
import { aheadOfItsTime, invalid, nothing, numericId, readJson } from './reading.js';

const Envelope = z.object({
  scope: z.string(),
  data: z.unknown(),
  hash: z.string().nullish(),
  /** Seconds since the epoch. */
  created_at: z.int().min(0).max(1e11),
});
const Inventory = z.object({
  inventory: z.object({
    product_id: numericId,
    variant_id: numericId.nullish(),
    method: z.literal(['absolute', 'relative']),
    value: z.int(),
  }),
});
const Product = z.object({ id: numericId });
const Sku = z.object({ sku: z.object({ product_id: numericId, variant_id: numericId }) });

const INVENTORY = /^store\/(product|sku)\/inventory(\/order)?\/updated$/;

interface Frame {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Reads one webhook of BigCommerce. */
export const readBigCommerceWebhook: Adapter = (record) => {
  const body = readJson(record.value);
  if (!body.ok || record.value === null) return body.ok ? nothing : body;
  const parsed = Envelope.safeParse(body.data);
  if (!parsed.success) return invalid(parsed.error);
  const { scope, data, hash, created_at } = parsed.data;
  const read = readerOf(scope);
  if (read === undefined) return nothing;
  const at = created_at * 1000;
  // The hash is one of the data: stock that goes from 2 to 3 and back to 2 has the first hash again.
  const eventId = eventIdOf(hash ? `${hash}@${created_at}` : undefined, record.value);
  return aheadOfItsTime('created_at', at, record.timestamp) ?? read(data, { eventId, at });
};

function readerOf(scope: string): ((data: unknown, frame: Frame) => AdapterResult) | undefined {
  if (INVENTORY.test(scope)) return readInventory;
  if (/^store\/product\/(created|updated)$/.test(scope)) return readProduct;
  if (/^store\/sku\/(created|updated)$/.test(scope)) return readSku;
  if (scope === 'store/product/deleted') return readGoneProduct;
  return scope === 'store/sku/deleted' ? readGoneSku : undefined;
}

const variantOf = (product: string, variant: string): Wanted => ({ what: 'variant', id: `${product}/${variant}` });

/**
 * Without a variant the number is that of a product which is counted as a whole: of its only variant, whose SKU is known by
 * the product's id, or of several, which only asking tells.
 */
function readInventory(data: unknown, { eventId, at }: Frame): AdapterResult {
  const parsed = Inventory.safeParse(data);
  if (!parsed.success) return invalid(parsed.error, 'data');
  const { product_id, variant_id, method, value } = parsed.data.inventory;
  const ask = variant_id ? variantOf(product_id, variant_id) : { what: 'product', id: product_id };
  if (method === 'relative') return { ok: true, updates: [], wanted: [ask] };
  const item = { ref: variant_id ? `variant:${variant_id}` : `product:${product_id}` };
  const stock = { version: { value: at, explicit: false }, units: Math.max(0, value) };
  const updates = [{ item, eventId, sourceAt: at, snapshot: false, stock }];
  return { ok: true, updates, wanted: variant_id ? [] : [ask] };
}

function readProduct(data: unknown): AdapterResult {
  const parsed = Product.safeParse(data);
  if (!parsed.success) return invalid(parsed.error, 'data');
  return { ok: true, updates: [], wanted: [{ what: 'product', id: parsed.data.id }] };
}

function readSku(data: unknown): AdapterResult {
  const parsed = Sku.safeParse(data);
  if (!parsed.success) return invalid(parsed.error, 'data');
  const { product_id, variant_id } = parsed.data.sku;
  return { ok: true, updates: [], wanted: [variantOf(product_id, variant_id)] };
}

function readGoneProduct(data: unknown, frame: Frame): AdapterResult {
  const parsed = Product.safeParse(data);
  return parsed.success ? gone(`product:${parsed.data.id}`, frame) : invalid(parsed.error, 'data');
}

function readGoneSku(data: unknown, frame: Frame): AdapterResult {
  const parsed = Sku.safeParse(data);
  return parsed.success ? gone(`variant:${parsed.data.sku.variant_id}`, frame) : invalid(parsed.error, 'data');
}

function gone(ref: string, { eventId, at }: Frame): AdapterResult {
  const listing = { version: { value: at, explicit: false }, published: false };
  return { ok: true, updates: [{ item: { ref }, eventId, sourceAt: at, snapshot: false, listing }] };
}
