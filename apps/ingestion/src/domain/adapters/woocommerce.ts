/**
 * WooCommerce's webhooks `product.*` (the body is the product as REST API v3 shows it) and its stock hooks as `action.*`
 * webhooks, with the `X-WC-Webhook-*` headers.
 *
 * What a variation is depends on two things that come apart: its parent is published or not, and the variation itself is
 * enabled or not. The parent's events tell the first, as `published` of every variation; the variation's own tell the
 * second, as units: a disabled variation has none. So neither undoes the other.
 *
 * Not read, and why:
 * - `regular_price`, `sale_price`, `on_sale`, `date_on_sale_*`: `price` is the one of these that is charged now. A planned
 *   sale begins without an edit; WooCommerce writes `price` anew in a daily job, and only then there is an event.
 * - `backorders`, `backorders_allowed`: what sells at zero is a pre-order; whether units are there is still the question.
 * - `catalog_visibility`: hidden from lists, still on sale; whoever asked to be told has seen it.
 * - `X-WC-Webhook-Signature` (the webhook edge checks it), `-Source`, `-ID`, `-Resource`, `-Event` (the topic says it).
 */
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import { eventIdOf, quantity, roundDecimal, sellable, utcInstant } from './loose-values.js';
import {
  aheadOfItsTime,
  fault,
  invalid,
  isFault,
  lowerCased,
  nothing,
  numericId,
  readJson,
  text,
  type Fault,
} from './reading.js';

const Stock = z.object({
  /** "parent": the variation's quantity is that of its parent. */
  manage_stock: z.union([z.boolean(), z.literal('parent')]).nullish(),
  stock_quantity: quantity.nullish(),
  stock_status: z.string().nullish(),
});
const Picture = z.object({ src: text(2000) });
const Product = Stock.extend({
  id: numericId,
  parent_id: z.union([z.literal([0, '0']).transform(() => null), numericId]).nullish(),
  sku: text(250).nullish(),
  type: z.string().default('simple'),
  status: z.string(),
  name: text(500),
  permalink: text(2000).nullish(),
  date_modified_gmt: utcInstant.nullish(),
  price: z.string().max(40).nullish(),
  images: z.array(Picture).default([]),
  image: Picture.nullish(),
  attributes: z.array(z.object({ name: text(250), option: text(500).nullish() })).default([]),
  variations: z.array(numericId).max(3000).default([]),
});
type Product = z.output<typeof Product>;

/** A webhook of a hook carries the hook's first argument, the product's id; a shop's own sender may add the rest. */
const Hook = Stock.extend({
  arg: z.unknown(),
  product_id: numericId.nullish(),
  sku: text(250).nullish(),
  date_modified_gmt: utcInstant.nullish(),
});
const Named = z.object({ id: numericId });

const STOCK_HOOK = /^action\.woocommerce_(product|variation)_set_stock(_status)?$/;

/** Reads one webhook of WooCommerce. */
export const readWooCommerceWebhook: Adapter = (record, context) => {
  // A new webhook is tried out with a form, not with JSON.
  if (record.value?.subarray(0, 11).toString('latin1') === 'webhook_id=') return nothing;
  const headers = lowerCased(record.headers);
  const topic = headers['x-wc-webhook-topic'];
  if (topic === undefined || topic === '') return fault('X-WC-Webhook-Topic', 'the header is missing');
  const read = readerOf(topic);
  if (read === undefined) return nothing;
  const body = readJson(record.value);
  if (!body.ok || record.value === null) return body.ok ? nothing : body;
  const eventId = eventIdOf(headers['x-wc-webhook-delivery-id'], record.value);
  return read(body.data, { eventId, snapshot: false }, record, context);
};

type Frame = Pick<NativeUpdate, 'eventId' | 'snapshot'>;
type Reader = (data: unknown, frame: Frame, record: NativeRecord, context: AdapterContext) => AdapterResult;

function readerOf(topic: string): Reader | undefined {
  if (STOCK_HOOK.test(topic)) return readHook;
  if (topic === 'product.deleted') return readGone;
  return ['product.created', 'product.updated', 'product.restored'].includes(topic) ? readProduct : undefined;
}

/** The product's own time of change, to the second; within one second the log's order counts. */
function versionOf(modified: number | null | undefined, record: NativeRecord): Version | Fault {
  const value = modified ?? Math.max(0, record.timestamp);
  return aheadOfItsTime('date_modified_gmt', value, record.timestamp) ?? { value, explicit: false };
}

function readProduct(data: unknown, frame: Frame, record: NativeRecord, { currency }: AdapterContext): AdapterResult {
  const parsed = Product.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const product = parsed.data;
  const version = versionOf(product.date_modified_gmt, record);
  if (isFault(version)) return version;
  // A group is a page that lists products of their own.
  if (product.type === 'grouped') return nothing;
  if (product.type.startsWith('variable')) return readParent(product, frame, version);
  const price = product.price ? roundDecimal(product.price, currency, 'price') : undefined;
  if (price !== undefined && isFault(price)) return price;
  const isVariation = product.type.endsWith('variation');
  const enabled = product.status === 'publish';
  const units = isVariation && !enabled ? 0 : unitsOf(product);
  const update: NativeUpdate = {
    item: { sku: product.sku || product.id },
    teaches: [`product:${product.id}`],
    ...frame,
    sourceAt: version.value,
    listing: {
      version,
      product: (isVariation && product.parent_id) || product.id,
      published: isVariation ? undefined : enabled,
      title: product.name,
      url: product.permalink ?? undefined,
      image: product.images[0]?.src ?? product.image?.src ?? null,
      options: isVariation ? optionsOf(product) : [],
    },
    price: price && { version, price },
    stock: units === undefined ? undefined : { version, units },
  };
  return { ok: true, updates: [update] };
}

/** Nobody buys the parent: it says whether its variations are shown, and, where they share its stock, that this changed. */
function readParent(product: Product, frame: Frame, version: Version): AdapterResult {
  const published = product.status === 'publish';
  const updates = product.variations.map((id): NativeUpdate => ({
    item: { ref: `product:${id}` },
    ...frame,
    sourceAt: version.value,
    listing: { version, product: product.id, published },
  }));
  const shared = product.manage_stock === true && product.variations.length > 0;
  return { ok: true, updates, wanted: shared ? [{ what: 'variations', id: product.id }] : [] };
}

/** Units that can be sold: null where nothing is counted, undefined where the event does not tell. */
function unitsOf({ manage_stock, stock_quantity, stock_status }: z.output<typeof Stock>): number | null | undefined {
  // Also with units on the shelf: the shop may keep the last few back.
  if (stock_status && stock_status !== 'instock') return 0;
  if (typeof stock_quantity === 'number' && manage_stock !== false) return sellable(stock_quantity);
  return stock_status ? null : undefined;
}

/** "Size M"; an attribute without an option fits any value. */
const optionsOf = ({ attributes }: Product): string[] =>
  attributes.flatMap(({ name, option }) => (option ? [`${name} ${option}`.slice(0, 100)] : [])).slice(0, 20);

function readHook(data: unknown, frame: Frame, record: NativeRecord): AdapterResult {
  const parsed = Hook.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const hook = parsed.data;
  const arg = numericId.safeParse(hook.arg);
  const id = hook.product_id ?? arg.data;
  if (id === undefined) return fault('arg', 'not the id of a product');
  const units = unitsOf(hook);
  if (units === undefined) return { ok: true, updates: [], wanted: [{ what: 'product', id }] };
  const version = versionOf(hook.date_modified_gmt, record);
  if (isFault(version)) return version;
  const ref = `product:${id}`;
  const item = hook.sku ? { item: { sku: hook.sku }, teaches: [ref] } : { item: { ref } };
  return { ok: true, updates: [{ ...item, ...frame, sourceAt: version.value, stock: { version, units } }] };
}

/** The body is the id alone, of a product or of a variation; so the time is that of the record. */
function readGone(data: unknown, frame: Frame, record: NativeRecord): AdapterResult {
  const parsed = Named.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const version: Version = { value: Math.max(0, record.timestamp), explicit: false };
  const item = { ref: `product:${parsed.data.id}` };
  return {
    ok: true,
    updates: [
      { item, ...frame, sourceAt: version.value, listing: { version, published: false }, stock: { version, units: 0 } },
    ],
  };
}
