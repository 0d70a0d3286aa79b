/** What is left of a shopper who was erased: the last word goes out, and then nothing personal is here. */
import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Shopper } from '@beckon/contracts';
import type { DataSource } from 'typeorm';
import {
  aReply,
  aShopper,
  anAdmission,
  anOffer,
  deliveryDatabase,
  oneTime,
} from '../../../../tests/support/delivery-kit.js';
import { passGate, queueAdmissions, queueReplies } from './ledger-store.js';
import { keepOffers } from './offer-store.js';
import { knowPages, takePages } from './page-store.js';
import { deleteBareRows, deleteExpiredGrants, forgetShoppers, keepShoppers, wipeErased } from './shopper-store.js';

const PAGE = '1001';
let db: DataSource;
let epoch: number;
beforeAll(async () => {
  db = await deliveryDatabase();
  await keepOffers(db, [anOffer()]);
  await knowPages(db, [PAGE]);
  const [taken] = await takePages(db, 'me', [PAGE], 1);
  epoch = taken?.epoch ?? -1;
});
beforeEach(() => db.query('DELETE FROM ledger'));

const gate = (): ReturnType<typeof passGate> => passGate(db, 'me', [{ page: PAGE, epoch, slots: 20, alertsFirst: 0 }]);
const markerOf = (s: Shopper, ago = 0): Shopper => ({
  ...s,
  rev: s.rev + 1,
  psid_sealed: '',
  window_until: null,
  grants: [],
  ended_subs: [],
  erased_at: Date.now() - ago,
  locale: null,
  zone: null,
  external_id: null,
});
const rowOf = async (s: Shopper): Promise<Record<string, unknown>> =>
  (await db.query('SELECT * FROM shoppers WHERE shopper_id = $1', [s.shopper_id]))[0];
const everything = async (): Promise<string> => {
  const tables = ['shoppers', 'grants', 'ledger'];
  return JSON.stringify(await Promise.all(tables.map((t) => db.query(`SELECT to_json(t.*) FROM ${t} t`))));
};
const settle = (id: string, state: string): Promise<unknown> =>
  db.query('UPDATE ledger SET state = $2 WHERE id = $1', [id, state]);

it('only the reply to the erasure itself passes, with the sealed id that it carries', async () => {
  const shopper = aShopper({ rev: 3 });
  await keepShoppers(db, [shopper]);
  const marker = markerOf(shopper);
  const before = aReply(shopper);
  const last = aReply(shopper, { needs_shopper_rev: marker.rev, quiet_in_flight: true });
  const alert = anAdmission(shopper);
  await queueReplies(db, [before, last], Date.now());
  await queueAdmissions(db, [alert], Date.now());
  await keepShoppers(db, [marker]);
  const { sending: none, barred } = await gate();
  expect(none).toEqual([]);
  expect(barred.map((b) => [b.row.id, b.reason]).sort()).toEqual([
    [alert.alert_id, 'erased'],
    [before.id, 'erased'],
  ]);
  for (const { row } of barred) await settle(row.id, 'failed');
  const { sending } = await gate();
  expect(sending.map((c) => [c.row.id, c.psid_sealed])).toEqual([[last.id, shopper.psid_sealed]]);
});

it('the marker takes the sealed id and all tokens away, spent ones too', async () => {
  const [unspent, spent] = [oneTime('sub_a'), oneTime('sub_b')];
  const shopper = aShopper({ grants: [unspent, spent] });
  await keepShoppers(db, [shopper]);
  await db.query(`UPDATE grants SET spent_by = 'alr_x' WHERE grant_id = $1`, [spent.grant_id]);
  await db.query('UPDATE shoppers SET unreachable_until = 5, refuted_until = 6');
  await keepShoppers(db, [markerOf(shopper)]);
  const left = await everything();
  for (const sealed of [shopper.psid_sealed, unspent.token_sealed, spent.token_sealed])
    expect(left).not.toContain(sealed);
  expect(await rowOf(shopper)).toMatchObject({ psid_sealed: '', unreachable_until: null, refuted_until: null });
});

it('replies are wiped once they are settled; one in doubt waits for its echo without id and text', async () => {
  const shopper = aShopper();
  await keepShoppers(db, [shopper]);
  const replies = [aReply(shopper), aReply(shopper), aReply(shopper), aReply(shopper)];
  const [accepted, unknown, sending, queued] = replies.map((r) => r.id) as [string, string, string, string];
  await queueReplies(db, replies, Date.now());
  await settle(accepted, 'accepted');
  await settle(unknown, 'unknown');
  await settle(sending, 'sending');
  const other = aShopper();
  await keepShoppers(db, [other]);
  const kept = aReply(other);
  await queueReplies(db, [kept], Date.now());
  await settle(kept.id, 'accepted');

  await keepShoppers(db, [markerOf(shopper)]);
  await wipeErased(db);
  const left = async (): Promise<Record<string, boolean>> =>
    Object.fromEntries(
      (await db.query(`SELECT id, body->>'psid_sealed' IS NOT NULL AS has FROM ledger`)).map(
        (r: { id: string; has: boolean }) => [r.id, r.has],
      ),
    );
  expect(await left()).toEqual({ [unknown]: false, [sending]: true, [queued]: true, [kept.id]: true });

  for (const id of [unknown, sending, queued]) await settle(id, 'failed');
  await wipeErased(db);
  expect(await left()).toEqual({ [kept.id]: true });
});

it('goes on looking while a last word could still come, and no longer', async () => {
  const [lately, longAgo] = [aShopper(), aShopper()];
  await keepShoppers(db, [lately, longAgo]);
  await keepShoppers(db, [markerOf(lately), markerOf(longAgo, 30 * 3_600_000)]);
  await wipeErased(db);
  expect([(await rowOf(lately))['wiped'], (await rowOf(longAgo))['wiped']]).toEqual([false, true]);
});

it('after the tombstone no older record brings anything back, and the bare row goes with the last dead letter', async () => {
  const shopper = aShopper({ grants: [oneTime('sub_a')] });
  await keepShoppers(db, [shopper]);
  const marker = markerOf(shopper, 32 * 86_400_000);
  await keepShoppers(db, [marker]);
  await forgetShoppers(db, [shopper.shopper_id]);
  await keepShoppers(db, [{ ...shopper, rev: 1000 }]);
  expect(await rowOf(shopper)).toMatchObject({ psid_sealed: '', window_until: null, erased_at: marker.erased_at });
  expect(await db.query('SELECT 1 FROM grants WHERE shopper_id = $1', [shopper.shopper_id])).toEqual([]);
  await wipeErased(db);
  const before = await db.query('SELECT count(*)::int AS n FROM shoppers');
  expect(await deleteBareRows(db, 10)).toBe(1);
  expect((await db.query('SELECT count(*)::int AS n FROM shoppers'))[0].n).toBe(before[0].n - 1);
  expect(await rowOf(shopper)).toBeUndefined();
});

it('a tombstone alone forgets everything, also the unknown windows of before', async () => {
  const shopper = aShopper({ grants: [oneTime('sub_a')], ended_subs: ['sub_z'], stopped_at: 7 });
  await keepShoppers(db, [shopper]);
  await forgetShoppers(db, [shopper.shopper_id]);
  const row = await rowOf(shopper);
  expect(row).toMatchObject({ psid_sealed: '', ended_subs: [], stopped_at: null, window_until: null });
  expect(row['erased_at']).toBeGreaterThan(Date.now() - 60_000);
});

it('tokens that ran out are deleted, spent or not; those that are good stay', async () => {
  const [good, spent, unspent] = [oneTime('sub_g'), oneTime('sub_s'), oneTime('sub_u')];
  await keepShoppers(db, [aShopper({ grants: [good, spent, unspent] })]);
  await db.query(`UPDATE grants SET spent_by = 'alr_x' WHERE grant_id = $1`, [spent.grant_id]);
  await db.query('UPDATE grants SET expires_at = $2 WHERE grant_id = ANY ($1)', [
    [spent.grant_id, unspent.grant_id],
    Date.now() - 3 * 86_400_000,
  ]);
  expect(await deleteExpiredGrants(db, 10)).toBe(2);
  expect(
    (await db.query(`SELECT grant_id FROM grants WHERE sub_id LIKE 'sub_%'`)).map(
      (g: { grant_id: string }) => g.grant_id,
    ),
  ).toContain(good.grant_id);
});
