/** What a round wants to write is written only while the ground is still what the round began with. */
import { describe, expect, it } from '@jest/globals';
import { Bed } from '../../testing/bed.js';
import { admit, GroundMoved, holdPages, type PageLease } from './admission-store.js';

describe('the lease of a Page, at the moment of writing', () => {
  async function leased() {
    const bed = await Bed.start();
    const { leases } = await bed.worker('one');
    await bed.aMatch();
    await leases.renew();
    const hold = (worker: string, mine: readonly PageLease[]): Promise<void> =>
      bed.emitter.transaction((tx) => holdPages(tx, worker, mine));
    return { bed, leases, hold, mine: leases.mine() };
  }

  it('is held by its owner and nobody else', async () => {
    const { hold, mine } = await leased();
    expect(mine).toHaveLength(1);
    await hold('one', mine);
    await expect(hold('two', mine)).rejects.toThrow(GroundMoved);
  });

  it('that was lost and won again is another one', async () => {
    const { leases, hold, mine } = await leased();
    await leases.release();
    await leases.renew();
    await expect(hold('one', mine)).rejects.toThrow(GroundMoved);
    await hold('one', leases.mine());
  });

  it('that has run out is none, although nobody took it yet', async () => {
    const { bed, hold, mine } = await leased();
    await bed.dataSource.query('UPDATE pages SET lease_until = 1');
    await expect(hold('one', mine)).rejects.toThrow(GroundMoved);
  });
});

describe('an alert is admitted', () => {
  async function matched() {
    const bed = await Bed.start();
    const { alert_id, condition } = await bed.aMatch();
    const admitAs = (admission_no: number): Promise<string[]> =>
      bed.emitter
        .transaction((tx) =>
          admit(tx, [{ alert_id, admission_no, send_by: bed.now + 10_000, settings_rev: 7, condition }], bed.now),
        )
        .then((admitted) => [...admitted]);
    return { bed, alert_id, admitAs };
  }

  it('only under the next number: of two rounds that picked it, one', async () => {
    const { bed, alert_id, admitAs } = await matched();
    expect(await admitAs(2)).toEqual([]);
    expect(await admitAs(1)).toEqual([alert_id]);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'returned'));
    expect(await admitAs(1)).toEqual([]);
    expect(await admitAs(2)).toEqual([alert_id]);
    expect(bed.admissions().map((a) => a.admission_no)).toEqual([1, 2]);
  });

  it('only while it waits: not twice, and not after its end', async () => {
    const { bed, alert_id, admitAs } = await matched();
    expect(await admitAs(1)).toEqual([alert_id]);
    expect(await admitAs(2)).toEqual([]);
    await bed.deliveries(bed.answer(bed.admissions()[0]!, 'accepted'));
    expect(await admitAs(2)).toEqual([]);
    expect(bed.admissions()).toHaveLength(1);
  });
});
