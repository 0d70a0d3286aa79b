/**
 * What Medusa v2 answers when it is asked for what its events only name. Its admin API shows objects by the `fields` that
 * are asked for; each reader here says which it needs. An object that has more is read all the same.
 *
 * - `readMedusaVariant`: `GET /admin/products/{id}/variants/{id}` with `+product.*,+prices.*,+options.*,+price_set.id,
 *   +inventory_items.*,+inventory_items.inventory.location_levels.*`
 * - `readMedusaLevel`: an element of `GET /admin/inventory-items/{id}/location-levels`
 * - `readMedusaPrice`: a price, as the pricing module shows it
 *
 * Not read, and why:
 * - prices of a price list (`price_list_id`): whom a list is for, and when, is not in the price.
 * - prices from a quantity on (`min_quantity` above 1): not what one piece costs.
 * - `stocked_quantity` without `reserved_quantity`, `incoming_quantity`: what is reserved or under way cannot be sold.
 * - `allow_backorder`: what sells at zero is a pre-order; whether units are there is still the question.
 */
import type { Money } from '@beckon/contracts';
import { z } from 'zod';
import type { AdapterContext, AdapterResult, NativeUpdate, Version } from '../offer-update.js';
import { quantity, roundDecimal, roundFloat, sellable } from './loose-values.js';
import { aheadOfItsTime, fault, instant, invalid, isFault, nothing, text, type Fault } from './reading.js';

const id = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'not an id such as "variant_01HXYZ"');

/** Numbers are floats in `amount` and exact text in `raw_amount`. */
const Price = z.object({
  amount: z.number(),
  raw_amount: z.object({ value: z.string().max(60) }).nullish(),
  currency_code: z.string(),
  price_set_id: id.nullish(),
  price_list_id: id.nullish(),
  min_quantity: quantity.nullish(),
  updated_at: instant.nullish(),
});
type Price = z.output<typeof Price>;

const Level = z.object({
  inventory_item_id: id,
  location_id: id,
  stocked_quantity: quantity,
  reserved_quantity: quantity.default(0),
  available_quantity: quantity.nullish(),
  updated_at: instant,
});
type Level = z.output<typeof Level>;

const Variant = z.object({
  id,
  sku: text(250).nullish(),
  title: text(500).nullish(),
  product_id: id,
  manage_inventory: z.boolean().default(true),
  updated_at: instant,
  product: z
    .object({ title: text(500), status: z.string(), thumbnail: text(2000).nullish(), updated_at: instant.nullish() })
    .nullish(),
  options: z
    .array(z.object({ value: text(250), option: z.object({ title: text(250) }).nullish() }))
    .max(20)
    .default([]),
  price_set: z.object({ id }).nullish(),
  prices: z.array(Price).max(1000).default([]),
  inventory_items: z
    .array(z.object({ inventory_item_id: id, required_quantity: z.number().positive().default(1) }))
    .max(100)
    .default([]),
});

/** When the platform was asked: milliseconds since the epoch, as the record that wanted it says. */
export interface Asked {
  readonly at: number;
}

/** The variant: its SKU, which other ids are it, what names it, and its price in the shop's currency. */
export function readMedusaVariant(answer: unknown, { currency }: AdapterContext, asked: Asked): AdapterResult {
  const parsed = z.object({ variant: Variant }).safeParse(answer);
  if (!parsed.success) return invalid(parsed.error);
  const { variant } = parsed.data;
  const version = versionOf(Math.max(variant.updated_at, variant.product?.updated_at ?? 0), asked);
  if (isFault(version)) return version;
  const base = variant.prices.find((price) => isBase(price, currency));
  const price = base && moneyOf(base, currency);
  if (price !== undefined && isFault(price)) return price;
  const priced = versionOf(Math.max(variant.updated_at, base?.updated_at ?? 0), asked);
  if (isFault(priced)) return priced;
  // A bundle is made of several items: how many of it can be sold is not the stock of one of them.
  const [item, ...others] = variant.inventory_items;
  const itself = item !== undefined && others.length === 0 && item.required_quantity === 1;
  return updateOf(`variant:${variant.id}`, version, {
    item: { sku: variant.sku || variant.id },
    teaches: [
      `variant:${variant.id}`,
      ...(itself ? [`inventory_item:${item.inventory_item_id}`] : []),
      ...(variant.price_set ? [`price_set:${variant.price_set.id}`] : []),
    ],
    listing: {
      version,
      product: variant.product_id,
      published: variant.product ? variant.product.status === 'published' : undefined,
      title: variant.product?.title,
      image: variant.product ? (variant.product.thumbnail ?? null) : undefined,
      options: variant.options.map(({ value, option }) => (option ? `${option.title} ${value}` : value).slice(0, 100)),
    },
    price: price && { version: priced, price },
    stock: variant.manage_inventory ? undefined : { version, units: null },
  });
}

/** Units of an item at one location. */
export function readMedusaLevel(answer: unknown, asked: Asked): AdapterResult {
  const parsed = Level.safeParse(answer);
  if (!parsed.success) return invalid(parsed.error);
  const level = parsed.data;
  const version = versionOf(level.updated_at, asked);
  if (isFault(version)) return version;
  const ref = `inventory_item:${level.inventory_item_id}`;
  const stock = { version, location: level.location_id, units: availableOf(level) };
  return updateOf(`${ref}@${level.location_id}`, version, { item: { ref }, stock });
}

/** A base price in the shop's currency; of others nothing is told. */
export function readMedusaPrice(answer: unknown, { currency }: AdapterContext, asked: Asked): AdapterResult {
  const parsed = Price.safeParse(answer);
  if (!parsed.success) return invalid(parsed.error);
  const found = parsed.data;
  if (!isBase(found, currency)) return nothing;
  if (!found.price_set_id) return fault('price_set_id', 'the price belongs to nothing');
  const version = versionOf(found.updated_at ?? asked.at, asked);
  if (isFault(version)) return version;
  const price = moneyOf(found, currency);
  if (isFault(price)) return price;
  const ref = `price_set:${found.price_set_id}`;
  return updateOf(ref, version, { item: { ref }, price: { version, price } });
}

const isBase = (price: Price, currency: string): boolean =>
  price.currency_code.toUpperCase() === currency && !price.price_list_id && (price.min_quantity ?? 1) <= 1;

/** `raw_amount` is exact; `amount` is the same as a float. */
function moneyOf(price: Price, currency: string): Money | Fault {
  const exact = price.raw_amount?.value;
  return exact !== undefined && /^\d{1,13}(\.\d{1,9})?$/.test(exact)
    ? roundDecimal(exact, currency, 'raw_amount.value')
    : roundFloat(price.amount, currency, 'amount');
}

/** What is on the shelf and not reserved. */
const availableOf = (level: Level): number =>
  sellable(level.available_quantity ?? level.stocked_quantity - level.reserved_quantity);

const versionOf = (at: number, asked: Asked): Version | Fault =>
  aheadOfItsTime('updated_at', at, asked.at) ?? { value: at, explicit: false };

/**
 * An answer says what is, and may say it twice; its id is that of the state, so that asking again does nothing. What is
 * there now is news all the same: the event that made us ask says that it changed.
 */
function updateOf(
  subject: string,
  version: Version,
  facets: Pick<NativeUpdate, 'item' | 'teaches' | 'listing' | 'stock' | 'price'>,
): AdapterResult {
  const said = facets.stock?.units ?? facets.price?.price.amount ?? '';
  const eventId = `${subject}@${version.value}:${said}`;
  return { ok: true, updates: [{ eventId, sourceAt: version.value, snapshot: false, ...facets }] };
}
