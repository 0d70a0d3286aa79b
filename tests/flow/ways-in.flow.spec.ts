/**
 * Every way in which a shopper can ask to be told, from what they tap or type on the phone to the alert on its screen.
 * (The link of a new person, and of one who has a thread, with the one-time card: promises.flow.spec.ts.)
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { subscriptions, type Subscription } from '@beckon/contracts';
import { Beckon, baseSettings, type Received } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
}, 120_000);

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });
const HOUR = 3_600_000;
let n = 0;
/** A new SKU with a title that no other has. */
const something = async (units: number, amount: number): Promise<{ sku: string; title: string; put: typeof put }> => {
  n += 1;
  const [sku, title] = [`way-${n}`, `Zephyr${'abcdefghij'[n] ?? n} coat`];
  const put = (now: number, price: number, type: 'changed' | 'snapshot' = 'changed'): Promise<void> =>
    beckon.offer({ sku, title, units: now, price: eur(price) }, type);
  await put(units, amount, 'snapshot');
  await until(
    'optin knows the offer',
    async () => (await beckon.sql('optin', `SELECT 1 FROM offers WHERE sku = '${sku}'`)).length === 1,
  );
  return { sku, title, put };
};
const alerted = (psid: string, times = 1): Promise<Received> =>
  until(`alert ${times}`, async () => (await beckon.alerts(psid))[times - 1]).catch(async (e: unknown) => {
    throw new Error(`${String(e)}\n${await beckon.story()}`);
  });
const subscribed = async (count: number): Promise<Subscription> =>
  until('the subscription', async () => {
    const seen = await beckon.read(subscriptions);
    const ids = [...new Set(seen.map((r) => r.key))];
    const record = seen.findLast((r) => r.key === ids[count - 1]);
    return record && subscriptions.schema.parse(JSON.parse(record.value ?? 'null'));
  });
const subsSoFar = async (): Promise<number> => new Set((await beckon.read(subscriptions)).map((r) => r.key)).size;

describe('Get Started without a link', () => {
  it('greets; the product is typed, chosen and asked for; the alert comes', async () => {
    const p = await beckon.person('Kim');
    const thing = await something(0, 5000);
    const before = await subsSoFar();
    await beckon.act(p, 'tap-get-started');
    expect((await beckon.message(p, 1)).text).toContain('Which product is it about?');
    await beckon.say(p, `please tell me when the ${thing.title.toLowerCase()} is back`);
    expect((await beckon.message(p, 2)).text).toContain('Which of these do you mean?');
    await beckon.act(p, 'press', { title: thing.title });
    expect(JSON.stringify((await beckon.message(p, 3)).template)).toContain(`Tell you when ${thing.title} is back?`);
    await beckon.act(p, 'tap-notify-me');
    expect((await beckon.message(p, 4)).text).toContain('is back in stock');
    expect(await subscribed(before + 1)).toMatchObject({ sku: null, kind: 'back_in_stock' });
    await thing.put(2, 5000);
    expect((await alerted(p)).text).toContain(thing.title);
  });
});

describe('a price drop', () => {
  it('from a price on that is tapped: a smaller drop tells nothing, one that far does', async () => {
    const p = await beckon.person('Lou');
    const thing = await something(4, 10_000);
    const before = await subsSoFar();
    await beckon.act(p, 'click-link', { url: await beckon.link(thing.sku, 'price_drop', { threshold: undefined }) });
    await beckon.act(p, 'tap-get-started');
    expect((await beckon.message(p, 1)).text).toContain('From which price on');
    await beckon.act(p, 'press', { title: '−20 %: €80.00' });
    expect(JSON.stringify((await beckon.message(p, 2)).template)).toContain('costs €80.00 or less?');
    await beckon.act(p, 'tap-notify-me');
    await beckon.message(p, 3);
    expect(await subscribed(before + 1)).toMatchObject({ condition: { amount: 8000 } });
    await thing.put(4, 9000);
    await thing.put(4, 7900);
    expect((await alerted(p)).text).toContain('79');
    expect(await beckon.alerts(p)).toHaveLength(1);
  });

  it('from a price on that is typed, and typed anew while it is waited for', async () => {
    const p = await beckon.person('Max');
    const thing = await something(4, 10_000);
    await beckon.act(p, 'click-link', { url: await beckon.link(thing.sku, 'price_drop', { threshold: undefined }) });
    await beckon.act(p, 'tap-get-started');
    await beckon.message(p, 1);
    await beckon.say(p, 'under 50 €');
    await beckon.message(p, 2);
    const before = await subsSoFar();
    await beckon.act(p, 'tap-notify-me');
    await beckon.message(p, 3);
    const sub = await subscribed(before + 1);
    await thing.put(4, 9000);
    await beckon.act(p, 'click-link', { url: await beckon.link(thing.sku, 'price_drop', { threshold: undefined }) });
    expect((await beckon.message(p, 4)).text).toContain('already');
    await beckon.postback(p, `beckon:price:${sub.sub_id}`);
    expect((await beckon.message(p, 5)).text).toContain('costs €90.00 now');
    await beckon.say(p, '85,00');
    expect((await beckon.message(p, 6)).text).toContain('costs €85.00 or less');
    await until('the change', async () =>
      (await beckon.read(subscriptions)).some((r) => r.key === sub.sub_id && r.value?.includes('8500')),
    );
    await thing.put(4, 8400);
    expect((await alerted(p)).text).toContain('84');
    await until('its verdict', async () => (await beckon.verdicts(sub)).length > 0);
    expect(await beckon.verdicts(sub)).toEqual(['sent']);
  });
});

describe('an entry of the menu', () => {
  it('is answered', async () => {
    const p = await beckon.person('Nil');
    await beckon.act(p, 'tap-get-started');
    await beckon.message(p, 1);
    await beckon.menu([
      { type: 'postback', title: 'Help', payload: 'beckon:help' },
      { type: 'postback', title: 'Stop all', payload: 'beckon:stop' },
    ]);
    await beckon.act(p, 'press-menu', { title: 'Help' });
    expect((await beckon.message(p, 2)).text).toContain('Write STOP to end all alerts');
    await beckon.act(p, 'press-menu', { title: 'Stop all' });
    expect((await beckon.message(p, 3)).text).toContain('All your alerts have ended');
  });
});

describe('START after a STOP', () => {
  it('welcomes back; what is asked for anew is told, what the STOP ended is not', async () => {
    const [p, old, anew] = [await beckon.person('Pia'), await something(0, 5000), await something(0, 5000)];
    await beckon.subscribe(p, old.sku, 'back_in_stock');
    expect((await beckon.answer(p, () => beckon.say(p, 'STOP'))).text).toContain('All your alerts have ended');
    expect((await beckon.answer(p, () => beckon.say(p, 'START'))).text).toContain('Welcome back');
    await beckon.subscribe(p, anew.sku, 'back_in_stock');
    await old.put(3, 5000);
    await anew.put(3, 5000);
    expect((await alerted(p)).text).toContain(anew.title);
    expect(await beckon.alerts(p)).toHaveLength(1);
  });
});

describe('notification messages', () => {
  it('are told again and again after one tap, by the token once the window is closed; stopped and resumed', async () => {
    await beckon.applySettings({ pages: baseSettings.pages.map((page) => ({ ...page, notification_messages: true })) });
    const p = await beckon.person('Ole');
    const thing = await something(0, 5000);
    await until('optin may ask for them', async () => {
      const [row] = await beckon.sql(
        'optin',
        `SELECT settings->'pages'->0->>'notification_messages' AS may FROM shop_settings`,
      );
      return row?.['may'] === 'true';
    });
    const before = await subsSoFar();
    await beckon.act(p, 'click-link', { url: await beckon.link(thing.sku, 'back_in_stock') });
    await beckon.act(p, 'tap-get-started');
    expect(JSON.stringify((await beckon.message(p, 1)).template)).toContain('notification_messages');
    await beckon.act(p, 'tap-get-updates');
    expect((await beckon.message(p, 2)).text).toContain('a message each time');
    expect(await subscribed(before + 1)).toMatchObject({ mode: 'recurring' });

    await thing.put(3, 5000);
    expect(await alerted(p, 1)).toMatchObject({ right: 'window' });
    await thing.put(0, 5000);
    await beckon.later(25 * HOUR); // for Messenger the window is closed; Beckon learns it by being refused
    await thing.put(2, 5000);
    expect(await alerted(p, 2)).toMatchObject({ right: 'notification' });

    await beckon.act(p, 'stop-notifications');
    await until('the end', async () => (await subscribed(before + 1)).state === 'ended');
    await beckon.act(p, 'resume-notifications');
    const again = await until('the subscription again', async () => {
      const sub = await subscribed(before + 1);
      return sub.state === 'active' && sub;
    });
    // It is still in stock: whoever was told of that is not told again. The next time waits until the token has rested.
    await thing.put(0, 5000);
    await thing.put(4, 5000);
    await until('held back by Messenger', async () =>
      (await beckon.decisions()).some((d) => d.sub_id === again.sub_id && d.reason === 'grant_resting'),
    );
    expect(await beckon.alerts(p)).toHaveLength(2);
  });
});
