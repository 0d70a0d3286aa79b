/** A way in: the brand asks, the shopper accepts. From the HTTP API, with a key of the shop, to a delivered alert. */
import { beforeAll, expect, it } from '@jest/globals';
import { messagesRequested } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { Beckon } from '../support/beckon.js';
import type { Received } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
let key: string;
beforeAll(async () => {
  beckon = await Beckon.start();
  const made = await api('POST', 'keys', { label: 'desk', scopes: ['asks:write'] }, beckon.secrets.ADMIN_TOKEN);
  key = String(made['key']);
}, 120_000);

async function api(method: string, path: string, body?: object, token = key): Promise<Record<string, unknown>> {
  const answer = await fetch(`${beckon.url('optin')}/v1/shops/flow/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  });
  return (await answer.json()) as Record<string, unknown>;
}

const cards = async (psid: string): Promise<Received[]> =>
  (await beckon.received(psid)).filter((m) => JSON.stringify(m.template ?? '').includes('one_time_notif_req'));

/** Something that a person does on the phone. */
async function acts(psid: string, what: string, how: object = {}): Promise<void> {
  const answer = await fetch(`${beckon.url('sandbox')}/admin/people/${psid}/${what}`, {
    method: 'POST',
    body: JSON.stringify(how),
    headers: { 'content-type': 'application/json' },
  });
  expect([what, answer.status]).toEqual([what, 200]);
}

/** Begins a conversation, which opens the window; answers the shopper's id, as the brand knows it from `decisions`. */
async function begins(psid: string): Promise<string> {
  const sealer = Sealer.fromKeys(beckon.secrets.SEAL_KEYS);
  const said = await beckon.read(messagesRequested);
  await acts(psid, 'tap-get-started');
  return until('the answer', () => {
    const replies = said.map((r) => messagesRequested.schema.parse(JSON.parse(r.value ?? 'null')));
    return replies.find((r) => sealer.open(r.psid_sealed) === psid)?.shopper_id;
  });
}

it('the brand asks, the shopper taps, and is told when it is true', async () => {
  const psid = await beckon.person('Ada');
  const sku = 'asked-for';
  const price = { amount: 12_900, currency: 'EUR' };
  await beckon.offer({ sku, units: 0, price }, 'snapshot');
  const shopper = await begins(psid);
  const asked = await until('the offer is known, and the shopper asked', async () => {
    const answer = await api('POST', 'asks', { kind: 'back_in_stock', sku, shopper });
    return answer['ask_id'] === undefined ? undefined : answer;
  });
  const [card] = await until('the question on the phone', async () => {
    const all = await cards(psid);
    return all.length > 0 && all;
  });
  await until('Messenger confirmed it', async () => (await api('GET', `asks/${asked['ask_id']}`))['state'] === 'sent');
  await acts(psid, 'tap-notify-me', { mid: card?.mid });
  await until('accepted', async () => (await api('GET', `asks/${asked['ask_id']}`))['state'] === 'accepted');

  await beckon.offer({ sku, units: 3, price });
  const [alert] = await until('the alert', async () => {
    const got = await beckon.alerts(psid);
    return got.length > 0 && got;
  });
  expect(alert?.text).toContain('Red coat');
});

it('who said STOP is not asked', async () => {
  const psid = await beckon.person('Ben');
  const shopper = await begins(psid);
  await beckon.say(psid, 'STOP');
  const refused = await until('the STOP is known', async () => {
    const answer = await api('POST', 'asks', { kind: 'back_in_stock', product: 'red-coat', shopper });
    return answer['code'] === 'stopped' && answer;
  });
  expect(refused['status']).toBe(409);
  await until('the STOP is confirmed', async () => (await beckon.received(psid)).length >= 2);
  const asked = (await cards(psid)).length;
  expect(await api('POST', 'asks', { kind: 'back_in_stock', product: 'red-coat', shopper })).toMatchObject({
    code: 'stopped',
  });
  expect((await cards(psid)).length).toBe(asked);
});
