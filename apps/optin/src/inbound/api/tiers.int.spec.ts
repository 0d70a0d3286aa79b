/** Tiers: from the shop's desk to every subscription of the customer, known now or linked later. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { messagesRequested, shoppers, subscriptions } from '@beckon/contracts';
import type { RequestedMessage, Shopper, Subscription } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { MemoryEmitter } from '../../../../../tests/support/memory-emitter.js';
import { until } from '../../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, from, hook, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';
import { Tiers } from '../../outbound/tiers.js';

const KEY = Buffer.alloc(32, 6).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
let bed: TestBed;
let said: () => RequestedMessage[];
let subs: () => Subscription[];
let people: () => Shopper[];

beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` });
  [said, subs, people] = [
    await bed.published(messagesRequested),
    await bed.published(subscriptions),
    await bed.published(shoppers),
  ];
});

const api = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${bed.url}/v1/shops/aurora/${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const give = async (...given: [external_id: string, tier: string | null][]): Promise<number> =>
  (
    await api(
      'PUT',
      'tiers',
      given.map(([external_id, tier]) => ({ external_id, tier })),
    )
  ).status;

/** The customer follows their link and taps "Notify Me": the subscription as it was published first. */
async function subscribe(psid: string, external_id: string, kind = 'back_in_stock'): Promise<Subscription> {
  const { ref } = (await (await api('POST', 'links', { sku: 'red-coat-m', kind, external_id })).json()) as {
    ref: string;
  };
  const to = () => said().filter((m) => sealer.open(m.psid_sealed) === psid);
  const before = to().length;
  await bed.webhook(hook(from(psid, { referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } })));
  const question = await until('the question', () => to()[before]);
  const { payload } = (question.body as { attachment: { payload: { payload: string } } }).attachment.payload;
  const known = subs().length;
  const optin = { type: 'one_time_notif_req', payload, one_time_notif_token: `t-${psid}-${kind}` };
  await bed.webhook(hook(from(psid, { optin })));
  return until('the subscription', () =>
    subs()
      .slice(known)
      .find((s) => s.shopper_id === question.shopper_id),
  );
}
const latest = (sub: Subscription): Subscription => subs().findLast((s) => s.sub_id === sub.sub_id) ?? sub;

describe('a tier', () => {
  it('that was set before the customer was linked is on what they ask for, and on their record', async () => {
    expect(await give(['customer-1', 'gold'])).toBe(204);
    const sub = await subscribe('9001', 'customer-1');
    expect(sub.tier).toBe('gold');
    expect(people().findLast((p) => p.shopper_id === sub.shopper_id)).toMatchObject({ tier: 'gold' });
  });

  it('that is set later is published with every request that is open, in a new revision; taken away as well', async () => {
    const [coat, few] = [await subscribe('9002', 'customer-2'), await subscribe('9002', 'customer-2', 'low_stock')];
    expect([coat.tier, few.tier]).toEqual([null, null]);
    for (const tier of ['silver', null]) {
      const revs = [coat, few].map((s) => latest(s).rev);
      expect(await give(['customer-2', tier])).toBe(204);
      await until('new revisions', () => [coat, few].every((s, i) => latest(s).rev === (revs[i] ?? 0) + 1));
      expect([coat, few].map((s) => latest(s).tier)).toEqual([tier, tier]);
    }
  });

  it('that is set again changes nothing, and nobody else’s', async () => {
    const [mine, other] = [await subscribe('9003', 'customer-3'), await subscribe('9004', 'customer-4')];
    await give(['customer-3', 'gold']);
    await until('it is there', () => latest(mine).tier === 'gold');
    const published = subs().length;
    await give(['customer-3', 'gold']);
    await give(['customer-4', 'silver']);
    await until('the other’s', () => latest(other).tier === 'silver');
    expect(subs().length).toBe(published + 1);
    expect(latest(mine)).toMatchObject({ tier: 'gold' });
  });

  it('goes with the shopper who is deleted', async () => {
    await give(['customer-5', 'gold']);
    const { shopper_id } = await subscribe('9005', 'customer-5');
    expect((await api('DELETE', `shoppers/${shopper_id}`)).status).toBe(202);
    expect(await bed.dataSource.query(`SELECT * FROM tiers WHERE external_id = 'customer-5'`)).toEqual([]);
  });

  it('waits for whoever is just being linked, so that neither misses the other', async () => {
    const emitter = new MemoryEmitter(bed.dataSource);
    const tiers = new Tiers();
    const linker = bed.dataSource.createQueryRunner();
    await linker.startTransaction();
    const query = <R>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> =>
      linker.query(sql, [...parameters]) as Promise<R[]>;
    expect(await tiers.ofLinked({ query }, 'aurora', ['customer-6'])).toEqual(new Map());
    let kept = false;
    const keeping = emitter
      .transaction((tx) => tiers.keep(tx, 'aurora', [{ external_id: 'customer-6', tier: 'gold' }], 1))
      .then(() => (kept = true));
    await until('the tier is kept, or waits', async () => {
      const waiting: unknown[] = await bed.dataSource.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%pg_advisory_xact_lock%'`,
      );
      return kept || waiting.length > 0;
    });
    expect(kept).toBe(false);
    await linker.commitTransaction();
    await linker.release();
    await keeping;
  });

  it('is refused as a whole when a customer is named twice, or the tier is no name', async () => {
    const refused = await api('PUT', 'tiers', [
      { external_id: 'customer-7', tier: 'gold' },
      { external_id: 'customer-7', tier: null },
      { external_id: 'customer-8', tier: '' },
    ]);
    const { errors } = (await refused.json()) as { errors: { pointer: string }[] };
    expect([refused.status, errors.map((e) => e.pointer).sort()]).toEqual([400, expect.arrayContaining(['#/2/tier'])]);
    expect(await bed.dataSource.query(`SELECT * FROM tiers WHERE external_id LIKE 'customer-7'`)).toEqual([]);
    const twice = await api('PUT', 'tiers', [
      { external_id: 'customer-7', tier: 'gold' },
      { external_id: 'customer-7', tier: null },
    ]);
    expect(((await twice.json()) as { errors: unknown }).errors).toMatchObject([{ pointer: '#/1/external_id' }]);
  });
});
