/**
 * What is kept of updates while nobody knows which SKU they are about: of each facet (of stock: at each location) those
 * of the highest version. There may be several of one version; the fold tells them apart when their time has come, so
 * nothing here decides between them.
 */
import { LISTING_FIELDS } from './offer-state.js';
import type { NativeUpdate, OfferUpdate } from './offer-update.js';
import { MOST_IDS } from './version-mark.js';

/** An update without its SKU, and the partition that it lay in. */
export interface WaitingUpdate {
  readonly update: Omit<OfferUpdate, 'sku'>;
  readonly partition: number;
}

/** One facet of an update: its name is the same for all that can replace each other. */
export interface WaitingFacet {
  readonly facet: string;
  readonly waiting: WaitingUpdate;
}

/** Takes an update apart into its facets, each an update by itself: they have versions of their own. */
export function facetsOf({ item: _, teaches: __, ...whole }: NativeUpdate, partition: number): WaitingFacet[] {
  const { listing, stock, price, ...frame } = whole;
  const facets: WaitingFacet[] = [];
  const add = (facet: string, part: Partial<OfferUpdate>): void =>
    void facets.push({ facet, waiting: { update: { ...frame, ...part }, partition } });
  for (const field of LISTING_FIELDS) {
    if (listing?.[field] === undefined) continue;
    add(`listing:${field}`, { listing: { version: listing.version, [field]: listing[field] } });
  }
  if (stock) add(stock.location === undefined ? 'stock' : `stock:${stock.location}`, { stock });
  if (price) add('price', { price });
  return facets;
}

/** The updates of one facet to keep after another has come. */
export function keepNewest(kept: readonly WaitingUpdate[], next: WaitingUpdate): readonly WaitingUpdate[] {
  const [one] = kept;
  if (one === undefined || versionOf(next) > versionOf(one)) return [next];
  if (versionOf(next) < versionOf(one)) return kept;
  if (kept.some(({ update }) => update.eventId === next.update.eventId)) return kept;
  return [...kept, next].slice(-MOST_IDS);
}

/** An update of one facet has one version. */
const versionOf = ({ update }: WaitingUpdate): number =>
  (update.listing ?? update.stock ?? update.price)?.version.value ?? 0;
