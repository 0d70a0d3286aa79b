import type { Money, TopicSettings } from '@beckon/contracts';
import type { FormatOptions } from './wanted-sources.js';

/**
 * Where one event stands among the events of one facet of a SKU. `explicit` versions are counters of the platform;
 * without one the event's time stands in, and then the order of the log decides between equal times.
 */
export interface Version {
  /** A counter of the platform, or milliseconds since the epoch. */
  readonly value: number;
  readonly explicit: boolean;
}

/**
 * Units on hand (null: the shop does not count this SKU), and what the source says they were before. With a location: there
 * only, and what can be sold is the sum of the locations.
 */
export interface StockUpdate {
  readonly version: Version;
  readonly location?: string;
  readonly units: number | null;
  readonly previous?: number | null;
}

/** The price, and what the source says it was before. */
export interface PriceUpdate {
  readonly version: Version;
  readonly price: Money;
  readonly previous?: Money;
}

/** What names the SKU to people, and whether it is shown. A field that is absent stays as it was. */
export interface ListingUpdate {
  readonly version: Version;
  readonly product?: string;
  readonly published?: boolean;
  readonly title?: string | null;
  readonly options?: readonly string[];
  readonly url?: string | null;
  readonly image?: string | null;
}

/** One event of a platform about one SKU, in our words: what the fold takes. */
export interface OfferUpdate {
  readonly sku: string;
  /** Tells events of equal version apart. */
  readonly eventId: string;
  /** Time of the platform's event, milliseconds since the epoch. */
  readonly sourceAt: number;
  /** A snapshot says what is, not what happened: it never alerts anybody. */
  readonly snapshot: boolean;
  readonly listing?: ListingUpdate;
  readonly stock?: StockUpdate;
  readonly price?: PriceUpdate;
}

/**
 * What a record is about: a SKU, or an id of the platform's own that another record shows to belong to one (written with
 * what it counts, `inventory_item:4711`).
 */
export type ItemRef = { readonly sku: string } | { readonly ref: string };

/** What an adapter makes of a native record: an update, maybe of something whose SKU only another record tells. */
export interface NativeUpdate extends Omit<OfferUpdate, 'sku'> {
  readonly item: ItemRef;
  /**
   * Ids of the platform's own that the record shows to belong to its SKU (so only where `item` is one). An id may belong
   * to several SKUs: what is told of a product is told of each of its variants.
   */
  readonly teaches?: readonly string[];
}

/** Why a record cannot be read: the faulty field in the platform's own words, and what to do about it. */
export interface RecordFault {
  readonly code: 'not_a_cloud_event' | 'not_json' | 'unknown_type' | 'invalid_field';
  readonly field: string;
  readonly detail: string;
}

/** Something that a record only names: it has to be asked of the platform, `variant` `4711`. */
export interface Wanted {
  readonly what: string;
  readonly id: string;
}

/** A collection or sale opens, or is over; `at`: milliseconds since the epoch. */
export interface TopicEvent {
  readonly topic: string;
  readonly opens: boolean;
  readonly at: number;
  readonly eventId: string;
}

/** What an adapter answers: updates (none: the record is about something else) and what to ask for, or the fault. */
export type AdapterResult =
  | {
      readonly ok: true;
      readonly updates: readonly NativeUpdate[];
      readonly wanted?: readonly Wanted[];
      readonly topics?: readonly TopicEvent[];
    }
  | { readonly ok: false; readonly fault: RecordFault };

/** What an adapter gets: the record as it lies in the shop's topic. */
export interface NativeRecord {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The record's time in the log, milliseconds since the epoch. */
  readonly timestamp: number;
}

/** What an adapter may need to know beside the record: what the settings of its source say. */
export interface AdapterContext extends FormatOptions {
  /** For formats whose prices do not name one: the source's currency, else the shop's. */
  readonly currency: string;
  /** Collections and sales that the shop's settings name. */
  readonly topics?: readonly TopicSettings[];
}

/** An adapter turns one native record into updates. Pure: it never throws, whatever the record holds. */
export type Adapter = (record: NativeRecord, context: AdapterContext) => AdapterResult;
