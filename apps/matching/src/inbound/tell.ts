import { alertsMatched, decisions, type Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { ShopDirectory } from '@beckon/settings';
import { match, type MatchContext, type MatchedSubscription } from '../domain/match.js';
import { matchingMetrics } from '../metrics.js';

/** What matching needs to know of a shop. */
export type Shops = Pick<ShopDirectory, 'get' | 'all'>;

/** How one shop's alerts are made now; throws for a shop without settings (its work is not taken up). */
export function matchContext(shops: Shops, shop: string, now: number): MatchContext {
  const inForce = shops.get(shop);
  if (!inForce) throw new Error(`shop ${shop} has no settings`);
  return { now, expireAfter: inForce.settings.expire_after, settingsRev: inForce.rev };
}

/** Emits the alert of one subscription and one signal, and the line about it. */
export function tell(
  tx: Pick<EmittingTransaction, 'emit'>,
  sub: MatchedSubscription,
  signal: Signal,
  context: MatchContext,
  side: 'signal' | 'subscription',
): void {
  const { alert, decision } = match(sub, signal, context);
  tx.emit(alertsMatched, alert.shopper_id, alert, { id: alert.alert_id });
  tx.emit(decisions, alert.shopper_id, decision, { id: decision.decision_id });
  matchingMetrics.matched.add(1, { side });
}
