import { parseDecimal, type Money } from '@beckon/contracts';

/** What `emit offer` is told. */
export interface OfferChange {
  readonly sku: string;
  readonly product: string;
  readonly units?: number;
  /** Decimal text such as `79.90`. */
  readonly price?: string;
  readonly currency: string;
  readonly title?: string;
}

/** Data of a `com.beckon.offer.changed` event (docs/events.md), or what is wrong with it. */
export type OfferEvent =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly fault: string };

/** CloudEvents type of a change that may alert. */
export const OFFER_CHANGED = 'com.beckon.offer.changed';

/** Builds the event's data from what a person typed. */
export function offerEvent(change: OfferChange): OfferEvent {
  if (change.units === undefined && change.price === undefined)
    return { ok: false, fault: 'say what changes: --units, --price or both' };
  let price: Money | undefined;
  if (change.price !== undefined) {
    const read = parseDecimal(change.price, change.currency);
    if ('fault' in read) return { ok: false, fault: `--price: ${read.fault}` };
    price = read;
  }
  const data = {
    sku: change.sku,
    product: change.product,
    ...(change.units === undefined ? {} : { units: change.units }),
    ...(price === undefined ? {} : { price }),
    ...(change.title === undefined ? {} : { title: change.title }),
  };
  return { ok: true, data };
}
