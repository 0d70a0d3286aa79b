/**
 * **over_limit**: `limit + 1` alerts to one shopper (of one kind, about one SKU) whose times of acceptance lie less than
 * `period` apart. A message that a frozen sender let go late may be one of them without guilt: see pauses.ts. Whoever had
 * everything deleted is somebody new from then on: what they were told is forgotten with the rest.
 */
import { alertsOf, groupBy, type Alert } from '../alerts.js';
import { ERASED, says } from '../answers.js';
import type { Evidence, Limit, Violation } from '../evidence.js';
import { thawedBefore } from '../pauses.js';

const groupOf = ({ scope }: Limit, whom: string, a: Alert): string =>
  scope === 'shopper' ? whom : scope === 'shopper_kind' ? `${whom} ${a.kind}` : `${whom} ${a.sku}`;

/** See above. */
export function overLimit({ inputs, ledger, faults }: Evidence): Violation[] {
  const shopOf = new Map(inputs.people.map((p) => [p.psid, p.shop]));
  const alerts = alertsOf(ledger);
  const erased = groupBy(
    ledger.filter((e) => says(e, ERASED) !== null),
    (e) => e.psid,
  );
  const whom = ({ psid, accepted_at: at }: Alert): string =>
    `${psid} ${(erased.get(psid) ?? []).filter((e) => e.accepted_at <= at).length}`;
  return inputs.shops.flatMap(({ shop, limits }) => {
    const mine = alerts.filter((a) => shopOf.get(a.psid) === shop);
    return limits.flatMap((limit) =>
      [...groupBy(mine, (a) => groupOf(limit, whom(a), a)).values()].flatMap((group) =>
        over(group, limit).map((tooMany): Violation => {
          const last = tooMany.at(-1) as Alert;
          const spread = last.accepted_at - (tooMany[0] as Alert).accepted_at;
          const excused = tooMany.some((a) => thawedBefore(faults, a));
          return {
            row: excused ? 'late_by_pause' : 'over_limit',
            at: last.accepted_at,
            what: `${tooMany.length} within ${spread} ms; at most ${limit.limit} in ${limit.period} ms per ${limit.scope}`,
            psid: last.psid,
            sku: last.sku,
          };
        }),
      ),
    );
  });
}

/** Runs of one alert too many, closer together than the period. */
function over(group: readonly Alert[], { limit, period }: Limit): Alert[][] {
  const sorted = [...group].sort((a, b) => a.accepted_at - b.accepted_at);
  return sorted.flatMap((last, i) => {
    const first = sorted[i - limit];
    return first && last.accepted_at - first.accepted_at < period ? [sorted.slice(i - limit, i + 1)] : [];
  });
}
