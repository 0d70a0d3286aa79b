/**
 * SCAYLE's webhooks of the Admin API (scayle.dev, *Product Events*): stock and prices of product variants, and their end.
 *
 * Not read, and why:
 * - `product-updated`, `product-master-updated`, `product-variant-availability-updated`: their payloads are master data
 *   whose attributes every shop names for itself. Title, link and picture come by another source.
 * - `key`, `version` of an event: what they identify and count is not documented; the same bytes are the same event.
 * - `createdAt`, `expectedAvailabilityAt`: `occurredAt` orders events, and what is expected is not there yet.
 * - `oldPrice`, `recommendedRetailPrice`: what the shop strikes through, not what was charged before.
 * - `buyingPrice`, `tax`, `meta.tenantKey`: not what an offer is.
 */
import type { Money } from '@beckon/contracts';
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeUpdate, Version } from '../offer-update.js';
import { eventIdOf } from './loose-values.js';
import {
  aheadOfItsTime,
  fault,
  instant,
  invalid,
  nothing,
  numericId,
  readJson,
  text,
  type Fault,
  isFault,
} from './reading.js';

const Entity = z.object({ id: numericId, referenceKey: text(200).nullish() });
type Entity = z.output<typeof Entity>;

const Event = z.object({ type: z.string(), occurredAt: instant, payload: z.unknown() });
const About = z.object({ productVariant: Entity, product: Entity.nullish() });
const Stock = About.extend({
  warehouse: Entity.nullish(),
  quantity: z.int(),
  sellableWithoutStock: z.boolean().default(false),
  merchantReferenceKey: text(50).nullish(),
});
const Price = z.object({
  price: z.int().min(0),
  currencyCode: z.string(),
  countryCode: z.string().nullish(),
  groupKey: z.string().nullish(),
  promotionKey: z.string().nullish(),
  validFrom: instant.nullish(),
  validTo: instant.nullish(),
});
const Prices = About.extend({ prices: z.array(Price).max(1000) });

/** Reads one webhook of SCAYLE. */
export const readScayleEvent: Adapter = (record, context) => {
  const body = readJson(record.value);
  if (!body.ok || record.value === null) return body.ok ? nothing : body;
  const parsed = Event.safeParse(body.data);
  if (!parsed.success) return invalid(parsed.error);
  const { type, occurredAt, payload } = parsed.data;
  const read = readers.get(type);
  if (read === undefined) return nothing;
  const early = aheadOfItsTime('occurredAt', occurredAt, record.timestamp);
  return early ?? read(payload, { eventId: eventIdOf(undefined, record.value), at: occurredAt }, context);
};

interface Frame {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
type Reader = (payload: unknown, frame: Frame, context: AdapterContext) => AdapterResult;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['product-variant-stock-updated', readStock],
  ['product-variant-prices-updated', readPrices],
  ['product-variant-deleted', readGone],
]);

/** Units in one warehouse, of one merchant. */
function readStock(payload: unknown, frame: Frame): AdapterResult {
  const parsed = Stock.safeParse(payload);
  if (!parsed.success) return invalid(parsed.error, 'payload');
  const { warehouse, merchantReferenceKey, quantity, sellableWithoutStock } = parsed.data;
  const version: Version = { value: frame.at, explicit: false };
  const places = [merchantReferenceKey, warehouse && nameOf(warehouse)].filter((place) => place);
  return one(frame, parsed.data, {
    stock: {
      version,
      location: places.join('/') || undefined,
      // Blocked by orders, a quantity may sink below zero.
      units: sellableWithoutStock ? null : Math.max(0, quantity),
    },
  });
}

function readPrices(payload: unknown, frame: Frame, { currency }: AdapterContext): AdapterResult {
  const parsed = Prices.safeParse(payload);
  if (!parsed.success) return invalid(parsed.error, 'payload');
  const price = publicPrice(parsed.data.prices, frame.at, currency);
  if (price === undefined) return nothing;
  if (isFault(price)) return price;
  return one(frame, parsed.data, { price: { version: { value: frame.at, explicit: false }, price } });
}

/**
 * What everybody pays in the shop's currency at the event's time: no customer group, no promotion, valid. Countries that
 * share the currency must agree, for nobody here knows in which of them the shopper is.
 */
function publicPrice(
  prices: readonly z.output<typeof Price>[],
  at: number,
  currency: string,
): Money | Fault | undefined {
  const valid = prices.filter(
    (p) =>
      p.currencyCode === currency &&
      !p.groupKey &&
      !p.promotionKey &&
      (p.validFrom ?? 0) <= at &&
      (p.validTo ?? Number.POSITIVE_INFINITY) > at,
  );
  const [first, ...others] = valid;
  if (first === undefined) return undefined;
  if (others.some((p) => p.price !== first.price))
    return fault('payload.prices', `countries differ in their ${currency} price; read one country by a json mapping`);
  return { amount: first.price, currency };
}

function readGone(payload: unknown, frame: Frame): AdapterResult {
  const parsed = About.safeParse(payload);
  if (!parsed.success) return invalid(parsed.error, 'payload');
  return one(frame, parsed.data, { listing: { version: { value: frame.at, explicit: false }, published: false } });
}

/** The shop's own key where it keeps one, else SCAYLE's id. */
const nameOf = (entity: Entity): string => entity.referenceKey || entity.id;

function one(
  { eventId, at }: Frame,
  { productVariant, product }: z.output<typeof About>,
  facet: Pick<NativeUpdate, 'stock' | 'price' | 'listing'>,
): AdapterResult {
  const grouped = product ? { version: { value: at, explicit: false }, product: nameOf(product) } : undefined;
  const listing = facet.listing ? { ...grouped, ...facet.listing } : grouped;
  return {
    ok: true,
    updates: [
      {
        item: { sku: nameOf(productVariant) },
        teaches: [`variant:${productVariant.id}`],
        eventId,
        sourceAt: at,
        snapshot: false,
        ...facet,
        listing,
      },
    ],
  };
}
