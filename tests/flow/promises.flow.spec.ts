/**
 * The promises of Beckon, from the platform's event to the shopper's phone, on real servers and real processes.
 * One shop, one Page; every story has its own person and SKU.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  alertsAdmitted,
  alertsMatched,
  catalogSignals,
  deadLetters,
  deliveries,
  subscriptions,
} from '@beckon/contracts';
import { createHmac } from 'node:crypto';
import { Beckon, PAGE } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start();
}, 120_000);

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });
let n = 0;
const sku = (): string => `sku-${(n += 1)}`;

/** A night that is now: one hour before to one hour after, in UTC. */
const nightNow = (): { zone: string; quiet_hours: { from: string; to: string } } => {
  const at = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(11, 16);
  return { zone: 'UTC', quiet_hours: { from: at(-3_600_000), to: at(3_600_000) } };
};

/** Waits until the alert of a subscription waits in throttling for this reason. */
const held = (subId: string, reason: string): Promise<unknown> =>
  until(`held: ${reason}`, async () =>
    (await beckon.decisions()).some((d) => d.sub_id === subId && d.verdict === 'held' && d.reason === reason),
  );

describe('promise 1: nothing is lost (the main job)', () => {
  it('a stock event becomes one message on the phone of the shopper who asked, and on no other', async () => {
    const [asker, other] = [await beckon.person('Ada'), await beckon.person('Ben')];
    const s = sku();
    await beckon.offer({ sku: s, units: 0, price: eur(12900) }, 'snapshot');
    const sub = await beckon.subscribe(asker, s, 'back_in_stock');
    await beckon.offer({ sku: s, units: 3, price: eur(12900) });
    const [alert] = await until('the alert', async () => {
      const got = await beckon.alerts(asker);
      return got.length > 0 && got;
    });
    expect(alert?.text).toContain('Red coat');
    expect(await beckon.alerts(other)).toEqual([]);
    await until('told as sent', async () => (await beckon.verdicts(sub)).length === 1);
    expect(await beckon.verdicts(sub)).toEqual(['sent']);
    await until('the subscription ends', async () =>
      (await beckon.read(subscriptions)).some((r) => r.key === sub.sub_id && r.value?.includes('"ended"')),
    );
  });

  it('a price event becomes one message with the new price; a further fall tells nobody twice', async () => {
    const p = await beckon.person('Cleo');
    const s = sku();
    await beckon.offer({ sku: s, units: 5, price: eur(12900) }, 'snapshot');
    const sub = await beckon.subscribe(p, s, 'price_drop');
    await beckon.offer({ sku: s, units: 5, price: eur(9900) });
    await until('the alert', async () => (await beckon.alerts(p)).length === 1);
    expect((await beckon.alerts(p))[0]?.text).toContain('99');
    await until('ended', async () =>
      (await beckon.read(subscriptions)).some((r) => r.key === sub.sub_id && r.value?.includes('"ended"')),
    );
    await beckon.offer({ sku: s, units: 5, price: eur(8900) });
    const witness = await witnessed();
    expect(await beckon.alerts(p)).toHaveLength(1);
    expect(witness).toBe(true);
  });
});

/** Tells somebody else something new: proof that the pipeline had time to do wrong. */
async function witnessed(): Promise<boolean> {
  const p = await beckon.person('Witness');
  const s = sku();
  await beckon.offer({ sku: s, units: 0, price: eur(100) }, 'snapshot');
  await beckon.subscribe(p, s, 'back_in_stock');
  await beckon.offer({ sku: s, units: 1, price: eur(100) });
  await until('the witness is told', async () => (await beckon.alerts(p)).length === 1);
  return true;
}

describe('promise 2: never twice', () => {
  it('every record of every stage, written again, sends nothing more and decides nothing more', async () => {
    const p = await beckon.person('Dora');
    const s = sku();
    await beckon.offer({ sku: s, units: 0, price: eur(500) }, 'snapshot');
    const sub = await beckon.subscribe(p, s, 'back_in_stock');
    await beckon.offer({ sku: s, units: 2, price: eur(500) }, 'changed', `once-${s}`);
    await until('the alert', async () => (await beckon.alerts(p)).length === 1);
    await until('its verdict', async () => (await beckon.verdicts(sub)).length === 1);
    await beckon.offer({ sku: s, units: 2, price: eur(500) }, 'changed', `once-${s}`);
    for (const topic of [catalogSignals, subscriptions, alertsMatched, alertsAdmitted, deliveries]) {
      const seen = [...(await beckon.read(topic))];
      await until(`${topic.name} is read`, () => seen.length > 0 || beckon.read(topic).then((r) => r.length > 0));
      const again = [...(await beckon.read(topic))].filter((r) => r.value?.includes(s));
      await beckon.client.producer.send(
        again.map((r) => ({ topic: beckon.client.topic(topic), key: r.key, value: r.value, headers: r.headers })),
      );
    }
    await witnessed();
    expect(await beckon.alerts(p)).toHaveLength(1);
    expect(await beckon.verdicts(sub)).toEqual(['sent']);
  });
});

describe('promise 3: never over a limit', () => {
  it('one a day: of two signals for one shopper one is sent and one is held', async () => {
    await beckon.applySettings({ limits: [{ scope: 'shopper', limit: 1, period: '24h' }] });
    const p = await beckon.person('Emil');
    const [a, b] = [sku(), sku()];
    for (const s of [a, b]) await beckon.offer({ sku: s, units: 0, price: eur(700) }, 'snapshot');
    const subA = await beckon.subscribe(p, a, 'back_in_stock');
    const subB = await beckon.subscribe(p, b, 'back_in_stock');
    await Promise.all([a, b].map((s) => beckon.offer({ sku: s, units: 4, price: eur(700) })));
    await until('one sent', async () => (await beckon.alerts(p)).length === 1);
    await until('one held', async () =>
      (await beckon.decisions()).some(
        (d) => d.verdict === 'held' && d.reason === 'over_limit' && [subA.sub_id, subB.sub_id].includes(d.sub_id ?? ''),
      ),
    );
    expect(await beckon.alerts(p)).toHaveLength(1);
    await beckon.applySettings();
    await until('the other goes when the limit allows', async () => (await beckon.alerts(p)).length === 2, 40_000);
  });
});

describe('promise 4: never stale', () => {
  it('the price bounces back while the alert waits for the morning: withdrawn, nothing sent', async () => {
    await beckon.applySettings(nightNow());
    const p = await beckon.person('Fay');
    const s = sku();
    await beckon.offer({ sku: s, units: 5, price: eur(8000) }, 'snapshot');
    const sub = await beckon.subscribe(p, s, 'price_drop');
    await beckon.offer({ sku: s, units: 5, price: eur(6000) });
    await held(sub.sub_id, 'quiet_hours');
    await beckon.offer({ sku: s, units: 5, price: eur(8000) });
    await until('withdrawn', async () => (await beckon.verdicts(sub)).includes('withdrawn:signal_closed'));
    await beckon.applySettings();
    await witnessed();
    expect(await beckon.alerts(p)).toEqual([]);
    expect(await beckon.verdicts(sub)).toEqual(['withdrawn:signal_closed']);
  });

  it('ingestion is away: alerts wait, nothing is sent on old data; all go on when it is back', async () => {
    await beckon.applySettings(nightNow());
    const p = await beckon.person('Gus');
    const s = sku();
    await beckon.offer({ sku: s, units: 0, price: eur(900) }, 'snapshot');
    const sub = await beckon.subscribe(p, s, 'back_in_stock');
    await beckon.offer({ sku: s, units: 9, price: eur(900) });
    await held(sub.sub_id, 'quiet_hours');
    await beckon.end('ingestion');
    try {
      await until(
        'what throttling knows of the source is older than 20 s',
        async () => {
          const [row] = await beckon.sql('throttling', 'SELECT max(confirmed_at)::float8 AS at FROM freshness');
          return Number(row?.['at']) < Date.now() - 20_000;
        },
        40_000,
      );
      await beckon.applySettings();
      await held(sub.sub_id, 'source_behind');
      expect(await beckon.alerts(p)).toEqual([]);
    } finally {
      await beckon.startService('ingestion');
    }
    await until('told at last', async () => (await beckon.alerts(p)).length === 1, 40_000);
  });
});

describe('promise 5: stop means stop', () => {
  it('STOP while an alert waits: nothing is sent, the stop is confirmed, and nothing comes after it', async () => {
    await beckon.applySettings(nightNow());
    const p = await beckon.person('Hal');
    const s = sku();
    await beckon.offer({ sku: s, units: 0, price: eur(900) }, 'snapshot');
    const sub = await beckon.subscribe(p, s, 'back_in_stock');
    await beckon.offer({ sku: s, units: 9, price: eur(900) });
    await held(sub.sub_id, 'quiet_hours');
    const before = (await beckon.received(p)).length;
    await beckon.say(p, 'STOP');
    await until('the confirmation', async () => (await beckon.received(p)).length > before);
    await beckon.applySettings();
    await until('a verdict', async () => (await beckon.verdicts(sub)).length === 1);
    await witnessed();
    expect(await beckon.alerts(p)).toEqual([]);
    expect(await beckon.received(p)).toHaveLength(before + 1);
    expect((await beckon.verdicts(sub))[0]).toMatch(/suppressed:stopped|withdrawn:subscription_ended/);
  });
});

describe('promise 6: every outcome has a reason, and analysts can read it', () => {
  it('deliveries and decisions are flat JSON with CloudEvents headers, without any personal id or token', async () => {
    const p = await beckon.person('Ida');
    const s = sku();
    await beckon.offer({ sku: s, units: 0, price: eur(900) }, 'snapshot');
    await beckon.subscribe(p, s, 'back_in_stock');
    await beckon.offer({ sku: s, units: 9, price: eur(900) });
    await until('told', async () => (await beckon.alerts(p)).length === 1);
    await until('on deliveries', async () => (await beckon.deliveries()).some((d) => d.sku === s));
    for (const topic of ['deliveries', 'decisions']) {
      const seen = await beckon.read({ name: topic });
      expect(seen.length).toBeGreaterThan(0);
      for (const r of seen) {
        const value = JSON.parse(r.value ?? '') as Record<string, unknown>;
        for (const column of Object.values(value)) expect(typeof column === 'object' && column !== null).toBe(false);
        expect(r.headers).toMatchObject({ ce_specversion: '1.0', 'content-type': 'application/json' });
        expect(r.headers['ce_type']).toBe(`beckon.${topic}.v1`);
        const text = JSON.stringify(r);
        expect(text).not.toContain(p);
        expect(text).not.toContain(beckon.secrets.FLOW_PAGE_TOKEN);
        expect(text).not.toMatch(/OTN_/);
      }
    }
  });
});

describe('promise 8: snapshots, replays and late events never alert', () => {
  it('a snapshot that shows stock, a first sight, and an older version are silent', async () => {
    const p = await beckon.person('Jo');
    const [a, b, c] = [sku(), sku(), sku()];
    await beckon.offer({ sku: a, units: 0, price: eur(900) }, 'snapshot');
    await beckon.offer({ sku: c, units: 0, price: eur(900), version: 10 }, 'snapshot');
    await beckon.subscribe(p, a, 'back_in_stock');
    await beckon.subscribe(p, c, 'back_in_stock');
    await beckon.offer({ sku: a, units: 5, price: eur(900) }, 'snapshot');
    await beckon.offer({ sku: b, units: 5, price: eur(900) });
    await beckon.offer({ sku: c, units: 7, price: eur(900), version: 9 });
    await until('first sight is told as such', async () =>
      (await beckon.decisions()).some((d) => d.sku === b && d.reason === 'no_baseline'),
    );
    await witnessed();
    expect(await beckon.alerts(p)).toEqual([]);
  });
});

describe('bad input', () => {
  it('a webhook with a wrong or missing signature is answered 401 and goes nowhere', async () => {
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: 1, messaging: [] }] });
    const post = async (signature?: string): Promise<number> => {
      const answer = await fetch(`${beckon.url('optin')}/webhooks/messenger`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(signature ? { 'x-hub-signature-256': signature } : {}) },
        body,
      });
      return answer.status;
    };
    const good = `sha256=${createHmac('sha256', beckon.secrets.FLOW_APP_SECRET).update(body).digest('hex')}`;
    expect(await post()).toBe(401);
    expect(await post(good.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).toBe(401);
    expect(await post(good)).toBe(200);
  });

  it('an event that cannot be read becomes a dead letter that names the fault; its neighbours go on', async () => {
    const dead = await beckon.read(deadLetters('ingestion'));
    const s = sku();
    await beckon.offer({ sku: s, units: -3 });
    const record = await until('the dead letter', () => dead.find((r) => r.value?.includes(s)));
    expect(record.headers).toMatchObject({ dl_field: expect.stringContaining('units'), dl_service: 'ingestion' });
    expect(record.headers['dl_reason']).toBeTruthy();
    await witnessed();
  });
});

describe('workers', () => {
  it('a second process takes over the Page of a dead one', async () => {
    for (const name of ['throttling', 'delivery']) {
      await beckon.startService(name);
      const first = beckon.running.get(name)?.[0];
      first?.child.kill('SIGKILL');
      await first?.gone;
      beckon.running.set(name, (beckon.running.get(name) ?? []).slice(1));
    }
    await witnessed();
  });
});
