/** From the line to admissions and back, on real Postgres and Redis. */
import { describe, expect, it } from '@jest/globals';
import { Bed, DAY } from '../../testing/bed.js';

const daily = { limits: [{ scope: 'shopper' as const, limit: 1, period: '24h' }] };

describe('admission', () => {
  it('a match with all that it needs is admitted once, with a short lease', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.settleDown(loops);
    expect(bed.admissions()).toEqual([
      { ...alert, admission_no: 1, send_by: bed.now + 10_000, settings_rev: 7, admitted_at: bed.now },
    ]);
    expect(bed.story(alert)).toEqual(['admitted']);
    expect(bed.decisions(alert)[0]).toMatchObject({ settings_rev: 7, seq: 1, shop: 'aurora', terminal: false });
  });

  it('an early access is for its tiers only; who waits goes when the tier, or everybody, is let in', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const about = {
      sku: 'topic:autumn',
      product: 'topic:autumn',
      kind: 'new_collection',
      condition: { type: 'topic_open' },
    } as const;
    const [gold, silver, none] = [1, 2, 3].map(() =>
      bed.anAlert({ ...about, signal_id: 'sig_autumn', source: 'schedule' }),
    );
    const tierOf = new Map([
      [gold!, 'gold'],
      [silver!, 'silver'],
      [none!, null],
    ]);
    const alerts = [...tierOf.keys()];
    const moved = (seq: number, tiers: string[] | null) =>
      bed.signals(bed.opened(gold!, { op: seq === 1 ? 'opened' : 'moved', seq, tiers, units: null, new_price: null }));
    await moved(1, ['gold']);
    await bed.subscriptions(...alerts.map((a) => bed.active(a, { tier: tierOf.get(a) ?? null })));
    await bed.shoppers(...alerts.map((a) => bed.person(a)));
    await bed.fresh(gold!);
    await bed.matched(...alerts);
    await bed.settleDown(loops);
    const admitted = () => bed.admissions().map((a) => a.alert_id);
    expect(admitted()).toEqual([gold!.alert_id]);
    expect(bed.story(silver!)).toEqual(['held:condition_false']);
    await bed.subscriptions(bed.active(silver!, { rev: 2, tier: 'gold' }));
    await bed.settleDown(loops);
    expect(admitted()).toEqual([gold!.alert_id, silver!.alert_id]);
    await moved(2, null);
    await bed.settleDown(loops);
    expect(admitted()).toEqual([gold!.alert_id, silver!.alert_id, none!.alert_id]);
  });

  it('redelivered records change nothing', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.settleDown(loops);
    const accepted = bed.answer(bed.admissions()[0]!, 'accepted');
    await bed.deliveries(accepted);
    await bed.settleDown(loops);
    const before = [await bed.row(alert), bed.emitted.length];
    await bed.matched(alert, alert);
    await bed.signals(bed.opened(alert));
    await bed.subscriptions(bed.active(alert));
    await bed.shoppers(bed.person(alert));
    await bed.deliveries(accepted, bed.answer(bed.admissions()[0]!, 'returned'));
    await bed.settleDown(loops);
    expect([await bed.row(alert), bed.emitted.length]).toEqual(before);
  });

  it('a window of one a day lets one of two alerts of a shopper go and holds the other for a day', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id]);
    expect(bed.story(second)).toEqual(['held:reserved_elsewhere']);

    bed.now += 300;
    const acceptedAt = bed.now;
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
    await bed.settleDown(loops);
    expect(bed.story(second)).toEqual(['held:reserved_elsewhere', 'held:over_limit']);
    expect(await bed.row(second)).toMatchObject({ state: 'waiting', not_before: acceptedAt + DAY });

    bed.now = acceptedAt + DAY - 1;
    await bed.fresh(second);
    await bed.settleDown(loops);
    expect(bed.admissions()).toHaveLength(1);
    bed.now = acceptedAt + DAY;
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id, second.alert_id]);
  });

  it('a returned admission gives its place back, and the next one has the next number', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'returned', { reason: 'past_send_by' }));
    await bed.settleDown(loops);
    expect(bed.story(first)).toEqual(['admitted', 'returned:past_send_by', 'admitted']);
    expect(bed.admissions().map((a) => [a.alert_id, a.admission_no])).toEqual([
      [first.alert_id, 1],
      [first.alert_id, 2],
    ]);
    // The late second answer to the first admission does not free the place of the second.
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'returned'));
    await bed.settleDown(loops);
    expect(bed.admissions()).toHaveLength(2);
    expect(bed.story(second)).toEqual(['held:reserved_elsewhere']);
  });

  it('a refused alert lets another of the shopper go first and comes back after a pause', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'refused', { reason: 'rate_limited' }));
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id, second.alert_id]);
    expect(await bed.row(first)).toMatchObject({ state: 'waiting', refusals: 1, not_before: bed.now + 5_000 });
  });

  it('nothing is admitted before the state topics are read to the end they had at start', async () => {
    const bed = await Bed.start();
    bed.ready = false;
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.settleDown(loops);
    expect(bed.emitted).toEqual([]);
    bed.ready = true;
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([alert.alert_id]);
  });

  it('what is not known yet is waited for, and wakes the alert when it comes', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = bed.anAlert({ sub_rev: 2, shopper_rev: 3 });
    await bed.matched(alert);
    await bed.settleDown(loops);
    await bed.shoppers(bed.person(alert, { rev: 2 }));
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:shopper_unknown']);
    await bed.shoppers(bed.person(alert, { rev: 3 }));
    await bed.settleDown(loops);
    await bed.subscriptions(bed.active(alert, { rev: 2 }));
    await bed.settleDown(loops);
    await bed.signals(bed.opened(alert));
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual([
      'held:shopper_unknown',
      'held:subscription_unknown',
      'held:signal_unknown',
      'held:source_behind',
    ]);
    await bed.fresh(alert);
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([alert.alert_id]);
  });

  it('no more than five seconds of the Page’s pace are in flight, best rank first', async () => {
    const bed = await Bed.start();
    bed.settings = { ...bed.settings, pages: bed.settings.pages.map((p) => ({ ...p, pace_per_second: 1 })) };
    const loops = await bed.worker();
    const alerts = [];
    for (let rank = 9; rank >= 0; rank -= 1) alerts.push(await bed.aMatch({ rank }));
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.rank)).toEqual([0, 1, 2, 3, 4]);
    await bed.deliveries(bed.answer(bed.admissions()[2]!, 'accepted'));
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.rank)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('at night an alert is held until the morning of the shopper', async () => {
    const bed = await Bed.start({ settings: { quiet_hours: { from: '21:00', to: '08:00' }, zone: 'Europe/Berlin' } });
    const loops = await bed.worker();
    const alert = bed.anAlert();
    await bed.shoppers(bed.person(alert, { zone: 'America/New_York' })); // 06:00 there
    await bed.signals(bed.opened(alert));
    await bed.subscriptions(bed.active(alert));
    await bed.fresh(alert);
    await bed.matched(alert);
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:quiet_hours']);
    expect(await bed.row(alert)).toMatchObject({ not_before: Date.parse('2026-05-12T12:00:00Z') });
  });

  it('an alert past its expiry ends', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x', expires_at: bed.now + 60_000 });
    await bed.settleDown(loops);
    bed.now += 60_000;
    await loops.housekeeping();
    expect(bed.story(second)).toEqual(['held:reserved_elsewhere', 'suppressed:expired']);
    expect(bed.decisions(second).filter((d) => d.terminal)).toHaveLength(1);
  });
});

describe('what was true and is no more', () => {
  it('a signal that closes while its alert waits withdraws it', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.signals(bed.opened(alert, { op: 'closed', seq: 2, units: 0 }));
    expect(bed.story(alert)).toEqual(['withdrawn:signal_closed']);
    expect(bed.decisions(alert)[0]).toMatchObject({ terminal: true, signal_id: alert.signal_id });
    await bed.settleDown(loops);
    expect(bed.admissions()).toEqual([]);
  });

  it('a newer signal of the same offer ends the one before, also when nobody said so', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.signals(bed.opened(alert, { signal_id: 'sig_newer', seq: 9, opened_at: bed.now + 5 }));
    expect(bed.story(alert)).toEqual(['withdrawn:signal_closed']);
    // An alert of the overtaken signal that comes only now, and one whose signal compaction ate.
    const late = bed.anAlert({ signal_id: alert.signal_id, sku: alert.sku });
    const eaten = bed.anAlert({ signal_id: 'sig_eaten', sku: alert.sku });
    for (const a of [late, eaten]) {
      await bed.subscriptions(bed.active(a));
      await bed.shoppers(bed.person(a));
      await bed.matched(a);
    }
    await bed.settleDown(loops);
    expect([bed.story(late), bed.story(eaten)]).toEqual([['withdrawn:signal_closed'], ['withdrawn:signal_closed']]);
  });

  it('more alerts than a chunk may end are ended by the loop', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const first = await bed.aMatch();
    const crowd = Array.from({ length: 1_200 }, () => bed.anAlert({ signal_id: first.signal_id, sku: first.sku }));
    await bed.matched(...crowd);
    await bed.signals(bed.opened(first, { op: 'closed', seq: 2 }));
    const withdrawn = (): number =>
      bed.emitted.filter((e) => (e.value as { verdict?: string }).verdict === 'withdrawn').length;
    expect(withdrawn()).toBe(500);
    while (await loops.housekeeping());
    expect(withdrawn()).toBe(1_201);
  });

  it('a condition that is false at the moment waits for the signal to move', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch({ condition: { type: 'units_at_least', units: 6 } });
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:condition_false']);
    await bed.signals(bed.opened(alert, { op: 'moved', seq: 2, units: 6 }));
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:condition_false', 'admitted']);
  });

  it('goes by what the shopper asks for now, if they have changed it since the match', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    const wants = (rev: number, units: number) =>
      bed.subscriptions(bed.active(alert, { rev, condition: { type: 'units_at_least', units } }));
    await wants(alert.sub_rev + 1, 1_000_000);
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:condition_false']);
    await wants(alert.sub_rev + 2, 2);
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:condition_false', 'admitted']);
    expect(bed.admissions()).toMatchObject([{ condition: { type: 'units_at_least', units: 2 } }]);
  });

  it('a source that falls behind stops its alerts; when it is fresh again they go on', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    bed.now += 20_001;
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:source_behind']);
    // Ingestion is back; but the signals behind its claim are not all applied here yet.
    bed.signalsKnownSince = bed.now - 1;
    await bed.claimed(alert.shop, alert.source, bed.now);
    await bed.settleDown(loops);
    expect(bed.admissions()).toEqual([]);
    bed.signalsKnownSince = bed.now;
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:source_behind', 'admitted']);
  });

  it('STOP and an ended subscription end what waits', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const [stopped, left, told] = [await bed.aMatch(), await bed.aMatch(), await bed.aMatch()];
    await bed.shoppers(bed.person(stopped, { rev: 2, stopped_at: bed.now }));
    await bed.subscriptions(bed.active(left, { rev: 2, state: 'ended', ended_reason: 'user_asked' }));
    await bed.shoppers(bed.person(told, { rev: 2, ended_subs: [told.sub_id] }));
    await bed.settleDown(loops);
    expect([stopped, left, told].map((a) => bed.story(a))).toEqual([
      ['suppressed:stopped'],
      ['withdrawn:subscription_ended'],
      ['withdrawn:subscription_ended'],
    ]);
    expect(bed.admissions()).toEqual([]);
  });

  it('a record older than what is known takes nothing back', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const [stopped, left] = [bed.anAlert(), bed.anAlert()];
    await bed.signals(bed.opened(stopped), bed.opened(left));
    await bed.shoppers(bed.person(stopped, { rev: 3, stopped_at: bed.now }), bed.person(left));
    await bed.shoppers(bed.person(stopped, { rev: 2 }));
    const ended = { rev: 3, state: 'ended', ended_reason: 'user_asked' } as const;
    await bed.subscriptions(bed.active(stopped), bed.active(left, ended));
    await bed.subscriptions(bed.active(left, { rev: 2 }));
    await bed.fresh(stopped);
    await bed.matched(stopped, left);
    await bed.settleDown(loops);
    expect([stopped, left].map((alert) => bed.story(alert))).toEqual([
      ['suppressed:stopped'],
      ['withdrawn:subscription_ended'],
    ]);
    expect(bed.admissions()).toEqual([]);
  });

  it('a STOP older than the alert needs does not end it', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch({ shopper_rev: 3 });
    await bed.shoppers(bed.person(alert, { rev: 2, stopped_at: bed.now }));
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:shopper_unknown']);
    await bed.shoppers(bed.person(alert, { rev: 3 }));
    await bed.settleDown(loops);
    expect(bed.story(alert)).toEqual(['held:shopper_unknown', 'admitted']);
  });

  it('a request for one message never has two alerts on their way, nor a second after the first arrived', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const first = await bed.aMatch({ sub_id: 'sub_x', shopper_id: 'shp_x' });
    const second = await bed.aMatch({ sub_id: 'sub_x', shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    expect(bed.admissions().map((a) => a.alert_id)).toEqual([first.alert_id]);
    expect(bed.story(second)).toEqual(['held:already_told']);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
    await bed.settleDown(loops);
    expect(bed.story(second)).toEqual(['held:already_told', 'suppressed:already_told']);
  });
});

describe('answers', () => {
  it('an unknown outcome counts in the windows and is never admitted again; its echo only moves the stamp', async () => {
    const bed = await Bed.start({ settings: daily });
    const loops = await bed.worker();
    const first = await bed.aMatch({ shopper_id: 'shp_x' });
    const second = await bed.aMatch({ shopper_id: 'shp_x' });
    await bed.settleDown(loops);
    const admission = bed.admissions()[0]!;
    bed.now += 4_000;
    await bed.deliveries(bed.answer(admission, 'unknown', { answered_at: null }));
    await bed.settleDown(loops);
    expect(await bed.row(first)).toMatchObject({ state: 'done', outcome: 'unknown', stamped_at: bed.now });
    expect(await bed.row(second)).toMatchObject({ state: 'waiting', not_before: bed.now + DAY });
    const echoAt = bed.now - 3_000;
    await bed.deliveries(bed.answer(admission, 'accepted', { answered_at: echoAt }));
    await bed.settleDown(loops);
    expect(await bed.row(first)).toMatchObject({ outcome: 'accepted', stamped_at: echoAt });
    expect(bed.admissions()).toHaveLength(1);
  });

  it('an overdue answer is asked for again, with the same number, every five seconds', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    await bed.aMatch();
    await bed.settleDown(loops);
    const asked = (): number => bed.admissions().length;
    bed.now += 14_999;
    await loops.housekeeping();
    expect(asked()).toBe(1);
    bed.now += 1;
    await loops.housekeeping();
    await loops.housekeeping();
    expect(asked()).toBe(2);
    bed.now += 5_000;
    await loops.housekeeping();
    expect(asked()).toBe(3);
    expect(new Set(bed.admissions().map((a) => JSON.stringify(a))).size).toBe(1);
  });

  it('a refusal because of STOP ends the alert here', async () => {
    const bed = await Bed.start();
    const loops = await bed.worker();
    const alert = await bed.aMatch();
    await bed.settleDown(loops);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'refused', { reason: 'stopped' }));
    expect(bed.story(alert)).toEqual(['admitted', 'suppressed:stopped']);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'refused', { reason: 'stopped' }));
    expect(bed.decisions(alert).filter((d) => d.terminal)).toHaveLength(1);
  });
});
