import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Admission, Shopper } from '@beckon/contracts';
import type { DataSource } from 'typeorm';
import {
  aReply,
  aShopper,
  anAdmission,
  anOffer,
  deliveryDatabase,
  oneTime,
  updatesFor,
} from '../../../../tests/support/delivery-kit.js';
import { until } from '../../../../tests/support/real-servers.js';
import {
  NOTIFICATION_REST_MS,
  WINDOW_MARGIN_MS,
  actsBefore,
  chooseGrant,
  type GrantFacts,
  type HeldGrant,
} from '../domain/choose-grant.js';
import { applyEffects } from './effects-store.js';
import { passGate, queueAdmissions, queueReplies, type GateRequest } from './ledger-store.js';
import { keepOffers } from './offer-store.js';
import { knowPages, releasePage, takePages } from './page-store.js';
import { keepShoppers } from './shopper-store.js';

let db: DataSource;
let epoch = 0;
const PAGE = '1001';

beforeAll(async () => {
  db = await deliveryDatabase();
  await knowPages(db, [PAGE]);
});
beforeEach(async () => {
  await db.query('TRUNCATE ledger, shoppers, grants, offers');
  await db.query(`UPDATE pages SET owner = NULL, lease_until = 0, state = 'open', paused_until = 0`);
  await keepOffers(db, [anOffer()]);
  const [page] = await takePages(db, 'me', [PAGE], 1);
  epoch = page!.epoch;
});

const gate = (over: Partial<GateRequest> = {}) =>
  passGate(db, 'me', [{ page: PAGE, epoch, slots: 10, alertsFirst: 0, ...over }]);
const line = async (shopper: Shopper, over: Partial<Admission> = {}): Promise<Admission> => {
  const admission = anAdmission(shopper, over);
  await keepShoppers(db, [shopper]);
  await queueAdmissions(db, [admission], Date.now());
  return admission;
};
const ids = (claimed: readonly { row: { id: string } }[]): string[] => claimed.map((c) => c.row.id).sort();
/** Whether a gate comes to wait for somebody's lock, or passes without. */
async function waitsForALock(passing: Promise<unknown>): Promise<boolean> {
  let passed = false;
  const end = (): void => void (passed = true);
  passing.then(end, end);
  return until('the gate to wait, or to pass', async () => {
    const [row] = await db.query(
      `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH lease%'`,
    );
    return row.n > 0 ? { waits: true } : passed && { waits: false };
  }).then(({ waits }) => waits);
}

describe('the gate lets pass', () => {
  it('what is in line, once, with all that the POST needs', async () => {
    const shopper = aShopper();
    const admission = await line(shopper);
    const { sending } = await gate();
    expect(sending).toHaveLength(1);
    expect(sending[0]).toMatchObject({
      psid_sealed: shopper.psid_sealed,
      token_sealed: null,
      offer: { title: 'Red coat', price_amount: 9900 },
      row: { id: admission.alert_id, state: 'sending', epoch, grant_kind: 'window', body: admission },
    });
    expect(await gate()).toEqual({ sending: [], barred: [] });
  });

  it('an alert about a topic, which has no offer', async () => {
    const about = {
      sku: 'topic:autumn',
      product: 'topic:autumn',
      kind: 'new_collection',
      condition: { type: 'topic_open' },
    } as const;
    const admission = await line(aShopper(), about);
    const unknown = await line(aShopper(), { sku: 'never-heard-of' });
    const { sending } = await gate();
    expect(ids(sending)).toEqual([admission.alert_id]);
    expect(sending[0]?.offer).toBeNull();
    expect(ids((await gate()).sending)).not.toContain(unknown.alert_id);
  });

  it('no more than there are slots, the most urgent first', async () => {
    const shopper = aShopper();
    const later = await line(shopper, { send_by: Date.now() + 9000 });
    const sooner = await line(shopper, { send_by: Date.now() + 3000 });
    expect(ids((await gate({ slots: 1 })).sending)).toEqual([sooner.alert_id]);
    expect(ids((await gate({ slots: 1 })).sending)).toEqual([later.alert_id]);
  });

  it('replies before alerts, except for the slots that are the alerts’', async () => {
    const shopper = aShopper();
    await keepShoppers(db, [shopper]);
    const replies = Array.from({ length: 8 }, () => aReply(shopper));
    await queueReplies(db, replies, Date.now());
    for (let i = 0; i < 8; i += 1) await line(shopper);
    const { sending } = await gate({ slots: 8, alertsFirst: 2 });
    expect(sending.filter((c) => c.row.kind === 'alert')).toHaveLength(2);
    expect(sending.filter((c) => c.row.kind === 'reply')).toHaveLength(6);
  });
});

describe('the gate for several Pages at once', () => {
  it('keeps to the slots of each, sends nothing of a Page that is not ours, and says which epoch claimed', async () => {
    await knowPages(db, ['1002', '1003']);
    const [second] = await takePages(db, 'me', ['1002'], 1);
    const [foreign] = await takePages(db, 'other', ['1003'], 1);
    for (const page of [PAGE, '1002', '1003']) for (let i = 0; i < 3; i += 1) await line(aShopper({ page }), { page });
    const { sending } = await passGate(db, 'me', [
      { page: PAGE, epoch, slots: 2, alertsFirst: 0 },
      { page: '1002', epoch: second!.epoch, slots: 1, alertsFirst: 0 },
      { page: '1003', epoch: foreign!.epoch, slots: 3, alertsFirst: 0 },
    ]);
    expect(sending.map(({ row }) => [row.page, row.epoch]).sort()).toEqual([
      [PAGE, epoch],
      [PAGE, epoch],
      ['1002', second!.epoch],
    ]);
  });

  it('leaves a shopper who is being written this moment for the next look, and takes the others', async () => {
    const [written, other] = [await line(aShopper()), await line(aShopper())];
    const writer = db.createQueryRunner();
    await writer.startTransaction();
    try {
      await writer.query('UPDATE shoppers SET rev = rev WHERE shopper_id = $1', [written.shopper_id]);
      expect(ids((await gate()).sending)).toEqual([other.alert_id]);
    } finally {
      await writer.rollbackTransaction();
      await writer.release();
    }
    expect(ids((await gate()).sending)).toEqual([written.alert_id]);
  });
});

describe('the gate keeps in line', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['the lease is another worker’s', () => db.query(`UPDATE pages SET owner = 'other'`)],
    ['the epoch is older', () => db.query(`UPDATE pages SET epoch = epoch + 1`)],
    ['the lease ran out', () => db.query(`UPDATE pages SET lease_until = 1`)],
    ['the Page is stopped', () => db.query(`UPDATE pages SET state = 'stopped'`)],
    ['the Page rests', () => db.query(`UPDATE pages SET paused_until = ${Date.now() + 60_000}`)],
    ['send_by has passed', () => db.query(`UPDATE ledger SET send_by = ${Date.now() - 1}`)],
    ['a newer revision of the shopper is needed', () => db.query(`UPDATE ledger SET needs_rev = 99`)],
    ['the shopper is not known', () => db.query(`DELETE FROM shoppers`)],
    ['the offer is not known', () => db.query(`DELETE FROM offers`)],
    ['the offer is not published', () => db.query(`UPDATE offers SET published = false`)],
    ['the price is not under the line as we know it', () => db.query(`UPDATE offers SET price_amount = 12900`)],
    ['the price is in another currency', () => db.query(`UPDATE offers SET price_currency = 'USD'`)],
    [
      'there is no stock as we know it',
      () =>
        db
          .query(`UPDATE offers SET units = 0`)
          .then(() => db.query(`UPDATE ledger SET condition_type = 'units_at_least', condition_amount = 1`)),
    ],
  ])('while %s', async (_, change) => {
    await line(aShopper());
    await change();
    expect(await gate()).toEqual({ sending: [], barred: [] });
  });
});

describe('the gate bars', () => {
  const at = Date.now();
  it.each<[string, Partial<Shopper>]>([
    ['stopped', { stopped_at: at }],
    ['suspended', { suspended_at: at }],
    ['erased', { erased_at: at }],
    ['no_grant', { window_until: at + WINDOW_MARGIN_MS - 5000 }],
    ['no_grant', { window_until: null }],
  ])('%s', async (reason, over) => {
    const admission = await line(aShopper(over));
    const { sending, barred } = await gate();
    expect(sending).toEqual([]);
    expect(barred).toMatchObject([{ reason, row: { id: admission.alert_id, state: 'queued' } }]);
  });

  it('subscription_ended', async () => {
    await line(aShopper({ ended_subs: ['sub_over'] }), { sub_id: 'sub_over' });
    expect((await gate()).barred).toMatchObject([{ reason: 'subscription_ended' }]);
  });

  it('suspended: a shopper whom Messenger could not reach, until they act again', async () => {
    const shopper = aShopper({ window_until: Date.now() + 80_000_000 });
    await line(shopper);
    await db.query('UPDATE shoppers SET unreachable_until = $1', [actsBefore(Date.now())]);
    expect((await gate()).barred).toMatchObject([{ reason: 'suspended' }]);
    await keepShoppers(db, [{ ...shopper, rev: shopper.rev + 1, window_until: Date.now() + 86_400_000 + 60_000 }]);
    expect((await gate()).sending).toHaveLength(1);
  });
});

describe('which right the gate claims', () => {
  const now = Date.now();
  const held = (over: Partial<HeldGrant> = {}): HeldGrant => ({
    grant_id: 'grt_a',
    kind: 'one_time',
    sub_id: 'sub_a',
    expires_at: now + 1e8,
    spent_by: null,
    dead_at: null,
    next_eligible_at: null,
    ...over,
  });
  const updates = (over: Partial<HeldGrant> = {}): HeldGrant =>
    held({ grant_id: 'grt_n', kind: 'notification', spent_by: 'alr_before', ...over });
  const resting = updates({ next_eligible_at: now + 8e7 });
  const windows = [null, now - 1, now + 25_000, now + 3_600_000];
  const cases: GrantFacts[] = windows.flatMap((window_until) =>
    [null, now + 7_200_000].flatMap((refuted_until) =>
      [
        [],
        [held()],
        [held({ sub_id: 'sub_b' })],
        [held({ spent_by: 'alr_x' })],
        [held({ dead_at: now })],
        [held({ expires_at: now - 1 })],
        [held({ kind: 'marketing' })],
        [updates()],
        [updates({ sub_id: 'sub_b' })],
        [updates({ dead_at: now })],
        [updates({ expires_at: now - 1 })],
        [updates({ next_eligible_at: now - 1 })],
        [resting],
        [updates(), held()],
        [resting, held()],
        [updates(), held({ spent_by: 'alr_x' })],
        [resting, updates({ grant_id: 'grt_m', next_eligible_at: now + 9e7 })],
        [resting, updates({ grant_id: 'grt_m' })],
        [updates({ grant_id: 'grt_m', expires_at: now + 9e7 }), updates()],
        [held({ grant_id: 'grt_z', expires_at: now + 9e7 }), held()],
        [held({ grant_id: 'grt_b' }), held()],
      ].flatMap((grants) =>
        (['alert', 'reply'] as const).map((kind) => ({
          kind,
          sub_id: kind === 'alert' ? 'sub_a' : null,
          now,
          window_until,
          refuted_until,
          grants,
        })),
      ),
    ),
  );

  it(`is what the rule in domain/ says, in ${cases.length} cases`, async () => {
    await db.query('UPDATE pages SET lease_until = $1', [now + 600_000]);
    for (const f of cases) {
      for (const table of ['ledger', 'shoppers', 'grants']) await db.query(`DELETE FROM ${table}`);
      const shopper = aShopper({ window_until: f.window_until });
      await keepShoppers(db, [shopper]);
      await db.query('UPDATE shoppers SET refuted_until = $1', [f.refuted_until]);
      for (const g of f.grants)
        await db.query('INSERT INTO grants VALUES ($1, $2, $3, $4, $5, $6, $9, $7, NULL, $8)', [
          g.grant_id,
          shopper.shopper_id,
          g.kind,
          g.sub_id,
          'sealed',
          g.expires_at,
          g.spent_by,
          g.dead_at,
          g.next_eligible_at,
        ]);
      if (f.kind === 'alert') await queueAdmissions(db, [anAdmission(shopper, { sub_id: 'sub_a' })], now);
      else await queueReplies(db, [aReply(shopper)], now);
      const { sending, barred } = await gate();
      const got = sending[0]
        ? { kind: sending[0].row.grant_kind, ...(sending[0].row.grant_id && { grant_id: sending[0].row.grant_id }) }
        : barred[0]?.reason === 'grant_resting'
          ? { kind: 'resting', until: barred[0].until }
          : { kind: barred[0]?.reason === 'no_grant' ? 'none' : barred[0]?.reason };
      expect({ f, got }).toEqual({ f, got: chooseGrant(f) });
    }
  });

  it('claims a one-time token for one of two alerts in the same chunk; the other stays in line', async () => {
    const shopper = aShopper({ window_until: null, grants: [oneTime('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    await line(shopper, { sub_id: 'sub_a' });
    const { sending, barred } = await gate();
    expect(sending).toHaveLength(1);
    expect(barred).toEqual([]);
    expect((await gate()).barred).toMatchObject([{ reason: 'no_grant' }]);
  });

  it('a token that another gate is claiming just now goes to one of the two', async () => {
    const shopper = aShopper({ window_until: null, grants: [oneTime('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    await line(shopper, { sub_id: 'sub_a' });
    const claiming = db.createQueryRunner();
    await claiming.startTransaction();
    const first = await passGate({ query: (sql, p) => claiming.query(sql, p as unknown[]) }, 'me', [
      { page: PAGE, epoch, slots: 1, alertsFirst: 0 },
    ]);
    const passing = gate({ slots: 1 });
    const waits = await waitsForALock(passing);
    await claiming.commitTransaction();
    await claiming.release();
    expect(first.sending).toHaveLength(1);
    expect([waits, (await passing).sending]).toEqual([true, []]);
  });

  it('claims a notification token for one of two alerts; the other waits until the token has rested', async () => {
    const shopper = aShopper({ window_until: null, grants: [updatesFor('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    await line(shopper, { sub_id: 'sub_a' });
    const before = Date.now();
    const { sending } = await gate();
    expect(sending).toMatchObject([{ token_sealed: 'token of sub_a', row: { grant_kind: 'notification' } }]);
    const [{ reason, until } = { reason: '', until: 0 }] = (await gate()).barred;
    expect(reason).toBe('grant_resting');
    expect(until).toBeGreaterThanOrEqual(before + NOTIFICATION_REST_MS - 1000);
    // Not used after all: it is free at once.
    await applyEffects(db, [{ type: 'free_grant', grant_id: sending[0]!.row.grant_id!, spent_by: sending[0]!.row.id }]);
    expect((await gate()).sending).toHaveLength(1);
  });

  it('a notification token that was used is gone when it leaves the record, and lives again when it is renewed', async () => {
    const shopper = aShopper({ window_until: null, grants: [updatesFor('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    expect((await gate()).sending).toHaveLength(1);
    await line({ ...shopper, rev: shopper.rev + 1, grants: [] }, { sub_id: 'sub_a' });
    expect((await gate()).barred).toMatchObject([{ reason: 'no_grant' }]);

    const refused = aShopper({ window_until: null, grants: [updatesFor('sub_b')] });
    await line(refused, { sub_id: 'sub_b' });
    await applyEffects(db, [{ type: 'kill_grant', grant_id: refused.grants[0]!.grant_id, at: Date.now() }]);
    expect((await gate()).barred.map((b) => b.reason)).toContain('no_grant');
    const renewed = { ...refused.grants[0]!, expires_at: refused.grants[0]!.expires_at + 1 };
    await keepShoppers(db, [{ ...refused, rev: refused.rev + 1, grants: [renewed] }]);
    expect((await gate()).sending).toMatchObject([{ row: { sub_id: 'sub_b' } }]);
  });

  it('never claims a token that a replayed record brings again', async () => {
    const shopper = aShopper({ window_until: null, grants: [oneTime('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    expect((await gate()).sending).toHaveLength(1);
    await line({ ...shopper, rev: shopper.rev + 1 }, { sub_id: 'sub_a' });
    expect((await gate()).sending).toEqual([]);
  });

  it('takes a token back that left the shopper’s record', async () => {
    const shopper = aShopper({ window_until: null, grants: [oneTime('sub_a')] });
    await line(shopper, { sub_id: 'sub_a' });
    await keepShoppers(db, [{ ...shopper, rev: shopper.rev + 1, grants: [] }]);
    expect((await gate()).barred).toMatchObject([{ reason: 'no_grant' }]);
  });
});

describe('promise 2, never twice: many gates at once', () => {
  it('claim each message and each token once', async () => {
    const all = Array.from({ length: 60 }, (_, i) => {
      const sub = `sub_${i}`;
      const shopper = aShopper({ window_until: null, grants: [oneTime(sub)] });
      return { shopper, admission: anAdmission(shopper, { sub_id: sub }) };
    });
    await keepShoppers(
      db,
      all.map((a) => a.shopper),
    );
    await queueAdmissions(
      db,
      all.map((a) => a.admission),
      Date.now(),
    );
    const rounds = await Promise.all(Array.from({ length: 30 }, () => gate({ slots: 7 })));
    const claimed = rounds.flatMap((r) => ids(r.sending));
    expect(claimed.length).toBe(new Set(claimed).size);
    expect(claimed.sort()).toEqual(all.map((a) => a.admission.alert_id).sort());
  });

  it('an old epoch gets nothing while the Page changes hands', async () => {
    for (let i = 0; i < 20; i += 1) await line(aShopper());
    const old = epoch;
    const gates = Array.from({ length: 10 }, () => gate({ epoch: old, slots: 2 }));
    await releasePage(db, 'me', PAGE, old);
    const [taken] = await takePages(db, 'you', [PAGE], 1);
    await Promise.all(gates);
    const after = await Promise.all(Array.from({ length: 10 }, () => gate({ epoch: old, slots: 2 })));
    expect(after.flatMap((r) => r.sending)).toEqual([]);
    const [{ n }] = await db.query(`SELECT count(*) AS n FROM ledger WHERE state = 'sending' AND epoch <> ${old}`);
    expect(n).toBe(0);
    expect(taken?.epoch).toBe(old + 1);
  });
});

describe('promise 5, stop means stop', () => {
  it('an alert that meets a STOP being written stays in line, and is barred when it is written', async () => {
    const shopper = aShopper();
    await line(shopper);
    const writing = db.createQueryRunner();
    await writing.startTransaction();
    await keepShoppers({ query: (sql, p) => writing.query(sql, p as unknown[]) }, [
      { ...shopper, rev: shopper.rev + 1, stopped_at: Date.now() },
    ]);
    expect(await gate()).toEqual({ sending: [], barred: [] });
    await writing.commitTransaction();
    await writing.release();
    expect(await gate()).toMatchObject({ sending: [], barred: [{ reason: 'stopped' }] });
  });

  it('a record older than what is known takes nothing back', async () => {
    const shopper = aShopper();
    await keepShoppers(db, [{ ...shopper, rev: shopper.rev + 2, stopped_at: Date.now() }]);
    await line({ ...shopper, rev: shopper.rev + 1 });
    expect(await gate()).toMatchObject({ sending: [], barred: [{ reason: 'stopped' }] });
  });

  it('a reply waits for the revision of the shopper that it speaks of', async () => {
    const shopper = aShopper();
    const stop = { ...shopper, rev: shopper.rev + 1, stopped_at: Date.now() };
    const confirmation = aReply(stop, { purpose: 'stop_confirm', quiet_in_flight: true });
    await keepShoppers(db, [shopper]);
    await queueReplies(db, [confirmation], Date.now());
    expect((await gate()).sending).toEqual([]);
    await keepShoppers(db, [stop]);
    expect(ids((await gate()).sending)).toEqual([confirmation.id]);
  });

  it('the confirmation waits for the revision, and for what is in flight', async () => {
    const shopper = aShopper();
    await line(shopper);
    const [flight] = (await gate()).sending;
    const stop = { ...shopper, rev: shopper.rev + 1, stopped_at: Date.now() };
    const confirmation = aReply(stop, { purpose: 'stop_confirm', quiet_in_flight: true });
    await queueReplies(db, [confirmation], Date.now());
    expect((await gate()).sending).toEqual([]); // the stop has not arrived here
    await keepShoppers(db, [stop]);
    expect((await gate()).sending).toEqual([]); // an alert is in flight
    await db.query(`UPDATE ledger SET state = 'accepted' WHERE id = $1`, [flight?.row.id]);
    expect(ids((await gate()).sending)).toEqual([confirmation.id]);
  });

  it('the confirmation is the last word: what was said before it goes first, what was said after it does not', async () => {
    const shopper = aShopper();
    const stop = { ...shopper, rev: shopper.rev + 1, stopped_at: Date.now() };
    const offer = aReply(shopper, { purpose: 'question' });
    const late = aReply(shopper, { expires_at: Date.now() - 1 });
    const confirmation = aReply(stop, { purpose: 'stop_confirm', quiet_in_flight: true });
    const help = aReply({ ...stop, rev: stop.rev + 1 });
    await keepShoppers(db, [stop]);
    await queueReplies(db, [confirmation, offer, late, help], Date.now());
    expect(ids((await gate()).sending)).toEqual([offer.id]);
    expect((await gate()).sending).toEqual([]); // the offer is in flight
    await db.query(`UPDATE ledger SET state = 'accepted' WHERE id = $1`, [offer.id]);
    expect(ids((await gate()).sending)).toEqual([confirmation.id]);
  });
});

describe('admissions', () => {
  it('go in line again only under a higher number and only after a provable miss', async () => {
    const shopper = aShopper();
    const admission = await line(shopper);
    const again = (admission_no: number) => queueAdmissions(db, [{ ...admission, admission_no }], Date.now());
    for (const state of ['sending', 'accepted', 'unknown', 'failed', 'queued']) {
      await db.query('UPDATE ledger SET state = $1', [state]);
      expect([...(await again(2))]).toEqual([]);
    }
    for (const [n, state] of ['returned', 'refused', 'deferred'].entries()) {
      await db.query('UPDATE ledger SET state = $1', [state]);
      expect([...(await again(n + 1))]).toEqual([]);
      expect([...(await again(n + 2))]).toEqual([admission.alert_id]);
    }
  });
});
