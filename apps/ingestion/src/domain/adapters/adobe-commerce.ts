/**
 * Adobe Commerce (Magento): its events as Adobe I/O Events hands them on, structured or binary CloudEvents or entries of
 * the journal (`{ event: … }`), with the saved object in `data.value`. What is read: products saved and deleted, source
 * items of multi-source inventory, and the stock item of the older inventory.
 *
 * Not read, and why:
 * - `visibility`: the variations of a configurable product are "not visible individually" and still on sale.
 * - `type_id` other than what is itself put into the cart (`configurable`, `bundle`, `grouped`): their parts are SKUs.
 * - saves in the scope of one store view (`store_id` other than 0): names and prices of that view only.
 * - `image`, `url_key`: parts of addresses whose beginning only the shop knows.
 * - `salable_quantity`, reservations: no event tells them. `quantity` is what lies on the shelf; see docs/sources.
 */
import { z } from 'zod';
import type { Adapter, AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import { eventIdOf, flag, quantity, roundDecimal, roundFloat, sellable, utcInstant } from './loose-values.js';
import {
  aheadOfItsTime,
  fault,
  instant,
  invalid,
  isFault,
  lowerCased,
  name,
  nothing,
  numericId,
  readJson,
  text,
  type Fault,
} from './reading.js';
import type { Money } from '@beckon/contracts';

/** Text from the database, a JSON number in what Commerce as a Cloud Service documents. */
const amount = z.union([z.string().max(40), z.number()]).nullish();
const day = utcInstant.nullish();
const Prices = z.object({ price: amount, special_price: amount, special_from_date: day, special_to_date: day });
type Prices = z.output<typeof Prices>;
const before = { _isNew: z.boolean().nullish() };

const Product = Prices.extend({
  ...before,
  entity_id: numericId,
  sku: name,
  type_id: z.string().default('simple'),
  store_id: z.union([z.int(), z.string()]).default(0),
  status: z.union([z.literal([1, 2]), z.literal(['1', '2']).transform(Number)]).nullish(),
  name: text(500).nullish(),
  updated_at: utcInstant.nullish(),
  _origData: Prices.nullish(),
});
const Shelf = z.object({ quantity: quantity, status: flag });
const SourceItem = Shelf.extend({ ...before, sku: name, source_code: name, _origData: Shelf.partial().nullish() });
const SourceItems = z.union([
  z.object({ sourceItems: z.array(SourceItem).max(10_000) }).transform(({ sourceItems }) => sourceItems),
  z.array(SourceItem).max(10_000),
  SourceItem.transform((item) => [item]),
]);
const Counted = z.object({
  qty: quantity.nullish(),
  is_in_stock: flag.nullish(),
  manage_stock: flag.nullish(),
  use_config_manage_stock: flag.nullish(),
});
const StockItem = Counted.extend({ ...before, product_id: numericId, _origData: Counted.nullish() });

const Event = z.object({
  id: z.string().nullish(),
  event_id: z.string().nullish(),
  type: z.string().nullish(),
  time: instant.nullish(),
  data: z.object({ value: z.unknown() }),
});

/** What an event is about, by its code; the part before it is the product's or the shop's own. */
const ABOUT: readonly (readonly [code: RegExp, read: Reader])[] = [
  [/catalog_product_save(_commit)?_after$|[._]product(_repository)?\.save$/, readProduct],
  [/catalog_product_delete(_commit)?_after$|[._]product(_repository)?\.delete(_by_id)?$/, readGone],
  [/source_items?_save(_commit)?_after$|source_items?_save\.execute$/, readSourceItems],
  [/stock_item_save(_commit)?_after$/, readStockItem],
];

/** What the updates of one event have in common. */
interface Frame {
  readonly eventId: string;
  /** Milliseconds since the epoch: the event's time, else the record's. */
  readonly at: number;
  readonly record: NativeRecord;
}
type Reader = (value: unknown, frame: Frame, context: AdapterContext) => AdapterResult;

/** Reads one event of Adobe Commerce. */
export const readAdobeCommerceEvent: Adapter = (record, context) => {
  const body = readJson(record.value);
  if (!body.ok || record.value === null) return body.ok ? nothing : body;
  const headers = lowerCased(record.headers);
  const parsed = Event.safeParse(unwrapped(body.data, headers));
  if (!parsed.success) return invalid(parsed.error);
  const { id, event_id, type, time, data } = parsed.data;
  const read = type ? ABOUT.find(([code]) => code.test(type))?.[1] : byShape(data.value);
  if (read === undefined) return type ? nothing : fault('type', 'names no event, and the value is of no known shape');
  const at = time ?? Math.max(0, record.timestamp);
  const early = aheadOfItsTime('time', at, record.timestamp);
  return (
    early ?? read(data.value, { eventId: eventIdOf(id ?? event_id ?? undefined, record.value), at, record }, context)
  );
};

/** The event of a journal's entry, of a structured record, or of a binary one, whose attributes are headers. */
function unwrapped(data: unknown, headers: Readonly<Record<string, string>>): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if ('event' in data && typeof data.event === 'object')
    return 'event_id' in data ? { event_id: data.event_id, ...data.event } : data.event;
  if ('data' in data) return data;
  return { id: headers['ce_id'], type: headers['ce_type'], time: headers['ce_time'], data };
}

/** Entries of the journal do not always name their event. */
function byShape(value: unknown): Reader | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one !== 'object' || one === null) return undefined;
  if ('source_code' in one || 'sourceItems' in one) return readSourceItems;
  if ('is_in_stock' in one && 'product_id' in one) return readStockItem;
  return 'sku' in one && 'entity_id' in one ? readProduct : undefined;
}

function readProduct(value: unknown, frame: Frame, { currency }: AdapterContext): AdapterResult {
  const parsed = Product.safeParse(value);
  if (!parsed.success) return invalid(parsed.error, 'data.value');
  const product = parsed.data;
  if (Number(product.store_id) !== 0) return nothing;
  if (['configurable', 'bundle', 'grouped'].includes(product.type_id)) return nothing;
  const at = product.updated_at ?? frame.at;
  const early = aheadOfItsTime('data.value.updated_at', at, frame.record.timestamp);
  if (early) return early;
  const version: Version = { value: at, explicit: false };
  const price = charged(product, at, currency, 'data.value');
  if (price !== undefined && isFault(price)) return price;
  const known = product._isNew === true ? undefined : product._origData;
  const previous = known ? charged({ ...product, ...known }, at, currency, 'data.value._origData') : undefined;
  if (previous !== undefined && isFault(previous)) return previous;
  const update: NativeUpdate = {
    item: { sku: product.sku },
    teaches: [`product:${product.entity_id}`],
    ...common(frame, at),
    // A variation does not name the configurable product that it belongs to: each SKU is its own product.
    listing: {
      version,
      product: product.sku,
      published: product.status == null ? undefined : product.status === 1,
      title: product.name ?? undefined,
    },
    price: price && { version, price, previous },
  };
  return { ok: true, updates: [update] };
}

/** The special price within its days, else the price. Days are taken as UTC: the shop's zone is not in the event. */
function charged(p: Prices, at: number, currency: string, within: string): Money | Fault | undefined {
  const price = money(p.price, currency, `${within}.price`);
  if (p.special_price == null || p.special_price === '') return price;
  const begun = p.special_from_date == null || p.special_from_date <= at;
  const over = p.special_to_date != null && p.special_to_date + 86_400_000 <= at;
  if (!begun || over || price === undefined || isFault(price)) return price;
  const special = money(p.special_price, currency, `${within}.special_price`);
  if (special === undefined || isFault(special)) return special;
  return special.amount < price.amount ? special : price;
}

function money(written: Prices['price'], currency: string, field: string): Money | Fault | undefined {
  if (written == null || written === '') return undefined;
  return typeof written === 'number' ? roundFloat(written, currency, field) : roundDecimal(written, currency, field);
}

/** Units at a source. Status 0 takes them out of sale, whatever lies there. */
function readSourceItems(value: unknown, frame: Frame): AdapterResult {
  const parsed = SourceItems.safeParse(value);
  if (!parsed.success) return fault(...sourceItemFault(value));
  const version: Version = { value: frame.at, explicit: false };
  const updates = parsed.data.map((item, i): NativeUpdate => {
    const known = item._isNew === true ? undefined : item._origData;
    return {
      item: { sku: item.sku },
      ...common(frame, frame.at),
      eventId: parsed.data.length === 1 ? frame.eventId : `${frame.eventId}/${i}`,
      stock: {
        version,
        location: item.source_code,
        units: onShelf(item),
        previous: known ? onShelf({ ...item, ...known }) : undefined,
      },
    };
  });
  return { ok: true, updates };
}

const onShelf = (shelf: z.output<typeof Shelf>): number => (shelf.status ? sellable(shelf.quantity) : 0);

/** A union of shapes says only that none fits: this names the field of the item that does not. */
function sourceItemFault(value: unknown): [field: string, detail: string] {
  const inner = typeof value === 'object' && value !== null && 'sourceItems' in value ? value.sourceItems : value;
  const items: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
  for (const item of items) {
    const { error } = SourceItem.safeParse(item);
    if (error) {
      const { field, detail } = invalid(error, 'data.value').fault;
      return [field, detail];
    }
  }
  return ['data.value', 'not source items, or more than 10,000 of them'];
}

function readStockItem(value: unknown, frame: Frame): AdapterResult {
  const parsed = StockItem.safeParse(value);
  if (!parsed.success) return invalid(parsed.error, 'data.value');
  const { product_id, _origData, _isNew, ...item } = parsed.data;
  const units = counted(item);
  if (units === undefined) return fault('data.value.qty', 'neither qty nor is_in_stock');
  const version: Version = { value: frame.at, explicit: false };
  const previous = _origData && _isNew !== true ? counted({ ...item, ..._origData }) : undefined;
  const stock = { version, units, previous };
  return { ok: true, updates: [{ item: { ref: `product:${product_id}` }, ...common(frame, frame.at), stock }] };
}

/** Units: null where the shop does not count, undefined where the event does not tell. */
function counted(item: z.output<typeof Counted>): number | null | undefined {
  if (item.is_in_stock === false) return 0;
  if (item.manage_stock === false && item.use_config_manage_stock === false) return null;
  return item.qty == null ? undefined : sellable(item.qty);
}

function readGone(value: unknown, frame: Frame): AdapterResult {
  const parsed = z.object({ sku: name }).safeParse(value);
  if (!parsed.success) return invalid(parsed.error, 'data.value');
  const version: Version = { value: frame.at, explicit: false };
  const listing = { version, published: false };
  return { ok: true, updates: [{ item: { sku: parsed.data.sku }, ...common(frame, frame.at), listing }] };
}

const common = ({ eventId }: Frame, sourceAt: number) => ({ eventId, sourceAt, snapshot: false });
