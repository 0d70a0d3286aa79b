/**
 * The two rows that read what Beckon says about itself.
 *
 * **unexplained**: an alert that any decision names and that has no terminal one; that has two which contradict each
 * other (only `failed: outcome_unknown` may give way to `sent`); or whose terminal decision is not what the sandbox
 * saw: `sent` and never accepted, or accepted and not `sent`. Also an accepted alert, or an owed one, of which no
 * decision speaks.
 *
 * **unknown**: an alert that ended as `failed: outcome_unknown` though the sandbox's log holds no call of it that left the
 * sender in doubt, and it was not in flight when its own sender was killed or frozen. So there are at most as many as of those.
 */
import { alertIdIn, alertsOf, groupBy, notTaken, psids } from '../alerts.js';
import type { Decision, Evidence, Violation } from '../evidence.js';
import { struckInFlight } from '../in-flight.js';
import { owed } from './lost.js';

const wordsOf = ({ verdict, reason }: Decision): string => (reason === null ? verdict : `${verdict}:${reason}`);
const UNKNOWN = 'failed:outcome_unknown';

/** How every alert that is spoken of ended, by its id: its terminal decisions in words, each once. */
function endings(
  decisions: readonly Decision[],
): Map<string, { at: number; psid: string; sku: string; ends: string[] }> {
  const ofAlerts = decisions.filter((d) => d.alert_id !== null);
  return new Map(
    [...groupBy(ofAlerts, (d) => d.alert_id ?? '')].map(([id, lines]) => {
      const terminal = [...new Map(lines.filter((d) => d.terminal).map((d) => [d.decision_id, d])).values()];
      const { shopper_id, sku } = lines[0] as Decision;
      const at = Math.max(...lines.map((d) => d.at));
      return [id, { at, psid: shopper_id ?? '', sku: sku ?? '', ends: terminal.map(wordsOf) }];
    }),
  );
}

/** See above. */
export function unexplained(evidence: Evidence): Violation[] {
  const ends = endings(evidence.decisions);
  const accepted = new Map(alertsOf(evidence.ledger).map((a) => [a.alert_id, a]));
  const found: Violation[] = [];
  const add = (at: number, what: string, psid: string | null, sku: string | null): void =>
    void found.push({ row: 'unexplained', at, what, psid, sku });
  for (const [id, { at, psid, sku, ends: said }] of ends) {
    const rest = said.filter((words) => words !== UNKNOWN);
    const last = rest[0] ?? said[0];
    if (last === undefined) add(at, `${id} has no terminal decision`, psid, sku);
    else if (
      rest.length > 1 ||
      said.length - rest.length > 1 ||
      (rest.length === 1 && last !== 'sent' && said.length > 1)
    )
      add(at, `${id} ended as ${said.join(' and ')}`, psid, sku);
    else if ((last === 'sent') !== accepted.has(id))
      add(at, `${id} is told as ${last}; the sandbox ${accepted.has(id) ? 'took it' : 'never took it'}`, psid, sku);
  }
  for (const [id, { accepted_at, psid, sku }] of accepted)
    if (!ends.has(id)) add(accepted_at, `${id} was accepted, and no decision speaks of it`, psid, sku);
  const psidOf = psids(evidence);
  const spoken = new Set(
    evidence.decisions.filter((d) => d.alert_id).map((d) => `${psidOf.get(d.shopper_id ?? '')} ${d.sku}`),
  );
  for (const { psid, sku, tap, told } of owed(evidence))
    if (!told && !spoken.has(`${psid} ${sku}`))
      add(tap.sent_at, 'a request that no decision about an alert speaks of', psid, sku);
  return found;
}

/** The alerts whose outcome the sender could not know: by the sandbox's log, and in flight when that sender was struck. */
export function excusableUnknowns({ calls, doubts, faults }: Evidence): Set<string> {
  const doubtful = notTaken({ doubts, calls }).flatMap((c) => alertIdIn(c.metadata) ?? []);
  return new Set([...doubtful, ...struckInFlight({ faults }).map(({ id }) => id)]);
}

/** The alerts that ended as unknown for good. */
export const givenUp = (evidence: Evidence): string[] =>
  [...endings(evidence.decisions)].flatMap(([id, { ends }]) =>
    ends.length > 0 && ends.every((words) => words === UNKNOWN) ? [id] : [],
  );

/** See above. */
export function unknown(evidence: Evidence): Violation[] {
  const excusable = excusableUnknowns(evidence);
  const ends = endings(evidence.decisions);
  return givenUp(evidence).flatMap((id): Violation[] => {
    const { at, psid, sku } = ends.get(id) as { at: number; psid: string; sku: string };
    if (excusable.has(id)) return [];
    return [
      { row: 'unknown', at, what: `${id} was neither ambiguous nor in flight when its sender was struck`, psid, sku },
    ];
  });
}
