/**
 * Any JSON, read as the source's `mapping` in the shop's settings says (docs/sources/json.md). The reader guesses nothing:
 * how money and time are written is said by the mapping, and a value of another kind is a fault that names its place in
 * the record. What leads nowhere, and null, is "not told", except for the SKU.
 *
 * Hostile records: paths reach own properties only, an item list has an end, texts are limited before they are looked at;
 * of a key that is there twice the last counts, as `JSON.parse` has it.
 */
import { isCurrency, type JsonMapping, type Money } from '@beckon/contracts';
import type { Adapter, ListingUpdate, NativeUpdate, PriceUpdate, StockUpdate, Version } from '../offer-update.js';
import { follow, placeOf, type Found } from './json-places.js';
import { eventIdOf, roundFloat } from './loose-values.js';
import {
  aheadOfItsTime,
  fault,
  instant,
  isFault,
  nothing,
  readAmount,
  readJson,
  storable,
  type Fault,
} from './reading.js';

/** More SKUs in one record would make one transaction of a chunk too long. */
const MOST_ITEMS = 10_000;

/** Reads one record by the mapping of its source. */
export const readMappedJson: Adapter = (record, context) => {
  const { mapping } = context;
  if (mapping === undefined) return fault('mapping', 'the source’s settings say not how its JSON is read');
  if (record.value === null) return nothing;
  const json = readJson(record.value);
  if (!json.ok) return json;
  const root: Found = { value: json.data, at: '$' };
  const items = itemsOf(root, mapping);
  if (isFault(items)) return items;
  const updates: NativeUpdate[] = [];
  const bytes = record.value;
  let ofBytes: string | undefined;
  // Once for the record: a list of ten thousand would else be digested ten thousand times.
  const idOfBytes = () => (ofBytes ??= eventIdOf(undefined, bytes));
  const facts: RecordFacts = { root, currency: context.currency, timestamp: record.timestamp, idOfBytes };
  for (const [i, item] of items.entries()) {
    const reader = new ItemReader(facts, item, mapping);
    if (!reader.isMeant()) continue;
    const update = reader.read(mapping.items === undefined ? '' : `/${i}`);
    if (isFault(update)) return update;
    updates.push(update);
  }
  return { ok: true, updates };
};

/** The places at which a SKU is described: the record itself, or the elements of its list. */
function itemsOf(root: Found, mapping: JsonMapping): readonly Found[] | Fault {
  if (mapping.items === undefined) return [root];
  const found = follow(root, placeOf(mapping.items).steps, MOST_ITEMS + 1);
  if (found.length > MOST_ITEMS) return fault(mapping.items, `holds more than ${MOST_ITEMS} items`);
  // A path to the list means its elements.
  const only = found[0];
  if (found.length !== 1 || only === undefined || !Array.isArray(only.value)) return found;
  const elements = follow(only, [null], MOST_ITEMS + 1);
  return elements.length > MOST_ITEMS ? fault(mapping.items, `holds more than ${MOST_ITEMS} items`) : elements;
}

/** What holds for all items of a record. */
interface RecordFacts {
  readonly root: Found;
  /** The shop's. */
  readonly currency: string;
  /** The record's time in the log, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly idOfBytes: () => string;
}

type Value = NonNullable<JsonMapping['sku']>;
type Flag = NonNullable<JsonMapping['published']>;

/** Thrown inside of this file only: the first faulty field ends the reading of its record. */
class FieldFault extends Error {
  constructor(readonly fault: Fault) {
    super(fault.fault.detail);
  }
}

/** Reads one item. */
class ItemReader {
  constructor(
    private readonly facts: RecordFacts,
    private readonly item: Found,
    private readonly mapping: JsonMapping,
  ) {}

  /** Whether `only` lets the item pass. */
  isMeant(): boolean {
    return this.mapping.only.every(({ path, equals }) => equals.some((scalar) => scalar === this.find(path)?.value));
  }

  /** The item's update, or its first fault. `suffix` tells the items of one record apart. */
  read(suffix: string): NativeUpdate | Fault {
    try {
      return this.update(suffix);
    } catch (error) {
      if (error instanceof FieldFault) return error.fault;
      throw error;
    }
  }

  private update(suffix: string): NativeUpdate {
    const { mapping } = this;
    const sku = this.text(mapping.sku, 250);
    if (!sku) return this.refuse(mapping.sku, 'the SKU is missing');
    const sourceAt = this.time();
    const byTime: Version = { value: sourceAt, explicit: false };
    const counter = mapping.version === undefined ? undefined : this.whole(mapping.version, 'a counter');
    const version: Version = counter === undefined ? byTime : { value: counter, explicit: true };
    const given = mapping.event_id === undefined ? undefined : this.text(mapping.event_id, 250);
    return {
      item: { sku },
      eventId: `${given || this.facts.idOfBytes()}${suffix}`,
      sourceAt,
      snapshot: this.flag(mapping.snapshot) ?? false,
      listing: this.listing(byTime),
      stock: this.stock(version),
      price: this.price(version),
    };
  }

  private listing(version: Version): ListingUpdate {
    const { product, published, title, url, image, options } = this.mapping;
    return {
      version,
      product: this.text(product, 250) || undefined,
      published: this.flag(published),
      title: this.text(title, 500),
      url: this.text(url, 2000),
      image: this.text(image, 2000),
      options: options?.flatMap((option) => this.texts(option)).slice(0, 20),
    };
  }

  private stock(version: Version): StockUpdate | undefined {
    const { units, location } = this.mapping;
    const now = units && this.units(units.path, units);
    if (units === undefined || now === undefined) return undefined;
    const previous = units.previous === undefined ? undefined : this.units(units.previous, units);
    return { version, location: this.text(location, 250) || undefined, units: now, previous };
  }

  /** Units, null where the shop does not count them, undefined where nothing is told. */
  private units(path: string, rule: NonNullable<JsonMapping['units']>): number | null | undefined {
    const found = this.find(path);
    if (found === undefined) return undefined;
    const { value } = found;
    if (value === null) return rule.null === 'not_counted' ? null : undefined;
    if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(value)))
      return this.refuse(found, 'not a number of units');
    const exact = Number(value);
    const units = rule.as === 'float' ? Math.floor(exact) : exact;
    if (!Number.isSafeInteger(units)) return this.refuse(found, 'not a whole number of units');
    if (units >= 0) return units;
    return rule.negative === 'zero' ? 0 : this.refuse(found, 'less than no units');
  }

  private price(version: Version): PriceUpdate | undefined {
    const { price } = this.mapping;
    if (price === undefined) return undefined;
    const now = this.money(price.path, price);
    if (now === undefined) return undefined;
    return {
      version,
      price: now,
      previous: price.previous === undefined ? undefined : this.money(price.previous, price),
    };
  }

  private money(path: string, { as, currency }: NonNullable<JsonMapping['price']>): Money | undefined {
    const found = this.find(path);
    if (found === undefined || found.value === null) return undefined;
    const { value, at } = found;
    const code = currency === undefined ? this.facts.currency : this.text(currency, 20);
    if (!code || !isCurrency(code)) return this.refuse(currency ?? at, 'not an ISO 4217 currency code such as "EUR"');
    switch (as) {
      case 'minor':
        return { amount: this.whole(path, 'an amount in minor units') ?? 0, currency: code };
      case 'float':
        if (typeof value !== 'number') return this.refuse(found, 'not a JSON number, as the mapping says it is');
        return this.take(roundFloat(value, code, at));
      case 'decimal':
        if (typeof value !== 'string' || value.length > 40)
          return this.refuse(found, 'not a decimal amount as text, such as "79.90"');
        return this.take(readAmount(value, code, at));
    }
  }

  /** Milliseconds since the epoch. */
  private time(): number {
    const { time } = this.mapping;
    const found = time && this.find(time.path);
    if (time === undefined || found === undefined || found.value === null) return Math.max(0, this.facts.timestamp);
    const at = time.as === 'rfc3339' ? this.instant(found) : (this.whole(time.path, 'a time') ?? 0);
    const ms = time.as === 'seconds' ? at * 1000 : at;
    if (!Number.isSafeInteger(ms)) return this.refuse(found, 'not a time');
    const early = aheadOfItsTime(found.at, ms, this.facts.timestamp);
    if (early) throw new FieldFault(early);
    return ms;
  }

  private instant(found: Found): number {
    const at = instant.safeParse(found.value);
    return at.success ? at.data : this.refuse(found, 'not a time with its offset such as "2026-11-23T10:15:30Z"');
  }

  /** A whole number of at least 0, as number or as digits. */
  private whole(path: string, what: string): number | undefined {
    const found = this.find(path);
    if (found === undefined || found.value === null) return undefined;
    const { value } = found;
    const n = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof n === 'number' && Number.isSafeInteger(n) && n >= 0) return n;
    return this.refuse(found, `not ${what}: a whole number from 0 to 2^53`);
  }

  private flag(flag: Flag | undefined): boolean | undefined {
    if (flag === undefined) return undefined;
    if (typeof flag === 'object' && 'value' in flag) return flag.value;
    const found = this.find(typeof flag === 'string' ? flag : flag.path);
    if (found === undefined) return undefined;
    if (typeof flag === 'object') return flag.equals.some((scalar) => scalar === found.value);
    if (found.value === null) return undefined;
    return typeof found.value === 'boolean' ? found.value : this.refuse(found, 'neither true nor false');
  }

  /** Text, null where the record says null, undefined where nothing is told. */
  private text(from: Value | undefined, longest: number): string | null | undefined {
    if (from === undefined) return undefined;
    if (typeof from === 'object') return String(from.value);
    const found = this.find(from);
    if (found === undefined || found.value === null) return found && null;
    return this.textOf(found, longest);
  }

  /** Texts of a path that may lead to several. */
  private texts(from: Value): string[] {
    if (typeof from === 'object') return [String(from.value)];
    return this.all(from, 20).flatMap((found) => (found.value === null ? [] : [this.textOf(found, 100)]));
  }

  /** Numbers may name things too, as long as no digit of them was lost. */
  private textOf(found: Found, longest: number): string {
    const { value } = found;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    if (typeof value !== 'string') return this.refuse(found, 'not text, nor a whole number below 2^53');
    if (value.length > longest) return this.refuse(found, `longer than ${longest} characters`);
    return storable(value) ? value : this.refuse(found, 'holds a character that is not valid Unicode text, or NUL');
  }

  private find(path: string): Found | undefined {
    return this.all(path, 1)[0];
  }

  private all(path: string, most: number): Found[] {
    const { from, steps } = placeOf(path);
    return follow(from === 'record' ? this.facts.root : this.item, steps, most);
  }

  private take<T extends object>(read: T | Fault): T {
    if (isFault(read)) throw new FieldFault(read);
    return read;
  }

  /** Names the place: as it lies in the record, or as the mapping says where nothing lies there. */
  private refuse(where: Found | Value, detail: string): never {
    const at =
      typeof where === 'string' ? where.replace(/^@/, () => this.item.at) : 'at' in where ? where.at : 'mapping';
    throw new FieldFault(fault(at, detail));
  }
}
