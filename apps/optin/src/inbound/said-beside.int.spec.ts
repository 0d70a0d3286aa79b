import { beforeAll, describe, expect, it } from '@jest/globals';
import { deliveries, messagesRequested, shoppers, subscriptions } from '@beckon/contracts';
import type { RequestedMessage, Shopper, Subscription } from '@beckon/contracts';
import { Emitter } from '@beckon/kafka';
import { INBOX_APP_ID } from '@beckon/messenger';
import { Sealer } from '@beckon/service';
import { until } from '../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, PAGE, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';
import { ExpireRights } from './expire-rights.js';

const KEY = Buffer.alloc(32, 11).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
const DAY = 86_400_000;

let bed: TestBed;
let said: () => RequestedMessage[];
let people: () => Shopper[];
let subs: () => Subscription[];
beforeAll(async () => {
  const bot = { disclosure: true, offer_again: true, read_profile: false, stop_words: ['tschüss'] };
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` }, { bot });
  [said, people, subs] = await Promise.all([
    bed.published(messagesRequested),
    bed.published(shoppers),
    bed.published(subscriptions),
  ]);
});

const saidTo = (psid: string): RequestedMessage[] => said().filter((m) => sealer.open(m.psid_sealed) === psid);
const textOf = (m: RequestedMessage | undefined): string => String(m?.body['text'] ?? '');
const choicesOf = (m: RequestedMessage): string[] =>
  ((m.body['quick_replies'] ?? []) as { payload: string }[]).map((q) => q.payload);
const nth = (psid: string, n: number): Promise<RequestedMessage> =>
  until(`message ${n} to ${psid}`, () => saidTo(psid)[n - 1]);
const personOf = (psid: string): Shopper | undefined =>
  people()
    .filter((s) => sealer.open(s.psid_sealed) === psid)
    .sort((a, b) => b.rev - a.rev)[0];
const subOf = (psid: string): Promise<Subscription> =>
  until('the subscription', () => subs().find((s) => s.shopper_id === personOf(psid)?.shopper_id));

let mid = 0;
const says = (psid: string, text: string, ago = 0): object =>
  from(psid, { message: { mid: `m_${psid}_${(mid += 1)}`, text } }, ago);
const presses = (psid: string, payload: string): object =>
  from(psid, { message: { mid: `m_${psid}_${(mid += 1)}`, text: 'x', quick_reply: { payload } } });
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);

async function refOf(kind = 'back_in_stock'): Promise<string> {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ sku: 'red-coat-m', kind }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await made.json()) as { ref: string }).ref;
}
const taps = async (psid: string, token: string, ago = 0): Promise<object> =>
  from(psid, { optin: { type: 'one_time_notif_req', payload: await refOf(), one_time_notif_token: token } }, ago);

describe('beside the first answer', () => {
  it('stands who answers, once', async () => {
    await send(says('801', 'help'));
    expect(textOf(await nth('801', 1))).toMatch(/^This is the automated service of Aurora Outfitters\.\n\nTap/);
    await send(says('801', 'help!'));
    expect(textOf(await nth('801', 2))).toMatch(/^Tap/);
  });

  it('before a card it is a message of its own', async () => {
    await send(from('802', { referral: { ref: await refOf() } }));
    await nth('802', 2);
    expect(saidTo('802').map((m) => m.purpose)).toEqual(['help', 'ask']);
    expect(textOf(saidTo('802')[0])).toBe('This is the automated service of Aurora Outfitters.');
  });
});

describe('after the message', () => {
  const delivery = (sub: Subscription) => ({
    ...deliveries.example,
    ...{ shopper_id: sub.shopper_id, sub_id: sub.sub_id, shop: 'aurora', posted_at: Date.now() },
  });

  it('the next time is offered at once in an open window, and the tap leads to a new card', async () => {
    await send(says('803', 'hello', 1000), await taps('803', 'T_803'));
    const sub = await subOf('803');
    await nth('803', 2);
    await bed.publish(deliveries, sub.shopper_id, delivery(sub));
    await bed.publish(deliveries, sub.shopper_id, { ...delivery(sub), state: 'read', seq: 2 });
    const offer = await nth('803', 3);
    expect(offer).toMatchObject({ purpose: 'question', quiet_in_flight: false });
    expect(textOf(offer)).toContain('Red coat, Size M the next time');
    expect(choicesOf(offer)).toEqual([`beckon:again:${sub.sub_id}`]);
    await send(presses('803', `beckon:again:${sub.sub_id}`));
    expect(await nth('803', 4)).toMatchObject({ purpose: 'ask' });
    expect(saidTo('803')).toHaveLength(4);
  });

  it('it comes with the next answer when the window is closed; a year later the button still knows', async () => {
    await send(await taps('804', 'T_804', 60_000));
    const sub = await subOf('804');
    await bed.publish(deliveries, sub.shopper_id, { ...delivery(sub), posted_at: Date.now() - 30_000 });
    await until('its end', () => personOf('804')?.ended_subs.includes(sub.sub_id));
    await send(says('804', 'help'));
    const answer = await nth('804', 1);
    expect(textOf(answer)).toMatch(/Red coat, Size M the next time, too\?$/);
    expect(choicesOf(answer)).toEqual([`beckon:again:${sub.sub_id}`, 'beckon:list', 'beckon:stop']);
    await bed.dataSource.query('UPDATE subscriptions SET ended_at = $2 WHERE sub_id = $1', [
      sub.sub_id,
      Date.now() - 300 * DAY,
    ]);
    await send(presses('804', `beckon:again:${sub.sub_id}`));
    expect(await nth('804', 2)).toMatchObject({ purpose: 'ask' });
    expect(saidTo('804')).toHaveLength(2);
  });
});

describe('a token of a year ago', () => {
  it('ends its request, is gone from every record, and the next answer says so', async () => {
    await send(await taps('805', 'T_805', 60_000));
    const sub = await subOf('805');
    const step = (now: number) => bed.app.get(Emitter).transaction((tx) => bed.app.get(ExpireRights).step(tx, now, 1));
    expect(await step(Date.now())).toBe(false);
    await bed.dataSource.query(
      `UPDATE shoppers SET grant_expires_at = 5000, grants = jsonb_set(grants, '{0,expires_at}', '5000')
       WHERE shopper_id = $1`,
      [sub.shopper_id],
    );
    expect(await step(Date.now())).toBe(true);
    expect(await step(Date.now())).toBe(false);
    const ended = await until('its end', () => subs().find((s) => s.sub_id === sub.sub_id && s.state === 'ended'));
    expect(ended).toMatchObject({ ended_reason: 'request_expired', ended_at: 5000 });
    expect(personOf('805')).toMatchObject({ grants: [], window_until: null });
    await send(says('805', 'help'));
    expect(textOf(await nth('805', 1))).toContain('Your request for Red coat, Size M has expired');
  });
});

describe('a human in the inbox', () => {
  it('is not talked into, except for STOP, also in the shop’s own word', async () => {
    await send(says('806', 'hello', 3000));
    await nth('806', 1);
    const message = { is_echo: true, app_id: Number(INBOX_APP_ID), mid: 'm_inbox_806', text: 'Hi, this is Ida.' };
    await send({ sender: { id: PAGE }, recipient: { id: '806' }, timestamp: Date.now() - 2000, message });
    await send(says('806', 'Is it warm?'), says('806', 'Tschüss!'));
    expect(await nth('806', 2)).toMatchObject({ purpose: 'stop_confirm' });
    await send(presses('806', 'beckon:list'));
    expect(await nth('806', 3)).toMatchObject({ purpose: 'list' });
  });
});
