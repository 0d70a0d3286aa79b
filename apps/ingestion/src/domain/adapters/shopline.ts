/**
 * SHOPLINE's webhooks (developer.shopline.com), with the `X-Shopline-*` headers. They look like Shopify's and differ where
 * it counts: a level names its variant, and ids are digits in quotes, too long for a number.
 *
 * Not read, and why:
 * - `onhand`, `committed`, `unavailable`: `available` is what is left of the first without the other two.
 * - `inventory_quantity` of a variant: the sum over all locations, with those that sell nothing online.
 * - `compare_at_price`: what the shop strikes through, not what was charged before.
 * - `inventory_policy`: what sells at zero is a pre-order; whether units are there is still the question.
 * - `X-Shopline-Hmac-Sha256` (the webhook edge checks it), `-Shop-Id`, `-Merchant-Id`, `-API-Version`.
 */
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import { eventIdOf } from './loose-values.js';
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
} from './reading.js';

const label = text(500).nullish();
const Picture = z.object({ src: text(2000).nullish() }).nullish();
const Variant = z.object({
  id: numericId,
  sku: text(250).nullish(),
  price: z.string().max(40),
  inventory_item_id: numericId.nullish(),
  /** False: SHOPLINE does not count it. */
  inventory_tracker: z.boolean().nullish(),
  image: Picture,
  option1: label,
  option2: label,
  option3: label,
  option4: label,
  option5: label,
});
const Product = z.object({
  id: numericId,
  title: text(500),
  handle: text(500).nullish(),
  status: z.string(),
  updated_at: instant,
  options: z.array(z.object({ name: text(250) })).default([]),
  image: Picture,
  variants: z.array(Variant).max(3000),
});
type Product = z.output<typeof Product>;
type Variant = z.output<typeof Variant>;

const Place = z.object({ variant_id: numericId, inventory_item_id: numericId.nullish(), location_id: numericId });
const Level = Place.extend({ available: z.int().nullable(), updated_at: instant });
const Named = z.object({ id: numericId });

/** What the headers say, and the record's time in milliseconds since the epoch. */
interface Heading {
  readonly eventId: string;
  readonly domain: string | undefined;
  readonly recordAt: number;
}
type Reader = (data: unknown, heading: Heading, context: AdapterContext) => AdapterResult;

/** Reads one webhook of SHOPLINE. */
export const readShoplineWebhook: Adapter = (record, context) => {
  const headers = lowerCased(record.headers);
  const topic = headers['x-shopline-topic'];
  if (topic === undefined || topic === '') return fault('X-Shopline-Topic', 'the header is missing');
  const read = readers.get(topic);
  if (read === undefined) return nothing;
  const body = readJson(record.value);
  if (!body.ok || record.value === null) return body.ok ? nothing : body;
  return read(body.data, heading(headers, record, record.value), context);
};

function heading(headers: Readonly<Record<string, string>>, record: NativeRecord, bytes: Buffer): Heading {
  const domain = headers['x-shopline-shop-domain'];
  return {
    eventId: eventIdOf(headers['x-shopline-webhook-id'], bytes),
    domain: domain !== undefined && /^[a-z0-9][a-z0-9.-]{0,200}$/.test(domain) ? domain : undefined,
    recordAt: Math.max(0, record.timestamp),
  };
}

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['products/create', readProduct],
  ['products/update', readProduct],
  ['products/delete', readGone],
  ['inventory_levels/connect', readLevel],
  ['inventory_levels/update', readLevel],
  ['inventory_levels/disconnect', readDroppedLevel],
]);

function readProduct(data: unknown, heading: Heading, { currency }: AdapterContext): AdapterResult {
  const parsed = Product.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const product = parsed.data;
  const early = aheadOfItsTime('updated_at', product.updated_at, heading.recordAt);
  if (early) return early;
  const version: Version = { value: product.updated_at, explicit: false };
  const updates: NativeUpdate[] = [];
  for (const [i, variant] of product.variants.entries()) {
    const price = readAmount(variant.price, currency, `variants.${i}.price`);
    if (isFault(price)) return price;
    const item = variant.inventory_item_id;
    updates.push({
      item: { sku: variant.sku || variant.id },
      teaches: [`product:${product.id}`, `variant:${variant.id}`, ...(item ? [`inventory_item:${item}`] : [])],
      eventId: heading.eventId,
      sourceAt: version.value,
      snapshot: false,
      listing: {
        version,
        product: product.id,
        published: product.status === 'active',
        title: product.title,
        options: optionsOf(product, variant),
        url:
          heading.domain && product.handle
            ? `https://${heading.domain}/products/${encodeURIComponent(product.handle)}`
            : undefined,
        image: variant.image?.src ?? product.image?.src ?? null,
      },
      price: { version, price },
      stock: variant.inventory_tracker === false ? { version, units: null } : undefined,
    });
  }
  return { ok: true, updates };
}

/** "Size M", "Color Red"; the values are those of the product's options in their order. */
function optionsOf(product: Product, v: Variant): string[] {
  return [v.option1, v.option2, v.option3, v.option4, v.option5].flatMap((value, i) => {
    const option = product.options[i]?.name;
    return value ? [(option ? `${option} ${value}` : value).slice(0, 100)] : [];
  });
}

/** Units at one location; null where nothing is counted, and below zero where more was sold than there is. */
function readLevel(data: unknown, heading: Heading): AdapterResult {
  const parsed = Level.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const { available, updated_at } = parsed.data;
  const early = aheadOfItsTime('updated_at', updated_at, heading.recordAt);
  return early ?? level(parsed.data, available === null ? null : Math.max(0, available), updated_at, heading);
}

/** The item is not kept at the location any more. The body names no time, so the record's counts. */
function readDroppedLevel(data: unknown, heading: Heading): AdapterResult {
  const parsed = Place.safeParse(data);
  return parsed.success ? level(parsed.data, 0, heading.recordAt, heading) : invalid(parsed.error);
}

function level(place: z.output<typeof Place>, units: number | null, at: number, { eventId }: Heading): AdapterResult {
  const stock = { version: { value: at, explicit: false }, location: place.location_id, units };
  const item = { ref: `variant:${place.variant_id}` };
  return { ok: true, updates: [{ item, eventId, sourceAt: at, snapshot: false, stock }] };
}

/** The body is the product's id. */
function readGone(data: unknown, { eventId, recordAt }: Heading): AdapterResult {
  const parsed = Named.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const listing = { version: { value: recordAt, explicit: false }, published: false };
  const item = { ref: `product:${parsed.data.id}` };
  return { ok: true, updates: [{ item, eventId, sourceAt: recordAt, snapshot: false, listing }] };
}
