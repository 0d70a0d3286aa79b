/** Reads the sandbox's log: which accepted messages are alerts, and about what. */
import type { Accepted, Doubt, Evidence, Kind } from './evidence.js';

/** An accepted alert. The shops of a run word it as `back <sku>` or `drop <sku>`; `sku` null: it says neither. */
export interface Alert extends Accepted {
  readonly alert_id: string;
  readonly sku: string | null;
  readonly kind: Kind | null;
}

const ALERT = /^beckon:(alr_.+)$/;
const WORDS = /^(back|drop) (\S+)$/;

/** The id in the metadata of an alert; undefined for everything else. */
export const alertIdIn = (metadata: string | null): string | undefined => ALERT.exec(metadata ?? '')?.[1];

/** What an alert's text is about. */
export function subjectOf(text: string | null): { sku: string | null; kind: Kind | null } {
  const [, word, sku = null] = WORDS.exec(text ?? '') ?? [];
  return { sku, kind: sku === null ? null : word === 'back' ? 'back_in_stock' : 'price_drop' };
}

/** The alerts of a log, in the order of acceptance. */
export function alertsOf(ledger: readonly Accepted[]): Alert[] {
  return ledger.flatMap((entry) => {
    const alert_id = alertIdIn(entry.metadata);
    return alert_id === undefined ? [] : [{ ...entry, alert_id, ...subjectOf(entry.text) }];
  });
}

/** A call that left the sender in doubt and took nothing, with the words that it would have said. */
export interface NotTaken extends Doubt {
  readonly text: string | null;
}

/** Calls after which nobody but the sandbox can know that nothing was taken. The words are in the call itself. */
export function notTaken({ doubts, calls }: Pick<Evidence, 'doubts' | 'calls'>): NotTaken[] {
  const words = new Map(calls.map((call) => [`${call.at} ${call.metadata}`, call.text]));
  return doubts
    .filter(({ taken }) => !taken)
    .map((doubt) => ({ ...doubt, text: words.get(`${doubt.at} ${doubt.metadata}`) ?? null }));
}

/** Groups by a key, keeping the order. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Whose each of Beckon's names for people is. */
export const psids = ({ inputs }: Pick<Evidence, 'inputs'>): ReadonlyMap<string, string> =>
  new Map(inputs.people.flatMap((p) => p.shopper_ids.map((id) => [id, p.psid] as const)));
