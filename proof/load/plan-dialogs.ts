/** Who talks with the bot during the load, and about what. Pure. */
import type { Chance } from '../chance.js';
import type { PlannedPerson, PlannedShop, PlannedSku, PlannedTap } from './plan.js';

/**
 * What people do (`dialogs.ts` plays it): end one of the requests in their list; have everything deleted, and begin anew;
 * are asked by the shop, and accept; type a price; opt in to notification messages, stop them in Messenger and resume.
 */
export const SCRIPTS = ['end_one', 'erase', 'asked', 'typed_price', 'notified'] as const;
export type Script = (typeof SCRIPTS)[number];

/** Times are milliseconds after the load began. */
export interface PlannedDialog {
  readonly at: number;
  readonly person: number;
  readonly script: Script;
  /** What it is about, where that is not chosen from a list: nothing that the person asks for otherwise. */
  readonly sku: string | null;
}

/** Dialogs leave the end of the load alone: they take a while. */
const LAST_SHARE = 0.85;
/** A price is asked for at least so long before it falls for the first time, in milliseconds. */
const BEFORE_THE_FALL_MS = 15_000;

/** One script after the other, evenly over the time, each with another person; as many as there are people for. */
export function planDialogs(
  load: {
    readonly people: readonly PlannedPerson[];
    readonly skus: readonly PlannedSku[];
    readonly shops: readonly PlannedShop[];
    readonly taps: readonly PlannedTap[];
  },
  { forMs, count }: { readonly forMs: number; readonly count: number },
  chance: Chance,
): PlannedDialog[] {
  const notified = new Set(load.shops.map((s) => s.notifications));
  const asked = new Set(load.taps.map((t) => `${t.person} ${t.sku}`));
  const free = [...load.people];
  return Array.from({ length: count }, (_, i) => i).flatMap((i): PlannedDialog[] => {
    const script = SCRIPTS[i % SCRIPTS.length] as Script;
    const at = Math.round(((i + chance.next()) / count) * forMs * LAST_SHARE);
    const place = free.findIndex((p) => notified.has(p.page) === (script === 'notified'));
    const [person] = place < 0 ? [] : free.splice(place, 1);
    if (!person) return [];
    if (script === 'end_one' || script === 'erase') return [{ at, person: person.id, script, sku: null }];
    const suits = load.skus.filter(
      (s) => s.shop === person.shop && s.stays && !asked.has(`${person.id} ${s.sku}`) && fits(script, s, at),
    );
    return suits.length === 0 ? [] : [{ at, person: person.id, script, sku: chance.pick(suits).sku }];
  });
}

/** Of a price only those before its first fall have a known answer. */
const fits = (script: Script, { kind, changes }: PlannedSku, at: number): boolean =>
  script === 'typed_price'
    ? kind === 'price_drop' && (changes[0]?.at ?? 0) > at + BEFORE_THE_FALL_MS
    : kind === 'back_in_stock';
