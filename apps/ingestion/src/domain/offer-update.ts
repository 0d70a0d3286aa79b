import type { Money } from '@beckon/contracts';

/**
 * Where one event stands among the events of one facet of a SKU. `explicit` versions are counters of the platform;
 * without one the event's time stands in, and then the order of the log decides between equal times.
 */
export interface Version {
  /** A counter of the platform, or milliseconds since the epoch. */
  readonly value: number;
  readonly explicit: boolean;
}

/** Units on hand (null: the shop does not count this SKU), and what the source says they were before. */
export interface StockUpdate {
  readonly version: Version;
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
  readonly product: string;
  readonly published?: boolean;
  readonly title?: string | null;
  readonly options?: readonly string[];
  readonly url?: string | null;
  readonly image?: string | null;
}

/** One event of a platform about one SKU, in our words: what every adapter makes of a native record. */
export interface OfferUpdate {
  readonly sku: string;
  /** Tells events of equal version apart. */
  readonly eventId: string;
  /** Time of the platform's event, milliseconds since the epoch. */
  readonly sourceAt: number;
  /** A snapshot says what is, not what happened: it never alerts anybody. */
  readonly snapshot: boolean;
  readonly listing: ListingUpdate;
  readonly stock?: StockUpdate;
  readonly price?: PriceUpdate;
}

/** Why a record cannot be read: the faulty field in the platform's own words, and what to do about it. */
export interface RecordFault {
  readonly code: 'not_a_cloud_event' | 'unknown_type' | 'invalid_field';
  readonly field: string;
  readonly detail: string;
}

/** What an adapter answers: updates, or the fault. */
export type AdapterResult =
  { readonly ok: true; readonly updates: readonly OfferUpdate[] } | { readonly ok: false; readonly fault: RecordFault };

/** What an adapter gets: the record as it lies in the shop's topic. */
export interface NativeRecord {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The record's time in the log, milliseconds since the epoch. */
  readonly timestamp: number;
}

/** An adapter turns one native record into updates. Pure: it never throws, whatever the record holds. */
export type Adapter = (record: NativeRecord) => AdapterResult;
