/**
 * Beckon's own event format: CloudEvents 1.0 with types `com.beckon.offer.changed` and `com.beckon.offer.snapshot`
 * (docs/events.md). The reader is strict about what it uses and blind to what it does not know, so that a platform
 * team may put more into its events than we read.
 */
import { decodeCloudEvent, isCurrency, parseDecimal, type Money } from '@beckon/contracts';
import { z } from 'zod';
import type { AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';

/** The event types of the format. */
export const OFFER_CHANGED = 'com.beckon.offer.changed';
export const OFFER_SNAPSHOT = 'com.beckon.offer.snapshot';

/** A broken clock must not outrank every later event: that far ahead of the log's own time, a time is a fault. */
const MOST_AHEAD_MS = 86_400_000;

/** Postgres stores neither NUL nor half a surrogate pair: refused here, else one record would stop its partition. */
const storable = (text: string): boolean => !/[\p{Surrogate}\0]/u.test(text);
const text = (longest: number) =>
  z.string().max(longest).refine(storable, 'holds a character that is not valid Unicode text, or NUL');
const name = text(250).min(1, 'must not be empty');

const currency = z.string().refine(isCurrency, 'not an ISO 4217 currency code such as "EUR"');
const price = z
  .union([
    z.object({ amount: z.int().min(0), currency }),
    z.object({ value: z.string(), currency }).transform((v, ctx): Money => {
      const money = parseDecimal(v.value, v.currency);
      if (!('fault' in money)) return money;
      ctx.addIssue({ code: 'custom', path: ['value'], message: money.fault });
      return z.NEVER;
    }),
  ])
  .transform((m): Money => ({ amount: m.amount, currency: m.currency }));
const units = z.int().min(0).nullable();

const OfferData = z.object({
  sku: name,
  product: name,
  units: units.optional(),
  price: price.optional(),
  previous: z.object({ units: units.optional(), price: price.optional() }).optional(),
  version: z.int().min(0).optional(),
  published: z.boolean().optional(),
  title: text(500).nullable().optional(),
  options: z.array(text(100)).max(20).optional(),
  url: text(2000).nullable().optional(),
  image: text(2000).nullable().optional(),
});

/** Reads one record of a shop's topic, binary or structured mode. Answers the faulty field instead of throwing. */
export function readOfferEvent(record: NativeRecord): AdapterResult {
  const event = decodeCloudEvent(record.headers, record.value);
  if (!event.ok) return fault('not_a_cloud_event', event.field, event.detail);
  const { id, type, time } = event.attributes;
  if (type !== OFFER_CHANGED && type !== OFFER_SNAPSHOT)
    return fault(
      'unknown_type',
      'ce_type',
      `${JSON.stringify(type)} is neither ${OFFER_CHANGED} nor ${OFFER_SNAPSHOT}`,
    );
  if (!storable(id) || id.length > 250)
    return fault('invalid_field', 'ce_id', 'longer than 250 characters, or not valid Unicode text');
  if (time !== undefined && time > record.timestamp + MOST_AHEAD_MS)
    return fault('invalid_field', 'ce_time', 'lies more than a day after the time of the record');
  if (event.data === undefined || event.data === null) return fault('invalid_field', 'data', 'the event has no data');
  const parsed = OfferData.safeParse(event.data);
  if (!parsed.success) return invalid(parsed.error, event.data);
  return { ok: true, updates: [update(parsed.data, id, type, Math.max(0, time ?? record.timestamp))] };
}

function update(d: z.output<typeof OfferData>, eventId: string, type: string, sourceAt: number): NativeUpdate {
  const byTime: Version = { value: sourceAt, explicit: false };
  const version: Version = d.version === undefined ? byTime : { value: d.version, explicit: true };
  const { sku, product, published, title, options, url, image, previous } = d;
  return {
    item: { sku },
    eventId,
    sourceAt,
    snapshot: type === OFFER_SNAPSHOT,
    // Stock and price may be counted apart, so a version says nothing about the listing: that goes by time.
    listing: { version: byTime, product, published, title, options, url, image },
    stock: d.units === undefined ? undefined : { version, units: d.units, previous: previous?.units },
    price: d.price === undefined ? undefined : { version, price: d.price, previous: previous?.price },
  };
}

const fault = (
  code: 'not_a_cloud_event' | 'unknown_type' | 'invalid_field',
  field: string,
  detail: string,
): AdapterResult => ({ ok: false, fault: { code, field, detail } });

/** The first fault, with its path in the data. A union names the branch that the sender evidently meant. */
function invalid(error: z.ZodError, data: unknown): AdapterResult {
  const issue = error.issues[0];
  if (issue === undefined) return fault('invalid_field', 'data', 'cannot be read');
  const path = issue.path.map(String);
  if (issue.code === 'invalid_union') {
    const given = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], data);
    const meantDecimal = typeof given === 'object' && given !== null && 'value' in given;
    const inner = issue.errors[meantDecimal ? 1 : 0]?.[0];
    if (inner) return fault('invalid_field', [...path, ...inner.path.map(String)].join('.'), inner.message);
  }
  return fault('invalid_field', path.join('.') || 'data', issue.message);
}
