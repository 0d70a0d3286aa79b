/**
 * **over_limit**: `limit + 1` alerts to one shopper (of one kind, about one SKU) whose times of acceptance lie less than
 * `period` apart. A message that a frozen sender let go late may be one of them without guilt: see pauses.ts.
 */
import { alertsOf, groupBy, type Alert } from '../alerts.js';
import type { Evidence, Limit, Violation } from '../evidence.js';
import { thawedBefore } from '../pauses.js';

const groupOf = ({ scope }: Limit, a: Alert): string =>
  scope === 'shopper' ? a.psid : scope === 'shopper_kind' ? `${a.psid} ${a.kind}` : `${a.psid} ${a.sku}`;

/** See above. */
export function overLimit({ inputs, ledger, faults }: Evidence): Violation[] {
  const shopOf = new Map(inputs.people.map((p) => [p.psid, p.shop]));
  const alerts = alertsOf(ledger);
  return inputs.shops.flatMap(({ shop, limits }) => {
    const mine = alerts.filter((a) => shopOf.get(a.psid) === shop);
    return limits.flatMap((limit) =>
      [...groupBy(mine, (a) => groupOf(limit, a)).values()].flatMap((group) =>
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
