/**
 * Every way out ends in silence: the event comes, somebody else is told, and whoever left is not. And what a shopper can
 * see and say in between: the list of what they wait for, and a human in the inbox.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { shoppers, subscriptions } from '@beckon/contracts';
import type { Shopper, Subscription } from '@beckon/contracts';
import { Beckon, baseSettings } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
}, 120_000);

let n = 0;
const sku = (): string => `way-${(n += 1)}`;
const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });
const soldOut = (s: string, title = 'Red coat'): Promise<void> =>
  beckon.offer({ sku: s, title, units: 0, price: eur(12_900) }, 'snapshot');
const comesBack = (s: string): Promise<void> =>
  beckon.offer({ sku: s, title: `Coat ${s}`, units: 3, price: eur(12_900) });

/** Somebody else is told of something newer: proof that the pipeline had time to do wrong. */
async function witnessed(): Promise<void> {
  const [p, s] = [await beckon.person('Witness'), sku()];
  await soldOut(s);
  await beckon.subscribe(p, s, 'back_in_stock');
  await comesBack(s);
  await until('the witness is told', async () => (await beckon.alerts(p)).length === 1);
}

/** A new person who waits for these. */
async function waiting(name: string, ...skus: string[]): Promise<{ psid: string; subs: Subscription[] }> {
  const psid = await beckon.person(name);
  const subs: Subscription[] = [];
  for (const s of skus) {
    await soldOut(s, `Coat ${s}`);
    subs.push(await beckon.subscribe(psid, s, 'back_in_stock'));
  }
  return { psid, subs };
}
const ended = (sub: Subscription, reason: string): Promise<unknown> =>
  until(`the end: ${reason}`, async () =>
    (await beckon.read(subscriptions)).some((r) => r.key === sub.sub_id && r.value?.includes(`"${reason}"`)),
  );

interface Card {
  readonly title: string;
  readonly buttons: readonly { readonly payload: string }[];
}
const cardsOf = (template: unknown): readonly Card[] => (template as { elements: readonly Card[] }).elements;

describe('a way out ends in silence although the event comes', () => {
  it('the word STOP', async () => {
    const s = sku();
    const { psid, subs } = await waiting('Ada', s);
    const answer = await beckon.answer(psid, () => beckon.say(psid, 'Stop, please!'));
    expect(answer.text).toContain('All your alerts have ended');
    await ended(subs[0]!, 'stopped');
    await comesBack(s);
    await witnessed();
    expect(await beckon.alerts(psid)).toEqual([]);
  });

  it('the button that ends everything', async () => {
    const s = sku();
    const { psid, subs } = await waiting('Ben', s);
    const answer = await beckon.answer(psid, () => beckon.say(psid, 'how do I make this stop?'));
    expect(answer.text).toContain('or only one of them');
    const stopped = await beckon.answer(psid, () => beckon.press(psid, { payload: 'beckon:stop' }));
    expect(stopped.text).toContain('All your alerts have ended');
    await ended(subs[0]!, 'stopped');
    await comesBack(s);
    await witnessed();
    expect(await beckon.alerts(psid)).toEqual([]);
  });

  it('"stop this one" in the list: that one is silent, the other is not', async () => {
    const [a, b] = [sku(), sku()];
    const { psid, subs } = await waiting('Cleo', a, b);
    const list = await beckon.answer(psid, () => beckon.say(psid, 'my alerts'));
    expect(cardsOf(list.template).map((c) => c.title)).toEqual([`Coat ${a}`, `Coat ${b}`]);
    const payload = `beckon:end:${subs[0]!.sub_id}`;
    const answer = await beckon.answer(psid, () => beckon.press(psid, { payload }));
    expect(answer.text).toContain(`Coat ${a} (Back in stock)`);
    await ended(subs[0]!, 'user_asked');
    await comesBack(a);
    await comesBack(b);
    await until('told of the other', async () => (await beckon.alerts(psid)).length === 1);
    await witnessed();
    const alerts = await beckon.alerts(psid);
    expect(alerts.map((m) => m.text)).toEqual([expect.stringContaining(`Coat ${b}`)]);
    await ended(subs[1]!, 'already_told');
    expect((await beckon.deliveries()).filter((d) => d.sub_id === subs[0]!.sub_id)).toEqual([]);
  });

  it('blocking the Page: they are suspended, and told only after they wrote again', async () => {
    const s = sku();
    const { psid, subs } = await waiting('Dan', s);
    await beckon.changePerson(psid, { state: 'blocked' });
    await comesBack(s);
    const suspended = async (): Promise<Shopper | undefined> => {
      const records = (await beckon.read(shoppers)).filter((r) => r.key === subs[0]!.shopper_id);
      return records.map((r) => shoppers.schema.parse(JSON.parse(r.value ?? 'null'))).at(-1);
    };
    await until('suspended', async () => (await suspended())?.suspended_at != null);
    await until('held because of it', async () =>
      (await beckon.decisions()).some((d) => d.sub_id === subs[0]!.sub_id && d.reason === 'suspended'),
    );
    await beckon.changePerson(psid, { state: 'reachable' });
    await witnessed();
    expect(await beckon.alerts(psid)).toEqual([]);
    await beckon.answer(psid, () => beckon.say(psid, 'hello again'));
    expect((await suspended())?.suspended_at).toBeNull();
    await until('told at last', async () => (await beckon.alerts(psid)).length === 1, 40_000);
  });
});

describe('notification messages', () => {
  it('stopped in Messenger itself: silence, until they are resumed', async () => {
    await beckon.applySettings({ pages: baseSettings.pages.map((page) => ({ ...page, notification_messages: true })) });
    const [psid, s] = [await beckon.person('Ole'), sku()];
    await soldOut(s, `Coat ${s}`);
    await until('optin knows both', async () => {
      const [row] = await beckon.sql(
        'optin',
        `SELECT settings->'pages'->0->>'notification_messages' AS may, (SELECT count(*)::int FROM offers WHERE sku = '${s}') AS n
         FROM shop_settings`,
      );
      return row?.['may'] === 'true' && row['n'] === 1;
    });
    await beckon.act(psid, 'click-link', { url: await beckon.link(s, 'back_in_stock') });
    await beckon.act(psid, 'tap-get-started');
    await beckon.message(psid, 1);
    await beckon.act(psid, 'tap-get-updates');
    await beckon.message(psid, 2);
    const sub = await until('the subscription', async () => {
      const record = (await beckon.read(subscriptions)).findLast((r) => r.value?.includes(`"${s}"`));
      return record && subscriptions.schema.parse(JSON.parse(record.value ?? 'null'));
    });
    await beckon.act(psid, 'stop-notifications');
    await ended(sub, 'user_asked');
    await beckon.applySettings();
    await comesBack(s);
    await witnessed();
    expect(await beckon.alerts(psid)).toEqual([]);
    expect((await beckon.received(psid)).length).toBe(2);
  });
});

describe('my alerts', () => {
  it('come in pages of ten; the next page is a tap away', async () => {
    const skus = Array.from({ length: 11 }, sku);
    const { psid } = await waiting('Eve', ...skus);
    const first = await beckon.answer(psid, () => beckon.say(psid, 'meine Benachrichtigungen'));
    expect(cardsOf(first.template).map((c) => c.title)).toEqual(skus.slice(0, 10).map((s) => `Coat ${s}`));
    const second = await beckon.answer(psid, () => beckon.press(psid, { title: 'Mehr' }));
    expect(cardsOf(second.template).map((c) => c.title)).toEqual([`Coat ${skus[10]}`]);
  });
});

describe('a human in the inbox', () => {
  it('is not talked into; a STOP is confirmed, and silence kept', async () => {
    const s = sku();
    const { psid, subs } = await waiting('Fay', s);
    await beckon.replyFromInbox(psid, 'Hi, this is Ida. Can I help?');
    await until('optin knows of it', async () => {
      const [row] = await beckon.sql(
        'optin',
        `SELECT human_at FROM shoppers WHERE shopper_id = '${subs[0]!.shopper_id}'`,
      );
      return row?.['human_at'] != null;
    });
    const before = (await beckon.received(psid)).length;
    await beckon.say(psid, 'Is it a warm coat?');
    const answer = await beckon.answer(psid, () => beckon.say(psid, 'STOP'));
    expect(answer.text).toContain('All your alerts have ended');
    await comesBack(s);
    await witnessed();
    expect(await beckon.received(psid)).toHaveLength(before + 1);
  });

  it('has gone: the bot answers again, and says once who it is and what could be asked again', async () => {
    await beckon.applySettings({ bot: { human_pause: 1, disclosure: true, offer_again: true } });
    const s = sku();
    const { psid, subs } = await waiting('Gus', s);
    expect((await beckon.received(psid)).filter((m) => m.text?.includes('automated service'))).toHaveLength(1);
    await beckon.replyFromInbox(psid, 'Hi, this is Ida.');
    const answer = await beckon.answer(psid, () => beckon.say(psid, 'help'));
    expect(answer.text).toContain('Tap “Notify me” on a product page');
    await comesBack(s);
    const offer = await until('the offer', async () =>
      (await beckon.received(psid)).find((m) => m.text?.includes('the next time, too?')),
    );
    expect(offer.text).toContain(`Coat ${s}`);
    expect(await beckon.alerts(psid)).toHaveLength(1);
    const card = await beckon.answer(psid, () => beckon.press(psid, { payload: `beckon:again:${subs[0]!.sub_id}` }));
    expect(JSON.stringify(card.template)).toContain('one_time_notif_req');
    await beckon.applySettings();
  });
});
