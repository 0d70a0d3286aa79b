/**
 * One line of a snapshot: the data of an event of the native format (docs/events.md), without the event. What it says has
 * a place among the events of its SKU only by the moment at which the snapshot was taken, unless it says its version.
 */
import { binaryHeaders } from '@beckon/contracts';
import { OFFER_CHANGED, OFFER_SNAPSHOT, readOfferEvent } from './adapters/cloudevents.js';
import type { OfferState } from './offer-state.js';
import type { OfferUpdate, Version } from './offer-update.js';
import { reservedSku } from './reserved-sku.js';
import type { VersionMark } from './version-mark.js';

/** How a snapshot is meant. */
export interface SnapshotTerms {
  /** Names the snapshot; equal for all its lines. */
  readonly id: string;
  /** When it was taken, milliseconds since the epoch. */
  readonly at: number;
  /** Whether it may open signals; else it is silent. */
  readonly opens: boolean;
  /** Whether it names every SKU there is; then a SKU that it names is shown, unless it says otherwise. */
  readonly complete: boolean;
}

/** What a line says, or what is wrong with it and what to do about it. */
export type SnapshotLine =
  | { readonly ok: true; readonly update: OfferUpdate }
  | { readonly ok: false; readonly fault: { readonly field: string; readonly detail: string; readonly fix: string } };

/** Reads one line. Pure: never throws, whatever it holds. */
export function readSnapshotLine(bytes: Buffer, terms: SnapshotTerms): SnapshotLine {
  const type = terms.opens ? OFFER_CHANGED : OFFER_SNAPSHOT;
  const headers = binaryHeaders({ id: terms.id, source: 'snapshot', type, time: terms.at });
  const read = readOfferEvent({ headers, value: bytes, timestamp: terms.at });
  if (!read.ok) {
    const { field, detail } = read.fault;
    return { ok: false, fault: { field, detail: detail.slice(0, 300), fix: fixOf(field) } };
  }
  const [native] = read.updates;
  if (native === undefined || !('sku' in native.item)) return { ok: false, fault: nothingSaid };
  const reserved = reservedSku(native);
  if (reserved) return { ok: false, fault: { ...reserved, fix: 'Give the SKU another name.' } };
  const { item, listing, ...update } = native;
  const shown =
    terms.complete && listing && listing.published === undefined ? { ...listing, published: true } : listing;
  return { ok: true, update: { ...update, sku: item.sku, ...(shown ? { listing: shown } : {}) } };
}

/** A SKU that a complete snapshot does not name is not shown any more. What is known of its stock and price stays. */
export const goneUpdate = (sku: string, { id, at }: SnapshotTerms): OfferUpdate => ({
  sku,
  eventId: id,
  sourceAt: at,
  snapshot: true,
  listing: { version: { value: at, explicit: false }, published: false },
});

/**
 * The update with the versions that it has among what is known of its SKU; undefined when something newer than the snapshot
 * is known. A facet without a version of its own
 * - that is counted by the platform takes the place of the last event known: it corrects that one, and whatever the
 *   platform counts next is newer. The snapshot's time would be larger than any counter, and silence the SKU for good;
 * - that goes by time takes the snapshot's time: what happened before it and comes late is old;
 * - of which nothing is known yet is older than anything to come, since nobody can say how it will be counted.
 */
export function placeSnapshot(update: OfferUpdate, known: OfferState | undefined, at: number): OfferUpdate | undefined {
  const counted = [update.stock, update.price].some((facet) => facet?.version.explicit);
  if (known && known.updated_at > at && !counted) return undefined;
  const { stock, price } = update;
  return {
    ...update,
    ...(stock && { stock: { ...stock, version: placed(stock.version, known?.stockMark, at) } }),
    ...(price && { price: { ...price, version: placed(price.version, known?.priceMark, at) } }),
  };
}

function placed(version: Version, mark: VersionMark | undefined, at: number): Version {
  if (version.explicit) return version;
  if (mark === undefined || mark.value === 0) return { value: 0, explicit: false };
  return { value: mark.counter ? mark.value : at, explicit: false };
}

const nothingSaid = {
  field: 'data',
  detail: 'says nothing of any SKU',
  fix: 'Write one JSON object with sku and product.',
};

function fixOf(field: string): string {
  if (field === 'value') return 'Write one JSON object in UTF-8 per line, without line breaks inside.';
  if (field === 'sku' || field === 'product') return `Give ${field}: a text of 1 to 250 characters.`;
  if (field.endsWith('units'))
    return 'Give units that can be sold: a whole number from 0, or null where they are not counted.';
  if (field.endsWith('currency')) return 'Give an ISO 4217 code such as "EUR".';
  if (field.includes('price'))
    return 'Give {"amount": 7990, "currency": "EUR"} in minor units, or {"value": "79.90", "currency": "EUR"} as text.';
  if (field === 'version') return 'Give the counter of this SKU, a whole number, or leave it out.';
  return 'See the table of fields in docs/events.md.';
}
