/**
 * Deletion, from the phone and from the brand's desk, through all services: silence although the event comes, nothing
 * that a replay could bring back, and a new shopper for whoever returns.
 */
import { beforeAll, expect, it } from '@jest/globals';
import { messengerEvents, shoppers, subscriptions } from '@beckon/contracts';
import type { Subscription } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { Beckon } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
  for (const topic of [messengerEvents, shoppers, subscriptions]) await beckon.read(topic);
}, 120_000);

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });
let n = 0;
const sku = (): string => `gone-${(n += 1)}`;

/** A person with an alert for something that is out of stock. */
async function subscribed(name: string): Promise<{ psid: string; item: string; sub: Subscription }> {
  const psid = await beckon.person(name);
  const item = sku();
  await beckon.offer({ sku: item, units: 0, price: eur(12900) }, 'snapshot');
  return { psid, item, sub: await beckon.subscribe(psid, item, 'back_in_stock') };
}

const texts = async (psid: string): Promise<string[]> => (await beckon.received(psid)).map((m) => m.text ?? '');
const isErased = async (shopperId: string): Promise<boolean> =>
  (await beckon.read(shoppers)).some((r) => r.key === shopperId && r.value?.includes('"erased_at":1'));
/** Whether the tables of the services that hold people's data know the shopper as somebody. */
const knownTo = async (shopperId: string): Promise<string[]> => {
  const asked = {
    'optin shoppers': ['optin', `SELECT 1 FROM shoppers WHERE shopper_id = '${shopperId}' AND psid_sealed <> ''`],
    'optin subscriptions': ['optin', `SELECT 1 FROM subscriptions WHERE shopper_id = '${shopperId}'`],
    'delivery shoppers': ['delivery', `SELECT 1 FROM shoppers WHERE shopper_id = '${shopperId}' AND psid_sealed <> ''`],
    'delivery grants': ['delivery', `SELECT 1 FROM grants WHERE shopper_id = '${shopperId}'`],
    'delivery replies': ['delivery', `SELECT 1 FROM ledger WHERE shopper_id = '${shopperId}' AND kind = 'reply'`],
    'matching subscriptions': ['matching', `SELECT 1 FROM subscriptions WHERE shopper_id = '${shopperId}'`],
    'throttling zones': ['throttling', `SELECT 1 FROM shoppers WHERE shopper_id = '${shopperId}' AND zone IS NOT NULL`],
  } as const;
  const rows = await Promise.all(
    Object.entries(asked).map(async ([what, [service, sql]]) =>
      (await beckon.sql(service, sql)).length > 0 ? [what] : [],
    ),
  );
  return rows.flat();
};

/** Tells somebody else of the same event: proof that the pipeline had time to do wrong. */
async function comesBack(item: string): Promise<void> {
  const witness = await beckon.person('Witness');
  await beckon.subscribe(witness, item, 'back_in_stock');
  await beckon.offer({ sku: item, units: 3, price: eur(12900) });
  await until('the witness is told', async () => (await beckon.alerts(witness)).length === 1, 60_000);
}

it('by chat: a question, yes, a receipt as the last word, and then silence; a replay brings nothing back', async () => {
  const { psid, item, sub } = await subscribed('Ada');
  await beckon.say(psid, 'Delete my data');
  await until('the question', async () => (await texts(psid)).some((t) => t.includes('everything we keep about you')));
  await beckon.press(psid, { payload: 'beckon:delete:yes' });
  await until('the last word', async () => /DEL(-\w{4}){3}/.test((await texts(psid)).at(-1) ?? ''));
  await until('the marker', () => isErased(sub.shopper_id));
  await until('nothing of them is left', async () => (await knownTo(sub.shopper_id)).length === 0);
  const before = (await beckon.received(psid)).length;
  await comesBack(item);
  expect(await beckon.received(psid)).toHaveLength(before);
  expect(await beckon.alerts(psid)).toEqual([]);

  // All that ever came from Messenger comes once more, after its keys were forgotten.
  const seen = await beckon.read(messengerEvents);
  const mine = (): typeof seen => seen.filter((r) => r.key?.endsWith(`:${psid}`));
  await until('the tap and the yes', () =>
    ['one_time_notif_token', 'beckon:delete:yes'].every((part) => mine().some((r) => r.value?.includes(part))),
  );
  const again = [...mine()];
  const people = (await beckon.read(shoppers)).length;
  const asksFor = async (): Promise<Set<string | null>> =>
    new Set((await beckon.read(subscriptions)).filter((r) => r.value?.includes(`"${item}"`)).map((r) => r.key));
  const asked = await asksFor();
  await beckon.sql('optin', 'DELETE FROM events_seen');
  await beckon.client.producer.send(
    again.map((r) => ({ topic: beckon.client.topic(messengerEvents), key: r.key, value: r.value, headers: {} })),
  );
  await until('the replay is read', async () => {
    const ends = await beckon.client.ends(beckon.client.topic(messengerEvents));
    const rows = await beckon.sql(
      'optin',
      `SELECT partition, next_offset::text FROM consumed WHERE topic = '${beckon.client.topic(messengerEvents)}'`,
    );
    const at = new Map(rows.map((r) => [r['partition'], BigInt(String(r['next_offset']))]));
    return [...ends].every(([partition, { high }]) => high === 0n || (at.get(partition) ?? 0n) >= high);
  });
  expect(await asksFor()).toEqual(asked);
  expect(await knownTo(sub.shopper_id)).toEqual([]);
  expect(await beckon.received(psid)).toHaveLength(before);

  // Whoever comes back is a new shopper, and is told.
  const back = sku();
  await beckon.offer({ sku: back, units: 0, price: eur(5000) }, 'snapshot');
  const anew = await beckon.subscribe(psid, back, 'back_in_stock');
  expect(anew.shopper_id).not.toBe(sub.shopper_id);
  await beckon.offer({ sku: back, units: 2, price: eur(5000) });
  await until('the alert', async () => (await beckon.alerts(psid)).length === 1, 60_000);
  // Since the replay, nobody but the new shopper was published with their page-scoped id.
  const sealer = Sealer.fromKeys(beckon.secrets.SEAL_KEYS);
  const named = (await beckon.read(shoppers)).slice(people).flatMap((r) => {
    const sealed = (JSON.parse(r.value ?? 'null') as { psid_sealed: string } | null)?.psid_sealed;
    return sealed && sealer.open(sealed) === psid ? [r.key] : [];
  });
  expect([...new Set(named)]).toEqual([anew.shopper_id]);
}, 240_000);

it('by the desk: silence at once, and a receipt whose page needs no key', async () => {
  const { psid, item, sub } = await subscribed('Cleo');
  const before = (await beckon.received(psid)).length;
  const { status, body } = await beckon.api('DELETE', `shoppers/${sub.shopper_id}`);
  expect(status).toBe(202);
  const { status_url: url } = body as { status_url: string };
  expect(await (await fetch(url)).text()).toContain('Deleted from our service');
  await until('nothing of them is left', async () => (await knownTo(sub.shopper_id)).length === 0);
  await comesBack(item);
  expect(await beckon.received(psid)).toHaveLength(before);
}, 120_000);

it('while the event is already on its way: the alert ends as erased, or went out before', async () => {
  const { psid, item, sub } = await subscribed('Dora');
  await Promise.all([
    beckon.offer({ sku: item, units: 3, price: eur(12900) }),
    beckon.api('DELETE', `shoppers/${sub.shopper_id}`),
  ]);
  await until('nothing of them is left', async () => (await knownTo(sub.shopper_id)).length === 0);
  const got = (await beckon.alerts(psid)).length;
  const witnessed = sku();
  await beckon.offer({ sku: witnessed, units: 0, price: eur(12900) }, 'snapshot');
  await comesBack(witnessed);
  expect((await beckon.alerts(psid)).length).toBe(got);
  const verdicts = await beckon.verdicts(sub);
  if (got > 0) expect(verdicts).toEqual(['sent']);
  else
    for (const v of verdicts)
      expect(v).toMatch(/^(suppressed:erased|withdrawn:subscription_ended|suppressed:stopped)$/);
}, 120_000);
