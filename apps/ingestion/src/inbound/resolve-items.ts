/**
 * From ids of the platform's own to SKUs. An update of an id whose SKU nobody has told yet waits, and is handed on, once,
 * with the record that tells. A chunk without such ids costs no statement, one whose ids are all known costs one.
 */
import type { EmittingTransaction } from '@beckon/kafka';
import type { NativeUpdate, OfferUpdate } from '../domain/offer-update.js';
import { facetsOf, keepNewest } from '../domain/waiting-updates.js';
import {
  findRefs,
  findWaiting,
  holdRefs,
  saveWaiting,
  takeWaiting,
  type RefScope,
  type SkusOfRefs,
  type WaitingRow,
} from '../outbound/item-refs.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** An update as its record has it, and the partition that the record lay in. */
export interface NativeArrival {
  readonly update: NativeUpdate;
  readonly partition: number;
}

/** An update and the partition that it lay in. */
export interface Arrived {
  readonly update: OfferUpdate;
  readonly partition: number;
}

/** What can be folded now: what waited for what this chunk tells, then the chunk's own; and how many began to wait. */
export async function resolveItems(
  tx: Sql,
  scope: RefScope,
  arrivals: readonly NativeArrival[],
): Promise<{ readonly arrived: Arrived[]; readonly waiting: number }> {
  const taught = teachings(arrivals);
  const asked = arrivals.flatMap(({ update: { item } }) => ('ref' in item ? [item.ref] : []));
  if (taught.size === 0 && asked.length === 0) return { arrived: forSkus(arrivals, new Map()), waiting: 0 };

  const known = await findRefs(tx, scope, [...new Set([...taught.keys(), ...asked])]);
  const skusOf = (ref: string): readonly string[] => known.get(ref) ?? [];
  const news: SkusOfRefs = new Map();
  for (const [ref, skus] of taught) if (skus.some((sku) => !skusOf(ref).includes(sku))) news.set(ref, skus);
  for (const ref of asked) if (skusOf(ref).length === 0 && !news.has(ref)) news.set(ref, []);
  if (news.size === 0) return { arrived: forSkus(arrivals, known), waiting: 0 };

  for (const [ref, skus] of await holdRefs(tx, scope, news)) known.set(ref, skus);
  const learnt = [...news.keys()].filter((ref) => skusOf(ref).length > 0);
  const released = learnt.length > 0 ? await takeWaiting(tx, scope, learnt) : [];
  const unknown = arrivals.filter(({ update: { item } }) => 'ref' in item && skusOf(item.ref).length === 0);
  await putAside(tx, scope, unknown);
  const late = released.flatMap(({ ref, newest }) =>
    newest.map(({ update, partition }): NativeArrival => ({ update: { ...update, item: { ref } }, partition })),
  );
  return { arrived: forSkus([...late, ...arrivals], known), waiting: unknown.length };
}

/** Which SKUs the records say that a ref stands for. */
function teachings(arrivals: readonly NativeArrival[]): Map<string, string[]> {
  const taught = new Map<string, string[]>();
  for (const { update } of arrivals) {
    if (!('sku' in update.item)) continue;
    for (const ref of update.teaches ?? []) {
      const skus = taught.get(ref);
      if (skus === undefined) taught.set(ref, [update.item.sku]);
      else if (!skus.includes(update.item.sku)) skus.push(update.item.sku);
    }
  }
  return taught;
}

/** One update for each SKU that an arrival is about; none for those whose SKU is unknown. */
function forSkus(arrivals: readonly NativeArrival[], known: SkusOfRefs): Arrived[] {
  return arrivals.flatMap(({ update: { item, teaches: _, ...update }, partition }) => {
    const skus = 'sku' in item ? [item.sku] : (known.get(item.ref) ?? []);
    return skus.map((sku) => ({ update: { ...update, sku }, partition }));
  });
}

async function putAside(tx: Sql, scope: RefScope, unknown: readonly NativeArrival[]): Promise<void> {
  const refs = new Set(unknown.flatMap(({ update: { item } }) => ('ref' in item ? [item.ref] : [])));
  if (refs.size === 0) return;
  const nameOf = (ref: string, facet: string): string => JSON.stringify([ref, facet]);
  const rows = new Map((await findWaiting(tx, scope, [...refs])).map((row) => [nameOf(row.ref, row.facet), row]));
  const changed = new Map<string, WaitingRow>();
  for (const { update, partition } of unknown) {
    if (!('ref' in update.item)) continue;
    const { ref } = update.item;
    for (const { facet, waiting } of facetsOf(update, partition)) {
      const name = nameOf(ref, facet);
      const kept = rows.get(name)?.newest ?? [];
      const newest = keepNewest(kept, waiting);
      if (newest === kept) continue;
      rows.set(name, { ref, facet, newest });
      changed.set(name, { ref, facet, newest });
    }
  }
  await saveWaiting(tx, scope, [...changed.values()]);
}
