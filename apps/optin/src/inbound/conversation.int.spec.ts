import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  decisions,
  deadLetters,
  deliveries,
  messagesRequested,
  messengerEvents,
  offers,
  receipts,
  shoppers,
  subscriptions,
} from '@beckon/contracts';
import type { Decision, RequestedMessage, Shopper, Subscription, Topic } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { until } from '../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, PAGE, coatOffer, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);

let bed: TestBed;
let said: () => RequestedMessage[];
let people: () => Shopper[];
let subs: () => Subscription[];
let story: () => Decision[];
beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` });
  [said, people, subs, story] = await Promise.all([
    bed.published(messagesRequested),
    bed.published(shoppers),
    bed.published(subscriptions),
    bed.published(decisions),
  ]);
});

/** What was said to a person (known by the sealed id), oldest first. */
const saidTo = (psid: string): RequestedMessage[] => said().filter((m) => sealer.open(m.psid_sealed) === psid);
const answer = (psid: string, n: number): Promise<RequestedMessage> =>
  until(`answer ${n} to ${psid}`, () => saidTo(psid)[n - 1]);
const personOf = (psid: string): Shopper | undefined =>
  people()
    .filter((s) => sealer.open(s.psid_sealed) === psid)
    .sort((a, b) => b.rev - a.rev)[0];
const subsOf = (psid: string): Subscription[] => {
  const mine = subs().filter((s) => s.shopper_id === personOf(psid)?.shopper_id);
  return [...new Map(mine.sort((a, b) => a.rev - b.rev).map((s) => [s.sub_id, s])).values()];
};

async function refOf(kind: string): Promise<string> {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ sku: 'red-coat-m', kind, ...(kind === 'price_drop' && { threshold: { type: 'any' } }) }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await made.json()) as { ref: string }).ref;
}

let mid = 0;
const says = (psid: string, text: string, ago = 0): object =>
  from(psid, { message: { mid: `m_${psid}_${(mid += 1)}`, text } }, ago);
const taps = (psid: string, payload: string, token: string, ago = 0): object =>
  from(psid, { optin: { type: 'one_time_notif_req', payload, one_time_notif_token: token } }, ago);
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);

/** The payload of a request, which comes back with the tap on it. */
const cardOf = (body: object): string =>
  (body as { attachment: { payload: { payload: string } } }).attachment.payload.payload;

/** Link, question, tap, confirmation: a subscribed person. */
async function subscribed(psid: string, kind = 'back_in_stock'): Promise<Subscription> {
  const ref = await refOf(kind);
  await send(from(psid, { referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } }));
  const question = await answer(psid, 1);
  await send(taps(psid, cardOf(question.body), `TOKEN_${psid}`));
  await answer(psid, 2);
  return until('the subscription', () => subsOf(psid)[0]);
}

describe('from link to subscription', () => {
  it('asks with a one-time-notification request, and confirms the tap in the words of what was asked', async () => {
    const ref = await refOf('price_drop');
    await send(from('501', { postback: { mid: 'gs', title: 'Get Started', payload: 'GO', referral: { ref } } }));
    expect(await answer('501', 1)).toMatchObject({
      purpose: 'ask',
      page: PAGE,
      shop: 'aurora',
      needs_shopper_rev: 1,
      quiet_in_flight: false,
      body: {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'one_time_notif_req',
            title: 'Tell you when Red coat, Size M gets cheaper?',
          },
        },
      },
    });
    await send(taps('501', cardOf((await answer('501', 1)).body), 'TOKEN_501'));
    const confirmed = await answer('501', 2);
    expect(confirmed).toMatchObject({ purpose: 'confirm', needs_shopper_rev: 2 });
    expect(confirmed.body['text']).toContain('Red coat, Size M costs less than the €129.00 of today');
    expect(confirmed.expires_at).toBeGreaterThan(confirmed.requested_at);

    const sub = await until('the subscription', () => subsOf('501')[0]);
    expect(sub).toMatchObject({
      rev: 1,
      state: 'active',
      shopper_rev: 2,
      product: 'red-coat',
      sku: 'red-coat-m',
      kind: 'price_drop',
      condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
      seen_price: { amount: 12_900, currency: 'EUR' },
    });
    const person = await until('the person', () => (personOf('501')?.rev === 2 ? personOf('501') : undefined));
    expect(person).toMatchObject({ rev: 2, stopped_at: null, grants: [{ kind: 'one_time', sub_id: sub?.sub_id }] });
    expect(sealer.open(person?.grants[0]?.token_sealed ?? '')).toBe('TOKEN_501');
    expect(person?.window_until).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect(await until('the decision', () => story().find((d) => d.sub_id === sub?.sub_id))).toMatchObject({
      stage: 'optin',
      verdict: 'subscribed',
      reason: 'requested',
      terminal: false,
      settings_rev: 1,
    });
    const [row] = await bed.dataSource.query('SELECT consents FROM subscriptions WHERE sub_id = $1', [sub?.sub_id]);
    expect(row.consents).toMatchObject([
      {
        ...{ words: 'Tell you when Red coat, Size M gets cheaper?', grant_id: person?.grants[0]?.grant_id },
        ...{ asked_by: 'one_time', tapped: 'notify_me', locale: 'en', threshold: { type: 'any' } },
      },
    ]);
  });

  it('a forged ref leads to a question', async () => {
    await send(from('502', { referral: { ref: `${await refOf('price_drop')}x` } }), taps('502', 'forged', 'TOKEN_502'));
    expect([(await answer('502', 1)).purpose, (await answer('502', 2)).purpose]).toEqual(['question', 'question']);
    expect((await until('the person', () => personOf('502'))).grants).toEqual([]);
  });

  it('a webhook that comes again, whole or in parts, changes nothing', async () => {
    await subscribed('503');
    const events = [says('503', 'hm?'), taps('503', await refOf('back_in_stock'), 'TOKEN_503')];
    await send(...events);
    await answer('503', 3);
    await send(...events);
    await send(events[0] as object, says('503', 'help'));
    await answer('503', 4);
    expect(saidTo('503').map((m) => m.purpose)).toEqual(['ask', 'confirm', 'help', 'help']);
    await until('the subscription', () => subsOf('503').length > 0);
    expect(subsOf('503')).toMatchObject([{ rev: 1 }]);
    expect(personOf('503')?.grants).toHaveLength(1);
  });

  it('fifty people in one webhook are each answered once', async () => {
    const psids = Array.from({ length: 50 }, (_, i) => `6${String(i).padStart(3, '0')}`);
    await send(...psids.map((p) => says(p, 'hello')));
    await until('all are answered', () => psids.every((p) => saidTo(p).length > 0));
    expect(psids.map((p) => saidTo(p).length)).toEqual(psids.map(() => 1));
  });
});

describe('promise 5: stop means stop', () => {
  it('ends everything in the revision that the confirmation waits for', async () => {
    const sub = await subscribed('510');
    await send(says('510', 'Stop!'));
    const confirmation = await answer('510', 3);
    expect(confirmation).toMatchObject({ purpose: 'stop_confirm', quiet_in_flight: true });
    const person = await until('the stopped record', () => (personOf('510')?.stopped_at ? personOf('510') : undefined));
    expect(person).toMatchObject({ rev: confirmation.needs_shopper_rev, grants: [], ended_subs: [sub.sub_id] });
    expect(await until('the end', () => subsOf('510').find((s) => s.state === 'ended'))).toMatchObject({
      sub_id: sub.sub_id,
      rev: 2,
      ended_reason: 'stopped',
    });
  });

  it('a tap from before it that comes later, in a webhook of its own, revives nothing', async () => {
    await subscribed('511');
    await send(says('511', 'ABMELDEN'));
    expect((await answer('511', 3)).body['text']).toContain('Erledigt');
    await send(taps('511', await refOf('price_drop'), 'TOKEN_511_late', 60_000));
    await send(says('511', 'hello?'));
    await answer('511', 4);
    expect(personOf('511')).toMatchObject({ grants: [] });
    expect(personOf('511')?.stopped_at).not.toBeNull();
    expect(subsOf('511').filter((s) => s.state === 'active')).toEqual([]);
    expect(saidTo('511')).toHaveLength(4);
  });
});

describe('a delivered alert', () => {
  it('ends the subscription for one message, once, and drops the right that was given for it', async () => {
    const sub = await subscribed('520');
    const delivery = { ...deliveries.example, shopper_id: sub.shopper_id, sub_id: sub.sub_id, posted_at: Date.now() };
    await bed.publish(deliveries, sub.shopper_id, { ...delivery, state: 'refused', reason: 'refused' });
    await bed.publish(deliveries, sub.shopper_id, delivery);
    await bed.publish(deliveries, sub.shopper_id, { ...delivery, state: 'read', seq: 2 });
    const ended = await until('the end', () => subsOf('520').find((s) => s.state === 'ended'));
    expect(ended).toMatchObject({ rev: 2, ended_reason: 'already_told', ended_at: delivery.posted_at });
    await until('the shopper record', () => personOf('520')?.ended_subs.includes(sub.sub_id));
    expect(personOf('520')).toMatchObject({ rev: 3, grants: [] });
    await send(from('520', { referral: { ref: await refOf('back_in_stock') } }));
    expect((await answer('520', 3)).purpose).toBe('ask');
    await until('the next revision', () => personOf('520')?.rev === 4);
  });
});

describe('receipts', () => {
  it('pass on echoes of our own messages, and delivered and read marks', async () => {
    const seen = await bed.published(receipts);
    const echo = (id: string, metadata?: string): object => ({
      sender: { id: PAGE },
      recipient: { id: '530' },
      timestamp: Date.now(),
      message: { is_echo: true, app_id: 1, mid: id, ...(metadata ? { metadata } : {}) },
    });
    await send(echo('m_own', 'beckon:alr_1'), echo('m_human'), echo('m_other', 'bot:7'));
    await send(from('530', { delivery: { watermark: 1_790_000_000_000, mids: ['m_own'] } }));
    await send(from('530', { read: { watermark: 1_790_000_001_000 } }));
    await until('three receipts', () => seen().length >= 3);
    expect(seen()).toMatchObject([
      { kind: 'echo', alert_id: 'alr_1', mid: 'm_own' },
      { kind: 'delivered', watermark: 1_790_000_000_000 },
      { kind: 'read', watermark: 1_790_000_001_000 },
    ]);
    expect(personOf('530')).toBeUndefined();
  });
});

describe('words come from the offer of now', () => {
  it('and an offer that is gone leaves the item without a name', async () => {
    const ref = await refOf('back_in_stock');
    await bed.publish(offers, 'aurora:red-coat-m', { ...coatOffer, seq: 6, title: 'An older name' });
    await bed.publish(offers, 'aurora:red-coat-m', { ...coatOffer, seq: 8, title: 'Crimson \ud83d coat' });
    await until(
      'the newer offer',
      async () => (await bed.dataSource.query('SELECT 1 FROM offers WHERE seq = 8')).length === 1,
    );
    await send(from('540', { referral: { ref } }));
    expect((await answer('540', 1)).body).toMatchObject({
      attachment: { payload: { title: 'Tell you when Crimson \ufffd coat, Size M is back?' } },
    });
    await bed.publish(offers, 'aurora:red-coat-m', null);
    await until('no offer', async () => (await bed.dataSource.query('SELECT 1 FROM offers')).length === 0);
    await send(from('541', { referral: { ref } }));
    expect((await answer('541', 1)).body).toMatchObject({
      attachment: { payload: { title: 'Tell you when this item is back?' } },
    });
    await bed.publish(offers, 'aurora:red-coat-m', { ...coatOffer, seq: 9 });
    await until('the offer again', async () => (await bed.dataSource.query('SELECT 1 FROM offers')).length === 1);
  });
});

describe('bad input', () => {
  it('an event of a Page that no shop names goes to the dead letters, sealed; its neighbours go on', async () => {
    const dead = await bed.records(deadLetters('optin'));
    const long = Date.now() - 600_000;
    const stray = {
      page: '4711',
      psid: '550',
      event: from('550', { message: { mid: 'x', text: 'psst' } }),
      standby: false,
      received_at: long,
    };
    await bed.publish(messengerEvents, '4711:550', stray);
    await bed.publish(messengerEvents, '4711:550', { page: 7 } as never);
    await send(says('551', 'hello'));
    await answer('551', 1);
    await until('two dead letters', () => dead.length >= 2);
    expect(dead.map((d) => d.headers['dl_reason']).sort()).toEqual(['invalid', 'page_unknown']);
    for (const letter of dead) {
      expect(letter.headers['dl_sealed']).toBe('true');
      expect(JSON.stringify(letter)).not.toMatch(/550|psst/);
      expect(sealer.open(letter.key ?? '')).toBe('4711:550');
    }
  });

  it('Kafka away: 503 in time, and 200 again when it is back', async () => {
    const { producer } = bed.client;
    const sending = producer.send.bind(producer);
    producer.send = () => new Promise(() => undefined);
    const began = Date.now();
    expect((await bed.webhook(hook(says('560', 'anybody there?')))).status).toBe(503);
    expect(Date.now() - began).toBeLessThan(5000);
    producer.send = () => Promise.reject(new Error('no broker'));
    expect((await bed.webhook(hook(says('560', 'anybody there?')))).status).toBe(503);
    producer.send = sending;
    await send(says('560', 'anybody there?'));
    await answer('560', 1);
  });
});

it('no page-scoped id and no token leaves messenger.events in the clear', async () => {
  await subscribed('987654321012345');
  const all: Topic[] = [shoppers, subscriptions, messagesRequested, receipts, decisions] as never;
  for (const topic of all) {
    const records = await bed.records(topic);
    const expected = topic === (receipts as unknown) ? 3 : 5;
    await until(`records of ${topic.name}`, () => records.length >= expected);
    for (const r of records) expect(JSON.stringify(r)).not.toMatch(/987654321012345|TOKEN_/);
  }
  const tables = ['shoppers', 'subscriptions', 'events_seen', 'offers', 'outbox'];
  for (const table of tables) {
    const rows: unknown = await bed.dataSource.query(`SELECT * FROM ${table}`);
    expect(JSON.stringify(rows)).not.toMatch(/987654321012345|TOKEN_/);
  }
});
