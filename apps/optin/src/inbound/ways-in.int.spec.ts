import { beforeAll, describe, expect, it } from '@jest/globals';
import { messagesRequested, offers, shoppers, subscriptions } from '@beckon/contracts';
import type { Offer, RequestedMessage, Shopper, Subscription } from '@beckon/contracts';
import type { OutgoingMessage } from '@beckon/messenger';
import { Sealer } from '@beckon/service';
import { until } from '../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, coatOffer, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';

const KEY = Buffer.alloc(32, 9).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);

let bed: TestBed;
let said: () => RequestedMessage[];
let people: () => Shopper[];
let subs: () => Subscription[];
beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` });
  [said, people, subs] = await Promise.all([
    bed.published(messagesRequested),
    bed.published(shoppers),
    bed.published(subscriptions),
  ]);
  const more: Partial<Offer>[] = [
    { sku: 'blue-coat-m', product: 'blue-coat', title: 'Blue Coat', options: ['Size M'], units: 4 },
    { sku: 'scarf', product: 'scarf', title: 'Über-Schal, rot', options: [], units: 0 },
    { sku: 'old', product: 'old', title: 'Coat of last year', published: false },
  ];
  for (const o of more) await bed.publish(offers, `aurora:${o.sku}`, { ...coatOffer, ...o });
  await until('the offers', async () => (await bed.dataSource.query('SELECT 1 FROM offers')).length === 4);
});

/** The n-th message to a person (known by the sealed id), from 1 on. */
const answer = (psid: string, n: number): Promise<OutgoingMessage> =>
  until(`answer ${n} to ${psid}`, () => said().filter((m) => sealer.open(m.psid_sealed) === psid)[n - 1]).then(
    (m) => m.body as OutgoingMessage,
  );
const personOf = (psid: string): Shopper | undefined =>
  people()
    .filter((s) => sealer.open(s.psid_sealed) === psid)
    .sort((a, b) => b.rev - a.rev)[0];
const subsOf = (psid: string): Subscription[] => {
  const mine = subs().filter((s) => s.shopper_id === personOf(psid)?.shopper_id);
  return [...new Map(mine.sort((a, b) => a.rev - b.rev).map((s) => [s.sub_id, s])).values()];
};
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);
let mid = 0;
const says = (psid: string, text: string, payload?: string): object =>
  from(psid, { message: { mid: `m_${(mid += 1)}`, text, ...(payload && { quick_reply: { payload } }) } });
const titles = (m: OutgoingMessage): string[] => (m.quick_replies ?? []).map((q) => q.title);
const tapOn = (psid: string, m: OutgoingMessage, n: number): object => {
  const choice = m.quick_replies?.[n];
  return says(psid, choice?.title ?? '', choice?.payload);
};
const card = (m: OutgoingMessage): { title?: string; payload: string; template_type: string } =>
  m.attachment?.payload as { title?: string; payload: string; template_type: string };
const notifyMe = (psid: string, m: OutgoingMessage): object =>
  from(psid, {
    optin: { type: 'one_time_notif_req', payload: card(m).payload, one_time_notif_token: `TOKEN_${psid}` },
  });

async function linkTo(body: object): Promise<string> {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await made.json()) as { ref: string }).ref;
}

describe('a free text', () => {
  it('that names a product is answered with it to choose from, also when only one fits; the choice leads on', async () => {
    await send(says('601', 'Tell me when the red coat is back, please'));
    const choices = await answer('601', 1);
    expect([choices.text, titles(choices)]).toEqual([expect.stringContaining('Which of these'), ['Red coat']]);
    await send(tapOn('601', choices, 0));
    const request = await answer('601', 2);
    expect(card(request)).toMatchObject({
      template_type: 'one_time_notif_req',
      title: 'Tell you when Red coat is back?',
    });
    await send(notifyMe('601', request));
    expect((await answer('601', 3)).text).toContain('when Red coat is back in stock');
    expect(await until('the subscription', () => subsOf('601')[0])).toMatchObject({
      ...{ product: 'red-coat', sku: null, topic: null, kind: 'back_in_stock', state: 'active' },
    });
  });

  it('finds titles by the beginnings of words, without accents, and not what the shop does not sell', async () => {
    await send(says('602', 'coats'));
    expect(titles(await answer('602', 1))).toEqual(['Blue Coat', 'Red coat']);
    await send(says('603', 'Bescheid, wenn der Uber-Schal wieder da ist'));
    expect(titles(await answer('603', 1))).toEqual(['Über-Schal, rot']);
    await send(says('604', 'ÜBER'), says('604', "'; DROP TABLE offers; -- | & !red:*coat"));
    expect(titles(await answer('604', 1))).toEqual(['My alerts']);
    expect(titles(await answer('604', 2))).toContain('Red coat');
  });

  it('that names nothing we know leads to the question, if it asks to be told', async () => {
    await send(says('605', 'let me know when the umbrella is back'), says('605', 'nice weather'));
    expect((await answer('605', 1)).text).toContain('Which product is it about?');
    expect((await answer('605', 2)).text).toContain('automatic service');
  });

  it('"Get Started" without a link is greeted and asked', async () => {
    await send(from('606', { postback: { mid: 'gs606', title: 'Get Started', payload: 'GET_STARTED' } }));
    expect((await answer('606', 1)).text).toMatch(/^Hello! .*Which product is it about\?/);
  });

  it('entries of the menu are orders', async () => {
    const menu = (payload: string): object => from('607', { postback: { mid: `menu${payload}`, title: 'x', payload } });
    await send(menu('beckon:help'), menu('beckon:stop'));
    expect((await answer('607', 1)).text).toContain('Tap “Notify me”');
    expect((await answer('607', 2)).text).toContain('All your alerts have ended');
  });
});

describe('a price drop', () => {
  it('is asked from which price on; a tapped one is in the request, the evidence and the condition', async () => {
    await send(from('610', { referral: { ref: await linkTo({ sku: 'red-coat-m', kind: 'price_drop' }) } }));
    const question = await answer('610', 1);
    expect(question.text).toContain('Red coat, Size M costs €129.00 now');
    expect(titles(question)).toEqual([
      ...['Any lower price', '−10 %: €116.10', '−20 %: €103.20', '−30 %: €90.30', 'Another price'],
    ]);
    await send(tapOn('610', question, 2));
    const request = await answer('610', 2);
    expect(card(request).title).toBe('Tell you when Red coat, Size M costs €103.20 or less?');
    await send(notifyMe('610', request));
    const sub = await until('the subscription', () => subsOf('610')[0]);
    expect(sub).toMatchObject({ condition: { type: 'price_at_most', amount: 10_320, currency: 'EUR' } });
    const [row] = await bed.dataSource.query('SELECT consents FROM subscriptions WHERE sub_id = $1', [sub?.sub_id]);
    expect(row.consents).toMatchObject([
      { words: card(request).title, seen_price: { amount: 12_900, currency: 'EUR' } },
    ]);
  });

  it('takes a typed price, and later another one without a new consent', async () => {
    await send(from('611', { referral: { ref: await linkTo({ sku: 'red-coat-m', kind: 'price_drop' }) } }));
    await answer('611', 1);
    await send(says('611', 'something cheap'));
    expect((await answer('611', 2)).text).toContain('for example €100.00');
    await send(says('611', 'under 80'));
    const request = await answer('611', 3);
    expect(card(request).title).toBe('Tell you when Red coat, Size M costs €80.00 or less?');
    await send(notifyMe('611', request));
    await answer('611', 4);
    const sub = await until('the subscription', () => subsOf('611')[0]);
    await send(from('611', { postback: { mid: 'p611', title: 'x', payload: `beckon:price:${sub?.sub_id}` } }));
    expect(titles(await answer('611', 5))).toContain('Any lower price');
    await send(says('611', '99,90 €'));
    expect((await answer('611', 6)).text).toContain('costs €99.90 or less');
    const changed = await until('the change', () => subsOf('611').find((s) => s.rev === 2));
    expect(changed).toMatchObject({ sub_id: sub?.sub_id, condition: { type: 'price_at_most', amount: 9_990 } });
    const [row] = await bed.dataSource.query('SELECT changes FROM subscriptions WHERE sub_id = $1', [sub?.sub_id]);
    expect(row.changes).toMatchObject([{ words: '99,90 €', threshold: { type: 'at_most', amount: 9_990 } }]);
  });
});

describe('other kinds', () => {
  it('few left: by the line of the shop', async () => {
    await send(from('620', { referral: { ref: await linkTo({ product: 'red-coat', kind: 'low_stock' }) } }));
    const request = await answer('620', 1);
    expect(card(request).title).toBe('Tell you when few are left: Red coat?');
    await send(notifyMe('620', request));
    expect(await until('the subscription', () => subsOf('620')[0])).toMatchObject({
      ...{ kind: 'low_stock', condition: { type: 'units_between', at_least: 1, at_most: 3 } },
    });
  });

  it('a collection: named in the shopper’s language, and for the customer of the link', async () => {
    const asked = { kind: 'new_collection', topic: 'autumn', locale: 'de_DE', external_id: 'customer 7' };
    await send(from('621', { referral: { ref: await linkTo(asked) } }));
    const request = await answer('621', 1);
    expect(card(request).title).toBe('Nachricht, sobald erschienen: Herbst 2026?');
    await send(notifyMe('621', request));
    expect(await until('the subscription', () => subsOf('621')[0])).toMatchObject({
      ...{ kind: 'new_collection', topic: 'autumn', product: null, sku: null, condition: { type: 'topic_open' } },
    });
    expect(personOf('621')).toMatchObject({ external_id: 'customer 7', locale: 'de_DE' });
  });
});
