/**
 * Shopify's webhooks (shopify.dev/docs/api/webhooks), as the webhook edge, EventBridge or Pub/Sub hand them on: the body
 * as the value, the `X-Shopify-*` headers as headers.
 *
 * Not read, and why:
 * - `variants[].inventory_quantity` and `old_inventory_quantity`: they count every location, those that sell nothing
 *   online too, and a purchase does not reliably send `products/update`. Stock comes from `inventory_levels/*` alone.
 * - `variants[].inventory_policy`: what sells at zero is a pre-order; whether units are there is still the question.
 * - `compare_at_price`: what the shop strikes through, not what anybody paid.
 * - `tags`, `published_scope`, `body_html`, `vendor`, …: not what an offer is.
 * - `X-Shopify-Webhook-Id` where there is an event id (it names the delivery, not the event), `X-Shopify-API-Version`
 *   (what is read is the same in all versions since 2020-10), `X-Shopify-Hmac-SHA256` (the webhook edge checks it).
 */
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import {
  aheadOfItsTime,
  fault,
  instant,
  invalid,
  isFault,
  lowerCased,
  nothing,
  numericId,
  readAmount,
  readJson,
  text,
  type Fault,
} from './reading.js';

const label = text(500).nullish();

const Image = z.object({ id: numericId, src: text(2000) });
const Variant = z.object({
  id: numericId,
  sku: text(250).nullish(),
  price: z.string(),
  inventory_item_id: numericId.nullish(),
  /** Only in versions before 2025: null is "Shopify does not count this". */
  inventory_management: z.string().nullable().optional(),
  image_id: numericId.nullish(),
  option1: label,
  option2: label,
  option3: label,
  updated_at: instant.nullish(),
});
const Product = z.object({
  id: numericId,
  title: text(500),
  handle: text(500).nullish(),
  status: z.string().default('active'),
  published_at: instant.nullable(),
  updated_at: instant,
  options: z.array(z.object({ name: text(250) })).default([]),
  image: Image.nullish(),
  images: z.array(Image).default([]),
  variants: z.array(Variant).max(3000),
  /** Every variant: `variants` holds a hundred at most. */
  variant_gids: z
    .array(z.object({ admin_graphql_api_id: z.string(), updated_at: instant }))
    .max(3000)
    .default([]),
});
type Product = z.output<typeof Product>;
type Variant = z.output<typeof Variant>;

const Named = z.object({ id: numericId });
const InventoryItem = z.object({
  id: numericId,
  sku: text(250).nullish(),
  tracked: z.boolean(),
  updated_at: instant,
});
const InventoryLevel = z.object({
  inventory_item_id: numericId,
  location_id: numericId,
  available: z.int().nullable(),
  updated_at: instant,
});
const DroppedLevel = InventoryLevel.pick({ inventory_item_id: true, location_id: true });

/** What the headers say of an event. */
interface Heading {
  readonly domain: string | undefined;
  readonly eventId: string | undefined;
  /** Milliseconds since the epoch. */
  readonly triggeredAt: number | undefined;
  readonly recordAt: number;
}

/** Reads one webhook of Shopify. */
export const readShopifyWebhook: Adapter = (record, context) => {
  const headers = lowerCased(record.headers);
  const topic = headers['x-shopify-topic'];
  if (topic === undefined || topic === '') return fault('X-Shopify-Topic', 'the header is missing');
  const read = readers.get(topic);
  if (read === undefined) return nothing;
  const heading = readHeading(headers, record);
  if (isFault(heading)) return heading;
  const body = readJson(record.value);
  return body.ok ? read(body.data, heading, context) : body;
};

type Reader = (data: unknown, heading: Heading, context: AdapterContext) => AdapterResult;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['products/create', readProduct],
  ['products/update', readProduct],
  ['products/delete', (data, heading) => readGone(data, heading, 'product')],
  ['inventory_items/create', readItem],
  ['inventory_items/update', readItem],
  ['inventory_items/delete', (data, heading) => readGone(data, heading, 'inventory_item')],
  ['inventory_levels/connect', readLevel],
  ['inventory_levels/update', readLevel],
  ['inventory_levels/disconnect', readDroppedLevel],
]);

function readHeading(headers: Readonly<Record<string, string>>, record: NativeRecord): Heading | Fault {
  const triggered = instant.optional().safeParse(headers['x-shopify-triggered-at']);
  if (!triggered.success) return invalid(triggered.error, 'X-Shopify-Triggered-At');
  const early = aheadOfItsTime('X-Shopify-Triggered-At', triggered.data ?? 0, record.timestamp);
  if (early) return early;
  const eventId = headers['x-shopify-event-id'] ?? headers['x-shopify-webhook-id'];
  if (eventId !== undefined && !text(250).min(1).safeParse(eventId).success)
    return fault('X-Shopify-Event-Id', 'empty, longer than 250 characters, or not valid Unicode text');
  const domain = headers['x-shopify-shop-domain'];
  return {
    domain: domain !== undefined && /^[a-z0-9][a-z0-9.-]{0,200}$/.test(domain) ? domain : undefined,
    eventId,
    triggeredAt: triggered.data,
    recordAt: record.timestamp,
  };
}

/**
 * `updated_at` says which state the payload shows, but only to the second; the time of the trigger tells two states of one
 * second apart. (The trigger alone would not do: a payload may be rendered after the next change.)
 */
function versionOf(updatedAt: number, { triggeredAt }: Heading): Version {
  const second = Math.floor(updatedAt / 1000) * 1000;
  const exact = updatedAt !== second || triggeredAt === undefined;
  return { value: exact ? updatedAt : Math.min(Math.max(triggeredAt, second), second + 999), explicit: false };
}

/** What all updates of an event have in common. */
const frame = (heading: Heading, version: Version, subject: string) => ({
  eventId: heading.eventId ?? `${subject}@${version.value}`,
  sourceAt: heading.triggeredAt ?? version.value,
  snapshot: false,
});

/** Every variant of the product, and those that the payload has no room for as wanted. */
function readProduct(data: unknown, heading: Heading, { currency }: AdapterContext): AdapterResult {
  const parsed = Product.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const product = parsed.data;
  const updates: NativeUpdate[] = [];
  for (const [i, variant] of product.variants.entries()) {
    const price = readAmount(variant.price, currency, `variants.${i}.price`);
    if (isFault(price)) return price;
    const updatedAt = Math.max(product.updated_at, variant.updated_at ?? 0);
    const early = aheadOfItsTime('updated_at', updatedAt, heading.recordAt);
    if (early) return early;
    const version = versionOf(updatedAt, heading);
    const item = variant.inventory_item_id;
    updates.push({
      item: { sku: skuOf(variant) },
      teaches: [`product:${product.id}`, `variant:${variant.id}`, ...(item ? [`inventory_item:${item}`] : [])],
      ...frame(heading, version, `product:${product.id}`),
      listing: { version, ...listingOf(product, variant, heading) },
      price: { version, price },
      stock: variant.inventory_management === null ? { version, units: null } : undefined,
    });
  }
  return { ok: true, updates, wanted: notListed(product) };
}

/** Many shops fill in no SKU; the variant's id is what is left to name it by. */
const skuOf = (variant: Variant): string => variant.sku || variant.id;

function listingOf(product: Product, variant: Variant, heading: Heading) {
  const { handle } = product;
  const image = product.images.find(({ id }) => id === variant.image_id) ?? product.image;
  return {
    product: product.id,
    // "unlisted" is on sale to everybody who has the link; whoever asked to be told has seen it.
    published:
      (product.status === 'active' || product.status === 'unlisted') &&
      product.published_at !== null &&
      product.published_at <= Math.max(heading.recordAt, product.updated_at),
    title: product.title,
    options: optionsOf(product, variant),
    url:
      heading.domain && handle
        ? `https://${heading.domain}/products/${encodeURIComponent(handle)}?variant=${variant.id}`
        : undefined,
    image: image?.src ?? null,
  };
}

/** "Size M", "Color Red". A product without options has one that is called "Title", with "Default Title" as its value. */
function optionsOf(product: Product, variant: Variant): string[] {
  const values = [variant.option1, variant.option2, variant.option3];
  if (values[0] === 'Default Title') return [];
  return values.flatMap((value, i) => {
    const option = product.options[i]?.name;
    return value ? [(option ? `${option} ${value}` : value).slice(0, 100)] : [];
  });
}

/** A change of a variant touches its product too, a moment later. */
const SAME_CHANGE_MS = 60_000;

/** Variants past the hundred that the payload shows, of those that changed with this event. */
function notListed(product: Product) {
  const shown = new Set(product.variants.map(({ id }) => id));
  return product.variant_gids.flatMap((variant) => {
    const id = /\/(\d+)$/.exec(variant.admin_graphql_api_id)?.[1];
    const changed = variant.updated_at >= product.updated_at - SAME_CHANGE_MS;
    return id !== undefined && !shown.has(id) && changed ? [{ what: 'variant', id }] : [];
  });
}

/** What was deleted is not for sale. The payload is the id alone, so the time is that of the trigger. */
function readGone(data: unknown, heading: Heading, what: 'product' | 'inventory_item'): AdapterResult {
  const parsed = Named.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const ref = `${what}:${parsed.data.id}`;
  const version: Version = { value: heading.triggeredAt ?? heading.recordAt, explicit: false };
  return {
    ok: true,
    updates: [{ item: { ref }, ...frame(heading, version, ref), listing: { version, published: false } }],
  };
}

/** Which SKU an inventory item is, and whether Shopify counts it. */
function readItem(data: unknown, heading: Heading): AdapterResult {
  const parsed = InventoryItem.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const { id, sku, tracked, updated_at } = parsed.data;
  const early = aheadOfItsTime('updated_at', updated_at, heading.recordAt);
  if (early) return early;
  const ref = `inventory_item:${id}`;
  const version = versionOf(updated_at, heading);
  return {
    ok: true,
    updates: [
      {
        ...(sku ? { item: { sku }, teaches: [ref] } : { item: { ref } }),
        ...frame(heading, version, ref),
        stock: tracked ? undefined : { version, units: null },
      },
    ],
  };
}

/** Units at one location. `available` is null where nothing is counted, and below zero where more was sold than there is. */
function readLevel(data: unknown, heading: Heading): AdapterResult {
  const parsed = InventoryLevel.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const { inventory_item_id, location_id, available, updated_at } = parsed.data;
  const early = aheadOfItsTime('updated_at', updated_at, heading.recordAt);
  if (early) return early;
  const units = available === null ? null : Math.max(0, available);
  return level(inventory_item_id, location_id, units, versionOf(updated_at, heading), heading);
}

/** The item is not kept at the location any more. */
function readDroppedLevel(data: unknown, heading: Heading): AdapterResult {
  const parsed = DroppedLevel.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const version: Version = { value: heading.triggeredAt ?? heading.recordAt, explicit: false };
  return level(parsed.data.inventory_item_id, parsed.data.location_id, 0, version, heading);
}

function level(
  item: string,
  location: string,
  units: number | null,
  version: Version,
  heading: Heading,
): AdapterResult {
  const ref = `inventory_item:${item}`;
  return {
    ok: true,
    updates: [
      {
        item: { ref },
        ...frame(heading, version, `${ref}@${location}`),
        stock: { version, location, units },
      },
    ],
  };
}
