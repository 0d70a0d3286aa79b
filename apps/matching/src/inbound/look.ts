/** The subscription's side at work: takes requests and tells each subscription of every open signal it has met. */
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import type { Clock } from '@beckon/service';
import { meetSignals, takeLooks } from '../outbound/subscription-store.js';
import { matchContext, tell, type Shops } from './tell.js';

const MOST_LOOKS = 500;

export interface LookOptions {
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly shops: Shops;
  readonly clock: Clock;
}

/** Carries out what is due; true when there may be more. */
export function look(o: LookOptions): Promise<boolean> {
  return o.emitter.transaction((tx) => lookAtSignals(tx, o));
}

/** The same inside a transaction that is there. A shop without settings waits for them. */
export async function lookAtSignals(tx: EmittingTransaction, o: Omit<LookOptions, 'emitter'>): Promise<boolean> {
  const shops = o.shops.all().map((s) => s.shop);
  const subs = shops.length > 0 ? await takeLooks(tx, shops, MOST_LOOKS) : [];
  if (subs.length === 0) return false;
  const now = o.clock.now();
  for (const { record, ...sub } of await meetSignals(tx, subs))
    tell(tx, sub, record, matchContext(o.shops, record.shop, now), 'subscription');
  return subs.length >= MOST_LOOKS;
}
