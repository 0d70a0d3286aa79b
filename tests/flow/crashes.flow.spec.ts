/**
 * Promises 1 and 2 under SIGKILL: each service ends itself at the worst instants, between its commit and its emit and
 * between its emit and the commit of the offset, and is started again as a supervisor would. Each story must end with
 * exactly one message and exactly one terminal decision.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Beckon, type Fault } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
}, 120_000);

const stories: [service: string, what: string, fault: Fault][] = [
  ['optin', 'taps committed, subscription not emitted', { point: 'chunk:committed', topic: 'messenger.events' }],
  ['optin', 'subscription emitted, offset not committed', { point: 'chunk:emitted', topic: 'messenger.events' }],
  ['ingestion', 'offer committed, signal not emitted', { point: 'chunk:committed', topic: 'flow.catalog' }],
  ['ingestion', 'signal emitted, offset not committed', { point: 'chunk:emitted', topic: 'flow.catalog' }],
  ['matching', 'signal committed', { point: 'chunk:committed', topic: 'catalog.signals' }],
  ['matching', 'fan-out committed, alerts not emitted', { point: 'loop:committed' }],
  ['matching', 'alerts emitted', { point: 'loop:emitted' }],
  ['throttling', 'alert committed', { point: 'chunk:committed', topic: 'alerts.matched' }],
  ['throttling', 'reservation committed, admission not emitted', { point: 'loop:committed' }],
  ['throttling', 'admission emitted', { point: 'loop:emitted' }],
  ['throttling', 'settlement committed', { point: 'chunk:committed', topic: 'deliveries' }],
  ['delivery', 'ledger row committed', { point: 'chunk:committed', topic: 'alerts.admitted' }],
  ['delivery', 'settlement committed, delivery not emitted', { point: 'loop:committed' }],
  ['delivery', 'delivery emitted', { point: 'loop:emitted' }],
  ['delivery', 'gate passed, nothing sent', { point: 'gate:claimed' }],
  ['delivery', 'answered, not settled', { point: 'post:answered' }],
];

describe('promises 1 and 2: a crash at the worst instant loses and doubles nothing', () => {
  it.each(stories)(
    '%s: %s',
    async (service, what, fault) => {
      const index = stories.findIndex(([s, w]) => s === service && w === what);
      const sku = `crash-${index}`;
      const person = await beckon.person(`Person ${index}`);
      await beckon.offer({ sku, units: 0, price: { amount: 900, currency: 'EUR' } }, 'snapshot');
      // optin dies while the shopper taps; the others while the stock event is on its way.
      const early = service === 'optin';
      if (early) {
        const tap = await beckon.ask(person, sku, 'back_in_stock');
        await beckon.end(service, 'SIGTERM');
        await beckon.startService(service, { fault });
        await beckon.connectPage();
        await tap();
        await beckon.afterCrash(service);
        await beckon.connectPage();
      }
      if (!early) await beckon.subscribe(person, sku, 'back_in_stock');
      if (early)
        await until('the subscription arrives', async () =>
          (await beckon.decisions()).some((d) => d.sku === sku && d.verdict === 'subscribed'),
        );
      else {
        await beckon.end(service, 'SIGTERM');
        await beckon.startService(service, { fault });
      }
      await beckon.offer({ sku, units: 7, price: { amount: 900, currency: 'EUR' } });
      if (!early) await beckon.afterCrash(service);

      const terminal = async (): Promise<string[]> => {
        const mine = (await beckon.decisions()).filter((d) => d.terminal && d.sku === sku && d.alert_id !== null);
        return [...new Map(mine.map((d) => [d.decision_id, `${d.verdict}${d.reason ? `:${d.reason}` : ''}`])).values()];
      };
      // Between gate and answer nobody can know whether the POST left: it is never sent again, and without an echo the
      // outcome stays unknown. (A worker looks for rows all the time, so one may have passed the gate just before.)
      const unknown = async (): Promise<boolean> =>
        service === 'delivery' && (await beckon.deliveries()).some((d) => d.sku === sku && d.state === 'unknown');
      await until('an end', async () => (await terminal()).length > 0 || (await unknown()), 60_000).catch(
        async (e: unknown) => {
          throw new Error(`${String(e)}\n${await beckon.story()}`);
        },
      );
      const received = (await beckon.alerts(person)).length;
      if (fault.point === 'gate:claimed') expect([await terminal(), received]).toEqual([[], 0]);
      else if (received === 0) expect([await terminal(), fault.topic]).toEqual([[], 'alerts.admitted']);
      else {
        await until('the terminal decision', async () => (await terminal()).length > 0, 60_000);
        expect([await terminal(), received]).toEqual([['sent'], 1]);
      }
    },
    120_000,
  );
});
