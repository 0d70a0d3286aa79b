import type { Kind, Money, Offer, ShopSettings } from '@beckon/contracts';
import type { LocationStock } from './location-stock.js';
import type { PriceMemory } from './reference-price.js';
import type { Rest } from './rest.js';
import type { VersionMark } from './version-mark.js';

/** The rules of a shop that the fold uses. */
export type OfferRules = ShopSettings['rules'];

/** A signal that is open now. */
export interface OpenSignal {
  readonly signalId: string;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** Price signals: the line that the price fell below. */
  readonly oldPrice: Money | null;
  /** The price and units that readers of the signal were told last. */
  readonly newPrice: Money | null;
  readonly units: number | null;
}

/** The fields of a listing; each has a version of its own, because an event may carry only some of them. */
export const LISTING_FIELDS = ['product', 'published', 'title', 'options', 'url', 'image'] as const;
export type ListingField = (typeof LISTING_FIELDS)[number];

/** All that is remembered about one SKU. */
export interface OfferState extends Omit<Offer, 'shop'> {
  /** Missing: this facet was never told. */
  readonly stockMark: VersionMark | undefined;
  /** Stock by location, for sources that tell it so. */
  readonly locations: Readonly<Record<string, LocationStock>>;
  readonly priceMark: VersionMark | undefined;
  readonly listingMarks: Readonly<Partial<Record<ListingField, VersionMark>>>;
  /** Minor units: the price from which falls are measured. A price at or above it becomes the new line. */
  readonly line: number | null;
  readonly stockSignal: OpenSignal | null;
  readonly priceSignal: OpenSignal | null;
  readonly lowSignal: OpenSignal | null;
  /** Since when it cannot be bought, milliseconds since the epoch; null: it can, or nobody has told. */
  readonly goneSince: number | null;
  /** Kinds that alerted lately. */
  readonly rests: Readonly<Partial<Record<SkuKind, Rest>>>;
  readonly prices: PriceMemory;
}

/** What a signal about a SKU may say. */
export const SKU_KINDS = ['back_in_stock', 'price_drop', 'low_stock'] as const satisfies readonly Kind[];
export type SkuKind = (typeof SKU_KINDS)[number];

/** A SKU of which nothing is known yet. */
export const unknownOffer = (sku: string): OfferState => ({
  sku,
  product: '',
  seq: 0,
  price: null,
  units: null,
  published: true,
  title: null,
  options: [],
  url: null,
  image: null,
  updated_at: 0,
  stockMark: undefined,
  locations: {},
  priceMark: undefined,
  listingMarks: {},
  line: null,
  stockSignal: null,
  priceSignal: null,
  lowSignal: null,
  goneSince: null,
  rests: {},
  prices: {},
});
