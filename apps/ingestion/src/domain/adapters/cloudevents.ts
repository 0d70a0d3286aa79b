/**
 * Beckon's own event format: CloudEvents 1.0 with types `com.beckon.offer.changed` and `com.beckon.offer.snapshot`
 * (docs/events.md), and of topics `com.beckon.topic.opened` and `com.beckon.topic.closed`. The reader is strict about what it uses and blind to what it does not know, so that a platform
 * team may put more into its events than we read.
 */
import { decodeCloudEvent, parseDecimal, type Money, type TopicSettings } from '@beckon/contracts';
import { z } from 'zod';
import type { AdapterContext, AdapterResult, NativeRecord, NativeUpdate, Version } from '../offer-update.js';
import { aheadOfItsTime, currencyCode, fault, name, storable, text, type Fault } from './reading.js';

/** The event types of the format. */
export const OFFER_CHANGED = 'com.beckon.offer.changed';
export const OFFER_SNAPSHOT = 'com.beckon.offer.snapshot';
export const TOPIC_OPENED = 'com.beckon.topic.opened';
export const TOPIC_CLOSED = 'com.beckon.topic.closed';
const TYPES = [OFFER_CHANGED, OFFER_SNAPSHOT, TOPIC_OPENED, TOPIC_CLOSED];

const price = z
  .union([
    z.object({ amount: z.int().min(0), currency: currencyCode }),
    z.object({ value: z.string(), currency: currencyCode }).transform((v, ctx): Money => {
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
export function readOfferEvent(
  record: NativeRecord,
  { topics = [] }: Pick<AdapterContext, 'topics'> = {},
): AdapterResult {
  const event = decodeCloudEvent(record.headers, record.value);
  if (!event.ok) return fault(event.field, event.detail, 'not_a_cloud_event');
  const { id, type, time } = event.attributes;
  if (!TYPES.includes(type))
    return fault('ce_type', `${JSON.stringify(type)} is none of ${TYPES.join(', ')}`, 'unknown_type');
  if (!storable(id) || id.length > 250) return fault('ce_id', 'longer than 250 characters, or not valid Unicode text');
  const early = aheadOfItsTime('ce_time', time ?? 0, record.timestamp);
  if (early) return early;
  if (event.data === undefined || event.data === null) return fault('data', 'the event has no data');
  const at = Math.max(0, time ?? record.timestamp);
  if (type === TOPIC_OPENED || type === TOPIC_CLOSED)
    return readTopic(event.data, topics, { opens: type === TOPIC_OPENED, at, eventId: id });
  const parsed = OfferData.safeParse(event.data);
  if (!parsed.success) return invalid(parsed.error, event.data);
  return { ok: true, updates: [update(parsed.data, id, type, at)] };
}

/** Only of topics that the settings leave to events: a timetable and events would contradict each other. */
function readTopic(
  data: unknown,
  topics: readonly TopicSettings[],
  event: { readonly opens: boolean; readonly at: number; readonly eventId: string },
): AdapterResult {
  const parsed = z.object({ topic: name }).safeParse(data);
  if (!parsed.success) return invalid(parsed.error, data);
  const { topic } = parsed.data;
  const known = topics.find((t) => t.topic === topic);
  if (known === undefined) return fault('topic', 'the shop’s settings name no such topic');
  if (known.opens_at !== undefined) return fault('topic', 'the settings say by opens_at when it opens; no event does');
  return { ok: true, updates: [], topics: [{ topic, ...event }] };
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

/** The first fault, with its path in the data. A union names the branch that the sender evidently meant. */
function invalid(error: z.ZodError, data: unknown): Fault {
  const issue = error.issues[0];
  if (issue === undefined) return fault('data', 'cannot be read');
  const path = issue.path.map(String);
  if (issue.code === 'invalid_union') {
    const given = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], data);
    const meantDecimal = typeof given === 'object' && given !== null && 'value' in given;
    const inner = issue.errors[meantDecimal ? 1 : 0]?.[0];
    if (inner) return fault([...path, ...inner.path.map(String)].join('.'), inner.message);
  }
  return fault(path.join('.') || 'data', issue.message);
}
