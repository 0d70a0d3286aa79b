/**
 * Promise 7: a signal and a subscription that race still meet. Each side writes its copy in one transaction and looks
 * at the other in a later one; here both sides run at the same moment on connections of their own, as two workers do.
 */
import { expect } from '@jest/globals';
import { alertId, subscriptions } from '@beckon/contracts';
import { MatchingBed, signal, subscription } from '../../../../tests/support/matching-bed.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { matchingMigrations } from '../matching.module.js';
import { servePages } from './fan-out.js';
import { lookAtSignals } from './look.js';
import { takeSignals } from './signals.controller.js';
import { takeSubscriptions } from './subscriptions.controller.js';

const REPEATS = 200;
const service = { takeSignals, takeSubscriptions, servePages, lookAtSignals };

test('promise 7: a subscription and a signal written at the same moment meet exactly once, in either order', async () => {
  const dataSource = await testDatabase(ownNames().schema('matching'), matchingMigrations);
  const signalSide = new MatchingBed(dataSource, service);
  const subscriptionSide = new MatchingBed(dataSource, service);
  const counts = { signalFirst: 0, subscriptionFirst: 0, foundBySignal: 0, foundBySubscription: 0, foundByBoth: 0 };

  for (let i = 0; i < REPEATS; i += 1) {
    const sku = `sku-${i}`;
    const [sub, open] = [
      subscription({ sku, ...(i % 2 ? {} : { condition: subscriptions.example.condition }) }),
      signal({ sku }),
    ];
    const committed: string[] = [];
    // In turn one side or the other starts up to a few round trips later, so that every interleaving has its chance.
    const wait = async (late: boolean): Promise<void> => {
      for (let n = late ? Math.floor(Math.random() * 4) : 0; n > 0; n -= 1) await dataSource.query('SELECT 1');
    };
    await Promise.all([
      wait(i % 4 === 0)
        .then(() => signalSide.signals(open))
        .then(() => committed.push('signal'))
        .then(() => signalSide.page()),
      wait(i % 4 !== 0)
        .then(() => subscriptionSide.subscriptions(sub))
        .then(() => committed.push('subscription'))
        .then(() => subscriptionSide.look()),
    ]);
    counts[committed[0] === 'signal' ? 'signalFirst' : 'subscriptionFirst'] += 1;

    const bySignal = signalSide.told(open.signal_id);
    const bySubscription = subscriptionSide.told(open.signal_id);
    const met = new Set(
      [...signalSide.alerts(), ...subscriptionSide.alerts()].flatMap((a) =>
        a.signal_id === open.signal_id ? [a.alert_id] : [],
      ),
    );
    expect([...met]).toEqual([alertId(sub.sub_id, open.signal_id)]);
    if (bySignal.length && bySubscription.length) counts.foundByBoth += 1;
    else if (bySignal.length) counts.foundBySignal += 1;
    else counts.foundBySubscription += 1;
  }
  console.log(`promise 7, ${REPEATS} races: ${JSON.stringify(counts)}`);
  expect(counts.signalFirst).toBeGreaterThanOrEqual(REPEATS / 10);
  expect(counts.subscriptionFirst).toBeGreaterThanOrEqual(REPEATS / 10);
});
