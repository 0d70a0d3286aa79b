/**
 * commercetools Messages, as its Subscriptions deliver them (docs.commercetools.com/api/projects/messages): in the platform's
 * own form or as CloudEvents.
 *
 * Versions are the messages' `createdAt`. `sequenceNumber` counts the messages of one resource: it begins anew when a stock
 * import deletes an inventory entry and creates it again, and a SKU's price may come from several resources.
 *
 * Not read, and why:
 * - `staged: true`, `oldStagedPrice`, `hasStagedChanges`: nobody can buy at a staged price. Publishing tells the new one.
 * - `quantityOnStock`, `oldQuantityOnStock`, `newQuantityOnStock`: they count what others have reserved.
 * - Messages of reorder points and safety stock: an order that raises one says `quantityOnStock`, not what is available.
 * - `restockableInDays`, `expectedDelivery`: hopes.
 * - Prices of a customer group, of a channel, of tiers, and of a country that is not the source's `channel`.
 * - `version` of a message (always 1), `resourceVersion` (counts changes that send no message), `lastModifiedAt`.
 * - `ProductPriceTier*`, `*CustomField*`, `StandalonePriceDeleted`, …: they change no price, or do not tell the one that is left.
 */
import type { Money } from '@beckon/contracts';
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import { applies, centMoney, chosen, discounted, paid, ProductPrice, StandalonePrice } from './commercetools-prices.js';
import {
  aheadOfItsTime,
  fault,
  instant,
  invalid,
  lowerCased,
  name,
  nothing,
  readJson,
  text,
  type Fault,
} from './reading.js';

const Envelope = z.object({
  id: name,
  resource: z.object({ typeId: name, id: name }),
  resourceUserProvidedIdentifiers: z.object({ sku: name.nullish() }).nullish(),
  createdAt: instant,
});

/** What all messages say. */
interface Message {
  readonly id: string;
  readonly resource: { readonly typeId: string; readonly id: string };
  readonly sku: string | undefined;
  readonly version: Version;
}

const units = z.int();
const supplyChannel = z.object({ id: name }).nullish();
const variantId = z.int().min(1);
const InventoryCreated = z.object({
  inventoryEntry: z.object({ id: name.optional(), sku: name, availableQuantity: units, supplyChannel }),
});
const QuantitySet = z.object({
  sku: name.nullish(),
  oldAvailableQuantity: units,
  newAvailableQuantity: units,
  supplyChannel,
});
const NoneLeft = z.object({ sku: name, supplyChannel });
const PriceChanged = z.object({ variantId, oldPrice: ProductPrice, newPrice: ProductPrice, staged: z.boolean() });
const PriceAdded = z.object({ variantId, price: ProductPrice, staged: z.boolean() });
const PricesSet = z.object({ variantId, prices: z.array(ProductPrice).max(1000), staged: z.boolean() });
const DiscountsSet = z.object({
  updatedPrices: z.array(z.object({ priceId: name, discounted, staged: z.boolean() })).max(1000),
});
const StandaloneCreated = z.object({ standalonePrice: StandalonePrice });
const ValueChanged = z.object({ value: centMoney, oldValue: centMoney.nullish(), staged: z.boolean().default(false) });
const DiscountSet = z.object({ discounted });
const StagedApplied = z.object({ stagedChanges: z.object({ value: centMoney, discounted }) });
const Variant = z.object({
  id: variantId,
  sku: name.nullish(),
  prices: z.array(ProductPrice).max(1000).nullish(),
  images: z.array(z.object({ url: text(2000) })).nullish(),
});
type Variant = z.output<typeof Variant>;
const Published = z.object({
  productProjection: z.object({
    name: z.record(z.string(), text(500)),
    masterVariant: Variant.nullish(),
    variants: z.array(Variant).max(1000).default([]),
  }),
});
const VariantAdded = z.object({ variant: Variant, staged: z.boolean() });
const Deleted = z.object({ variant: Variant.nullish() });

type Read<T> = (data: T, message: Message, context: AdapterContext) => AdapterResult;
const reading =
  <T>(schema: z.ZodType<T>, read: Read<T>): Read<unknown> =>
  (data, message, context) => {
    const parsed = schema.safeParse(data);
    return parsed.success ? read(parsed.data, message, context) : invalid(parsed.error);
  };

const noneLeft = reading(NoneLeft, ({ sku, supplyChannel: at }, m) => stock(m, { sku }, at?.id, 0));
const productGone: Read<unknown> = (_data, m) => ok(update(m, { ref: `product:${m.resource.id}` }, notOnSale(m)));
/** The price that is left is not in the message. */
const askForResource: Read<unknown> = (_data, m) => wantedOf(m.resource);

const readers: ReadonlyMap<string, Read<unknown>> = new Map([
  ['InventoryEntryCreated', reading(InventoryCreated, inventoryCreated)],
  ['InventoryEntryQuantitySet', reading(QuantitySet, quantitySet)],
  ['InventoryEntryOutOfStock', noneLeft],
  ['InventoryEntryDeleted', noneLeft],
  ['ProductPriceChanged', reading(PriceChanged, priceChanged)],
  ['ProductPriceAdded', reading(PriceAdded, (d, m, c) => embedded(m, c, d, [d.price]))],
  ['ProductPricesSet', reading(PricesSet, (d, m, c) => embedded(m, c, d, d.prices))],
  ['ProductPriceRemoved', askForResource],
  ['ProductPriceDiscountsSet', reading(DiscountsSet, discountsSet)],
  ['StandalonePriceCreated', reading(StandaloneCreated, standaloneCreated)],
  ['StandalonePriceValueChanged', reading(ValueChanged, valueChanged)],
  ['StandalonePriceDiscountSet', reading(DiscountSet, (d, m) => standalone(m, d.discounted?.value))],
  [
    'StandalonePriceStagedChangesApplied',
    reading(StagedApplied, ({ stagedChanges: s }, m) => standalone(m, s.discounted?.value ?? s.value)),
  ],
  ['StandalonePriceActiveChanged', askForResource],
  ['ProductPublished', reading(Published, published)],
  ['ProductUnpublished', productGone],
  ['ProductDeleted', productGone],
  ['ProductVariantAdded', reading(VariantAdded, variantAdded)],
  ['ProductVariantDeleted', reading(Deleted, variantDeleted)],
]);

/** Resources whose changes without a message are asked for. */
const ASKED_FOR = new Set(['inventory-entry', 'product', 'standalone-price']);

/** Reads one delivery of a Subscription. */
export const readCommercetoolsMessage: Adapter = (record, context) => {
  const delivery = readDelivery(record);
  if ('ok' in delivery) return delivery;
  const { type, data, without } = delivery;
  // Subscriptions to changes name the resource and nothing else.
  const changed = type === 'ResourceCreated' || type === 'ResourceUpdated';
  const read = changed ? askForResource : readers.get(type);
  if (read === undefined) return nothing;
  if (without) return wantedOf(without);
  const parsed = Envelope.safeParse(data);
  if (!parsed.success && !changed) return invalid(parsed.error);
  if (!parsed.success) return resourceOf(data);
  const { id, resource, resourceUserProvidedIdentifiers: own, createdAt } = parsed.data;
  const early = aheadOfItsTime('createdAt', createdAt, record.timestamp);
  if (early) return early;
  return read(
    data,
    { id, resource, sku: own?.sku ?? undefined, version: { value: createdAt, explicit: false } },
    context,
  );
};

/** A delivery without its envelope; `without`: the resource of a message that was too large to be delivered whole. */
interface Delivery {
  readonly type: string;
  readonly data: unknown;
  readonly without?: { readonly typeId: string; readonly id: string };
}

const Platform = z.object({
  notificationType: z.string().optional(),
  type: z.string().optional(),
  resource: z.object({ typeId: name, id: name }),
  payloadNotIncluded: z.object({ payloadType: z.string() }).nullish(),
});
const CloudEvent = z.object({ type: z.string(), subject: name.optional() });
/** `com.commercetools.product.message.ProductPublished`, `com.commercetools.product.change.ResourceUpdated`. */
const EVENT_TYPE = /^com\.commercetools\.([a-z-]+)\.(?:message|change)\.(\w+)$/;

function readDelivery(record: NativeRecord): Delivery | Fault | Extract<AdapterResult, { ok: true }> {
  const body = readJson(record.value);
  if (!body.ok) return body;
  const { data } = body;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return fault('value', 'not a JSON object');
  const headers = lowerCased(record.headers);
  if (headers['ce_type'] !== undefined)
    return readEvent({ type: headers['ce_type'], subject: headers['ce_subject'] }, data);
  // Structured events come without the content type that would say so.
  if ('specversion' in data) return readEvent(data, 'data' in data ? data.data : undefined);
  return readPlatform(data);
}

function readEvent(attributes: unknown, data: unknown): Delivery | Fault | Extract<AdapterResult, { ok: true }> {
  const event = CloudEvent.safeParse(attributes);
  if (!event.success) return invalid(event.error);
  const [, typeId, type] = EVENT_TYPE.exec(event.data.type) ?? [];
  if (typeId === undefined || type === undefined) return { ok: true, updates: [] };
  if (typeof data === 'object' && data !== null && !('payloadNotIncluded' in data)) return { type, data };
  const { subject } = event.data;
  if (subject === undefined) return fault('subject', 'the event has neither data nor the id of its resource');
  return { type, data, without: { typeId, id: subject } };
}

function readPlatform(data: object): Delivery | Fault {
  const parsed = Platform.safeParse(data);
  if (!parsed.success) return invalid(parsed.error);
  const { notificationType, type, resource, payloadNotIncluded: missing } = parsed.data;
  if (missing) return { type: missing.payloadType, data, without: resource };
  if (notificationType !== undefined && notificationType !== 'Message') return { type: notificationType, data };
  return type === undefined ? fault('type', 'the message does not say what it is') : { type, data };
}

/** A change names its resource and when; it may lack the fields of a message. */
function resourceOf(data: unknown): AdapterResult {
  const parsed = Platform.pick({ resource: true }).safeParse(data);
  return parsed.success ? wantedOf(parsed.data.resource) : invalid(parsed.error);
}

const ok = (...updates: NativeUpdate[]): AdapterResult => ({ ok: true, updates });

const wantedOf = ({ typeId, id }: Message['resource']): AdapterResult =>
  ASKED_FOR.has(typeId) ? { ok: true, updates: [], wanted: [{ what: typeId, id }] } : nothing;

const update = (m: Message, item: NativeUpdate['item'], facets: Partial<NativeUpdate>): NativeUpdate => ({
  item,
  eventId: m.id,
  sourceAt: m.version.value,
  snapshot: false,
  ...facets,
});

const notOnSale = ({ version }: Message): Partial<NativeUpdate> => ({ listing: { version, published: false } });

/** Reservations may take more than there is: below zero none are left. */
const left = (available: number): number => Math.max(0, available);

function stock(
  m: Message,
  item: NativeUpdate['item'],
  location: string | undefined,
  available: number,
  more: { readonly previous?: number; readonly teaches?: readonly string[] } = {},
): AdapterResult {
  const { previous, teaches } = more;
  const facet = { version: m.version, units: left(available) };
  return ok(
    update(m, item, {
      ...(teaches ? { teaches } : {}),
      stock: {
        ...facet,
        ...(location === undefined ? {} : { location }),
        ...(previous === undefined ? {} : { previous: left(previous) }),
      },
    }),
  );
}

function inventoryCreated({ inventoryEntry: e }: z.output<typeof InventoryCreated>, m: Message): AdapterResult {
  const teaches = [`inventory_entry:${m.resource.id}`];
  return stock(m, { sku: e.sku }, e.supplyChannel?.id, e.availableQuantity, { teaches });
}

/** Messages of before 2021 do not name the SKU. */
function quantitySet(d: z.output<typeof QuantitySet>, m: Message): AdapterResult {
  const sku = d.sku ?? m.sku;
  const ref = `inventory_entry:${m.resource.id}`;
  return stock(m, sku === undefined ? { ref } : { sku }, d.supplyChannel?.id, d.newAvailableQuantity, {
    previous: d.oldAvailableQuantity,
    ...(sku === undefined ? {} : { teaches: [ref] }),
  });
}

const variantRef = (m: Message, id: number): string => `variant:${m.resource.id}/${id}`;

/** The price of a variant after a message that shows the price itself. */
function embedded(
  m: Message,
  c: AdapterContext,
  d: { readonly variantId: number; readonly staged: boolean },
  prices: readonly ProductPrice[],
  previous?: ProductPrice,
): AdapterResult {
  const price = d.staged ? undefined : chosen(prices, c, m.version.value);
  if (price === undefined) return nothing;
  const before = previous && applies(previous, c, m.version.value) ? { previous: paid(previous) } : {};
  return ok(
    update(
      m,
      { ref: variantRef(m, d.variantId) },
      {
        teaches: [`price:${price.id}`],
        price: { version: m.version, price: paid(price), ...before },
      },
    ),
  );
}

function priceChanged(d: z.output<typeof PriceChanged>, m: Message, c: AdapterContext): AdapterResult {
  return embedded(m, c, d, [d.newPrice], d.oldPrice);
}

/**
 * Discounts name the price and not whom it is meant for. Only prices that apply were ever taught, so the others find no SKU.
 * Where the discount ended, what is paid now is not in the message.
 */
function discountsSet(d: z.output<typeof DiscountsSet>, m: Message, c: AdapterContext): AdapterResult {
  const current = d.updatedPrices.filter(({ staged }) => !staged);
  const updates = current.flatMap(({ priceId, discounted: now }) =>
    now?.value.currency === c.currency
      ? [update(m, { ref: `price:${priceId}` }, { price: { version: m.version, price: now.value } })]
      : [],
  );
  const ended = current.some(({ discounted: now }) => now == null);
  return { ok: true, updates, ...(ended ? { wanted: [{ what: 'product', id: m.resource.id }] } : {}) };
}

function standaloneCreated(
  { standalonePrice: price }: z.output<typeof StandaloneCreated>,
  m: Message,
  c: AdapterContext,
): AdapterResult {
  if (!price.active || !applies(price, c, m.version.value)) return nothing;
  const teaches = [`standalone_price:${m.resource.id}`];
  return ok(update(m, { sku: price.sku }, { teaches, price: { version: m.version, price: paid(price) } }));
}

function valueChanged(d: z.output<typeof ValueChanged>, m: Message): AdapterResult {
  return d.staged ? nothing : standalone(m, d.value, d.oldValue ?? undefined);
}

/** Like embedded prices: only those that apply were taught. Without a price, a discount ended. */
function standalone(m: Message, price: Money | undefined, previous?: Money): AdapterResult {
  if (price === undefined) return wantedOf(m.resource);
  return ok(
    update(
      m,
      { ref: `standalone_price:${m.resource.id}` },
      {
        price: { version: m.version, price, ...(previous ? { previous } : {}) },
      },
    ),
  );
}

function published(d: z.output<typeof Published>, m: Message, c: AdapterContext): AdapterResult {
  const { name: names, masterVariant, variants } = d.productProjection;
  const title = Object.values(names)[0] ?? null;
  const all = [...(masterVariant ? [masterVariant] : []), ...variants];
  return ok(...all.flatMap((variant) => variantUpdate(variant, m, c, { title, published: true })));
}

function variantAdded(
  { variant, staged }: z.output<typeof VariantAdded>,
  m: Message,
  c: AdapterContext,
): AdapterResult {
  return staged ? nothing : ok(...variantUpdate(variant, m, c, {}));
}

/** A variant without SKU cannot be asked for. */
function variantUpdate(
  variant: Variant,
  m: Message,
  c: AdapterContext,
  listing: { readonly title?: string | null; readonly published?: boolean },
): NativeUpdate[] {
  if (!variant.sku) return [];
  const price = chosen(variant.prices ?? [], c, m.version.value);
  const image = variant.images?.[0]?.url ?? null;
  return [
    update(
      m,
      { sku: variant.sku },
      {
        teaches: [`product:${m.resource.id}`, variantRef(m, variant.id), ...(price ? [`price:${price.id}`] : [])],
        listing: { version: m.version, product: m.resource.id, image, ...listing },
        ...(price ? { price: { version: m.version, price: paid(price) } } : {}),
      },
    ),
  ];
}

function variantDeleted({ variant }: z.output<typeof Deleted>, m: Message): AdapterResult {
  return variant?.sku ? ok(update(m, { sku: variant.sku }, notOnSale(m))) : nothing;
}
