/**
 * Medusa v2's events, as a subscriber of the shop's hands them on: `{ name, data: { id }, metadata }`. They carry ids only,
 * so all that is read from one is what to ask for; `medusa-answers.ts` reads what the platform answers.
 *
 * Not read, and why:
 * - `metadata` (`source`, `object`, `action`, `eventGroupId`): the name says the same.
 * - `inventory-level.deleted`, `reservation-item.deleted`, …: asking tells, also that nothing is there any more.
 * - events of orders, carts, customers, regions: not what an offer is.
 */
import { z } from 'zod';
import type { Adapter, Wanted } from '../offer-update.js';
import { invalid, nothing, readJson, storable } from './reading.js';

/** Ids of Medusa are prefixed texts, `variant_01J…`. They end in the path of a request, so nothing else is taken. */
const medusaId = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'not an id such as "variant_01HXYZ"');
const ids = z.object({ id: z.union([medusaId, z.array(medusaId).min(1).max(1000)]) });
const Event = z.object({
  name: z.string().max(200).refine(storable, 'not a name'),
  data: z.unknown(),
});
const Data = z.union([ids.transform((one) => [one]), z.array(ids).max(1000)]);

/** What an event's name is about. Newer versions leave the module before the first dot out. */
const ABOUT: readonly (readonly [name: RegExp, what: string])[] = [
  [/(^|\.)inventory-level\.(created|updated|deleted)$/, 'inventory_level'],
  [/(^|\.)reservation-item\.(created|updated|deleted)$/, 'reservation'],
  [/(^|\.)inventory-item\.(created|updated)$/, 'inventory_item'],
  [/(^|\.)price\.(created|updated|deleted)$/, 'price'],
  [/(^|\.)price-set\.(created|updated)$/, 'price_set'],
  [/(^|\.)price-list(-rule)?\.(created|updated|deleted)$/, 'price_list'],
  [/(^|\.)product-variant\.(created|updated|deleted)$/, 'variant'],
  [/(^|\.)product\.(created|updated|deleted)$/, 'product'],
];

/** Reads one event of Medusa. */
export const readMedusaEvent: Adapter = (record) => {
  const body = readJson(record.value);
  if (!body.ok) return body;
  const event = Event.safeParse(body.data);
  if (!event.success) return invalid(event.error);
  const about = ABOUT.find(([name]) => name.test(event.data.name));
  if (about === undefined) return nothing;
  const data = Data.safeParse(event.data.data);
  if (!data.success) return invalid(data.error, 'data');
  const wanted = data.data.flatMap(({ id }) => id).map((id): Wanted => ({ what: about[1], id }));
  return { ok: true, updates: [], wanted };
};
