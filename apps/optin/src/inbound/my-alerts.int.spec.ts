import { beforeAll, describe, expect, it } from '@jest/globals';
import { messagesRequested, offers, shoppers, subscriptions } from '@beckon/contracts';
import type { RequestedMessage, Shopper, Subscription } from '@beckon/contracts';
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
  for (let i = 0; i < 12; i += 1)
    await bed.publish(offers, `aurora:coat-${i}`, { ...coatOffer, sku: `coat-${i}`, title: `Coat ${i}`, options: [] });
  await until(
    'the offers',
    async () => (await bed.dataSource.query(`SELECT 1 FROM offers WHERE sku LIKE 'coat-%'`)).length === 12,
  );
});

const saidTo = (psid: string): RequestedMessage[] => said().filter((m) => sealer.open(m.psid_sealed) === psid);
const latest = async (psid: string, act: () => Promise<void>): Promise<RequestedMessage> => {
  const before = saidTo(psid).length;
  await act();
  return until(`an answer to ${psid}`, () => saidTo(psid)[before]);
};
const personOf = (psid: string): Shopper | undefined =>
  people()
    .filter((s) => sealer.open(s.psid_sealed) === psid)
    .sort((a, b) => b.rev - a.rev)[0];

let mid = 0;
const says = (psid: string, text: string): object => from(psid, { message: { mid: `m_${psid}_${(mid += 1)}`, text } });
const presses = (psid: string, payload: string): object =>
  from(psid, { postback: { mid: `m_${psid}_${(mid += 1)}`, title: 'x', payload } });
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);

async function refOf(sku: string, kind = 'back_in_stock'): Promise<string> {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ sku, kind }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await made.json()) as { ref: string }).ref;
}

/** A person who wrote once and tapped "Notify Me" for these SKUs, one after the other. */
async function waitingFor(psid: string, skus: readonly string[]): Promise<void> {
  await send(says(psid, 'hello'));
  for (const [i, sku] of skus.entries()) {
    const optin = { type: 'one_time_notif_req', payload: await refOf(sku), one_time_notif_token: `T_${psid}_${sku}` };
    await send(from(psid, { optin }, 1000 - i));
  }
  await until('all subscriptions', () => mine(psid).length === skus.length);
  await until('their confirmations', () => saidTo(psid).length === skus.length + 1);
}
const mine = (psid: string): Subscription[] => {
  const all = subs().filter((s) => s.shopper_id === personOf(psid)?.shopper_id);
  return [...new Map(all.sort((a, b) => a.rev - b.rev).map((s) => [s.sub_id, s])).values()];
};

interface Shown {
  readonly titles: string[];
  readonly payloads: string[];
  readonly choices: string[];
}
function shown(message: RequestedMessage): Shown {
  const body = message.body as {
    attachment: { payload: { elements: { title: string; buttons: { payload: string }[] }[] } };
    quick_replies: { payload: string }[];
  };
  const { elements } = body.attachment.payload;
  return {
    titles: elements.map((e) => e.title),
    payloads: elements.flatMap((e) => e.buttons.map((b) => b.payload)),
    choices: body.quick_replies.map((q) => q.payload),
  };
}

describe('my alerts', () => {
  it('come in pages; what one of their buttons names ends, alone, and is confirmed by its name', async () => {
    const psid = '701';
    const skus = Array.from({ length: 12 }, (_, i) => `coat-${i}`);
    await waitingFor(psid, skus);

    const first = await latest(psid, () => send(says(psid, 'my alerts')));
    expect(first).toMatchObject({ purpose: 'list', quiet_in_flight: false });
    expect(shown(first).titles).toEqual(skus.slice(0, 10).map((_, i) => `Coat ${i}`));
    expect(shown(first).choices).toEqual(['beckon:list:10', 'beckon:stop']);
    const second = await latest(psid, () => send(presses(psid, 'beckon:list:10')));
    expect(shown(second)).toMatchObject({ titles: ['Coat 10', 'Coat 11'], choices: ['beckon:stop'] });

    const target = mine(psid).find((s) => s.sku === 'coat-11');
    expect(shown(second).payloads).toContain(`beckon:end:${target?.sub_id}`);
    const ended = await latest(psid, () => send(presses(psid, `beckon:end:${target?.sub_id}`)));
    expect(ended).toMatchObject({ purpose: 'stop_confirm', quiet_in_flight: true });
    expect(ended.body['text']).toContain('Coat 11');
    const person = await until('the revision that it needs', () =>
      personOf(psid)?.rev === ended.needs_shopper_rev ? personOf(psid) : undefined,
    );
    expect(person).toMatchObject({ stopped_at: null, ended_subs: [target?.sub_id] });
    expect(person?.grants).toHaveLength(11);
    await until('its end', () => mine(psid).some((s) => s.sku === 'coat-11' && s.ended_reason === 'user_asked'));
    expect(mine(psid).filter((s) => s.state === 'active')).toHaveLength(11);
  });

  it('another person’s button ends nothing', async () => {
    await waitingFor('702', ['coat-1']);
    await waitingFor('703', ['coat-1']);
    const [theirs] = mine('702');
    const answer = await latest('703', () => send(presses('703', `beckon:end:${theirs?.sub_id}`)));
    expect(answer.body['text']).toContain('has ended already');
    expect(mine('702')).toMatchObject([{ state: 'active' }]);
    expect(mine('703')).toMatchObject([{ state: 'active' }]);
  });

  it('none: says how to ask', async () => {
    const answer = await latest('704', () => send(says('704', 'Meine Benachrichtigungen')));
    expect(answer).toMatchObject({ purpose: 'list', body: { text: expect.stringContaining('vorgemerkt') } });
  });
});
