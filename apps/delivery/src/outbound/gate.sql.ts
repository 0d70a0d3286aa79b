import { NOW_MS } from './sql.js';

/** What of a shopper decides. */
const SHOPPER = `s.shopper_id, s.rev AS known_rev, s.psid_sealed, s.erased_at, s.stopped_at, s.suspended_at, s.ended_subs, s.window_until,
           s.refuted_until, s.unreachable_until`;

/**
 * The gate: takes messages of the asked Pages from `queued` to `sending`, in one statement for all of them, of each Page
 * at most its slots. What is atomic about it:
 *
 * - Each Page's row is share-locked, so a worker that takes the Page over waits for us and then sees our flights; a
 *   worker that lost it gets nothing.
 * - Each shopper's row is share-locked, so a STOP is either written before (the alert is barred) or waits until the
 *   flight is visible, for which its confirmation waits, as it does for what we had to say before it: it is the last
 *   word. A shopper who is being written this very moment is left for the next look; so is a Page. So the gate waits for nobody, and nobody waits for it in a circle.
 * - A one-time token is claimed by the update itself; of two claims one finds it spent, and its row stays in line. A
 *   notification token is claimed in the same way, but for the time of its rest.
 *
 * Of a shopper who was erased, only the reply to that very erasure passes: it names the marker's revision, after which
 * there is none, carries the sealed id itself, and expires with the window.
 *
 * An alert also waits while the offer as we know it makes its condition false (or is not known yet): what we would tell
 * would not be true. A collection or a sale has no offer: whether it is open throttling has just said, by admitting. Rows that can never pass are answered with a verdict instead of waiting for their time to run out.
 *
 * The line fills and empties faster than statistics follow, so the planner always takes it for nearly empty. `coalesce`
 * in the update keeps it from the line's partial indexes: through them it would join every chosen row with every line
 * of every Page, where the primary key finds it at once.
 *
 * $1 pages, $2 worker, $3 epochs, $4 slots, $5 alerts that go before replies (each an array, one entry per Page),
 * $6 margin of the window for alerts in ms, $7 rest of a notification token in ms.
 * Result: verdict `window` | `one_time` | `notification` (now sending), or a reason (still queued, to be settled by the
 * caller; `until`: when a resting token may be used again).
 */
export const GATE_SQL = `
WITH lease AS (
  SELECT p.page, a.epoch, a.slots, a.alerts_first
  FROM unnest($1::text[], $3::bigint[], $4::int[], $5::int[]) AS a(page, epoch, slots, alerts_first)
  JOIN pages p ON p.page = a.page AND p.epoch = a.epoch
  WHERE p.owner = $2 AND p.lease_until > ${NOW_MS} AND p.state = 'open' AND p.paused_until <= ${NOW_MS}
  FOR SHARE OF p SKIP LOCKED
), line AS (
  SELECT lease.epoch, lease.slots, lease.alerts_first, r.* FROM lease CROSS JOIN LATERAL (
    SELECT l.id, l.page, l.kind, l.queued_at AS place, l.needs_rev, l.sub_id, NULL::json AS offer, ${SHOPPER}
    FROM ledger l JOIN shoppers s ON s.shopper_id = l.shopper_id
    WHERE l.page = lease.page
      AND l.state = 'queued' AND l.kind = 'reply' AND l.send_by > ${NOW_MS} AND coalesce(l.not_before, 0) <= ${NOW_MS}
      AND s.rev >= l.needs_rev
      AND (NOT l.quiet_in_flight OR NOT EXISTS
        (SELECT FROM ledger f WHERE f.shopper_id = l.shopper_id AND f.state = 'sending') AND NOT EXISTS
        (SELECT FROM ledger f WHERE f.shopper_id = l.shopper_id AND f.state = 'queued' AND f.kind = 'reply'
           AND f.needs_rev < l.needs_rev AND f.send_by > ${NOW_MS}))
    ORDER BY l.queued_at, l.id LIMIT lease.slots
    FOR UPDATE OF l SKIP LOCKED FOR SHARE OF s SKIP LOCKED) r
  UNION ALL
  SELECT lease.epoch, lease.slots, lease.alerts_first, a.* FROM lease CROSS JOIN LATERAL (
    SELECT l.id, l.page, l.kind, l.send_by AS place, l.needs_rev, l.sub_id, to_json(o.*) AS offer, ${SHOPPER}
    FROM ledger l JOIN shoppers s ON s.shopper_id = l.shopper_id
    LEFT JOIN offers o ON o.shop = l.shop AND o.sku = l.sku
    WHERE l.page = lease.page AND l.state = 'queued' AND l.kind = 'alert' AND l.send_by > ${NOW_MS}
      AND s.rev >= l.needs_rev
      AND CASE WHEN l.condition_type = 'topic_open' THEN true WHEN o.published THEN CASE l.condition_type
        WHEN 'units_at_least' THEN o.units IS NULL OR o.units >= l.condition_amount
        WHEN 'units_between' THEN o.units <= l.condition_amount
          AND o.units >= (l.body -> 'condition' ->> 'at_least')::bigint
        WHEN 'price_at_most' THEN o.price_currency = l.condition_currency AND o.price_amount <= l.condition_amount
        ELSE false END END
    ORDER BY l.send_by, l.id LIMIT lease.slots
    FOR UPDATE OF l SKIP LOCKED FOR SHARE OF s SKIP LOCKED) a
), judged AS (
  SELECT c.*, g.grant_id, g.token_sealed, g.until, CASE
    WHEN c.erased_at IS NOT NULL THEN
      CASE WHEN c.kind = 'reply' AND c.needs_rev >= c.known_rev THEN 'window' ELSE 'erased' END
    WHEN c.kind = 'alert' AND c.stopped_at IS NOT NULL THEN 'stopped'
    WHEN c.kind = 'alert' AND c.sub_id = ANY (c.ended_subs) THEN 'subscription_ended'
    WHEN c.kind = 'alert' AND (c.suspended_at IS NOT NULL OR c.unreachable_until >= coalesce(c.window_until, 0))
      THEN 'suspended'
    WHEN c.window_until > ${NOW_MS} + CASE c.kind WHEN 'alert' THEN $6::bigint ELSE 0 END
      AND c.window_until > coalesce(c.refuted_until, 0) THEN 'window'
    WHEN g.until > 0 THEN 'grant_resting'
    WHEN g.grant_id IS NOT NULL THEN g.kind
    ELSE 'no_grant' END AS verdict
  FROM line c
  LEFT JOIN LATERAL (
    SELECT g.grant_id, g.kind, g.token_sealed, r.until FROM grants g
    CROSS JOIN LATERAL (SELECT CASE WHEN g.kind = 'notification' AND g.next_eligible_at > ${NOW_MS}
      THEN g.next_eligible_at ELSE 0 END AS until) r
    WHERE c.kind = 'alert' AND g.shopper_id = c.shopper_id AND g.sub_id = c.sub_id
      AND (g.kind = 'one_time' AND g.spent_by IS NULL OR g.kind = 'notification')
      AND g.dead_at IS NULL AND g.expires_at > ${NOW_MS}
    ORDER BY g.kind = 'notification', r.until, g.expires_at, g.grant_id LIMIT 1
  ) g ON true
), passing AS (
  SELECT j.*, row_number() OVER (PARTITION BY page, kind ORDER BY place, id) AS nth,
         row_number() OVER (PARTITION BY verdict, grant_id ORDER BY place, id) AS nth_of_grant
  FROM judged j WHERE verdict IN ('window', 'one_time', 'notification')
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY page ORDER BY
           CASE WHEN kind = 'alert' AND nth <= alerts_first THEN 0 WHEN kind = 'reply' THEN 1 ELSE 2 END, place, id)
           AS turn
  FROM passing WHERE verdict = 'window' OR nth_of_grant = 1
), chosen AS (
  SELECT * FROM ranked WHERE turn <= slots
), claimed AS (
  UPDATE grants g SET spent_by = c.id, spent_at = ${NOW_MS},
    next_eligible_at = CASE g.kind WHEN 'notification' THEN ${NOW_MS} + $7::bigint END
  FROM chosen c
  WHERE c.verdict IN ('one_time', 'notification') AND g.grant_id = c.grant_id AND g.dead_at IS NULL
    AND CASE g.kind WHEN 'notification' THEN coalesce(g.next_eligible_at, 0) <= ${NOW_MS} ELSE g.spent_by IS NULL END
  RETURNING g.grant_id
), sent AS (
  UPDATE ledger l SET state = 'sending', reason = NULL, epoch = c.epoch, claimed_at = ${NOW_MS}, grant_kind = c.verdict,
    grant_id = CASE WHEN c.verdict <> 'window' THEN c.grant_id END, posted_at = NULL, answered_at = NULL,
    error_code = NULL, error_subcode = NULL, not_before = NULL
  FROM chosen c LEFT JOIN claimed k ON k.grant_id = c.grant_id
  WHERE l.id = c.id AND coalesce(l.state, '') = 'queued' AND (c.verdict = 'window' OR k.grant_id IS NOT NULL)
  RETURNING to_json(l.*) AS row, c.verdict, coalesce(nullif(c.psid_sealed, ''), l.body->>'psid_sealed') AS psid_sealed,
    CASE WHEN c.verdict <> 'window' THEN c.token_sealed END AS token_sealed, c.offer
)
SELECT row, verdict, psid_sealed, token_sealed, offer, ${NOW_MS} AS at, NULL::bigint AS until FROM sent
UNION ALL
SELECT to_json(l.*), j.verdict, NULL, NULL, NULL, ${NOW_MS}, nullif(j.until, 0) FROM judged j JOIN ledger l ON l.id = j.id
WHERE j.verdict NOT IN ('window', 'one_time', 'notification')`;
