/**
 * A sealing key is replaced as docs/privacy.md says, process by process, while people are talking and alerts go out:
 * no reply and no alert fails, and in the end nothing is left under the old key.
 */
import { expect, it } from '@jest/globals';
import { shoppers } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { randomBytes } from 'node:crypto';
import { Beckon } from '../support/beckon.js';
import { until } from '../support/real-servers.js';

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });
const SERVICES = ['optin', 'delivery'] as const;

it('rotates under traffic without a failed message, and the old key can be taken out', async () => {
  const beckon = await Beckon.start();
  const old = beckon.secrets.SEAL_KEYS;
  const fresh = `k2:${randomBytes(32).toString('base64')}`;
  const onlyNew = Sealer.fromKeys(fresh);
  const item = 'rotated';
  await beckon.offer({ sku: item, units: 0, price: eur(12900) }, 'snapshot');

  // People of before, who do nothing while the keys change: only the loops can seal them anew.
  const silent = [await beckon.person('Ada'), await beckon.person('Ben')];
  const subs = [];
  for (const psid of silent) subs.push(await beckon.subscribe(psid, item, 'back_in_stock'));

  // Traffic: somebody who writes all the time, and has to be answered each time.
  const talker = await beckon.person('Cleo');
  await beckon.subscribe(talker, item, 'back_in_stock');
  let talking = true;
  let asked = 0;
  const before = (await beckon.received(talker)).length;
  const traffic = (async () => {
    while (talking) {
      await beckon.say(talker, 'help');
      asked += 1;
      await until(
        `answer ${asked} while the keys change`,
        async () => (await beckon.received(talker)).length >= before + asked,
        60_000,
      );
    }
  })();

  /** One service after the other, the new process before the old one ends. */
  const roll = async (keys: string): Promise<void> => {
    for (const name of SERVICES) {
      const [running] = beckon.running.get(name) ?? [];
      await beckon.startService(name, { env: { SEAL_KEYS: keys } });
      if (name === 'optin') await beckon.connectPage();
      running?.child.kill('SIGTERM');
      await running?.gone;
      beckon.running.set(
        name,
        (beckon.running.get(name) ?? []).filter((r) => r !== running),
      );
    }
  };
  const left = async (name: string): Promise<number[]> => {
    const text = await (await fetch(`${beckon.url(name)}/metrics`)).text();
    return [...text.matchAll(/^beckon_sealed_under_old_key_rows\{[^}]*\} (\d+)/gm)].map((m) => Number(m[1]));
  };

  await roll(`${old},${fresh}`);
  await roll(`${fresh},${old}`);
  for (const [name, places] of [
    ['optin', 2],
    ['delivery', 3],
  ] as const)
    await until(
      `nothing is left under the old key in ${name}`,
      async () => {
        const counts = await left(name);
        return counts.length === places && counts.every((n) => n === 0);
      },
      150_000,
    );

  // What compaction will keep of each shopper opens with the new key alone.
  const seen = await beckon.read(shoppers);
  for (const { shopper_id } of subs) {
    const last = await until(`the last record of ${shopper_id} under the new key`, () => {
      const value = seen.filter((r) => r.key === shopper_id).at(-1)?.value;
      return value?.includes('"psid_sealed":"v1.k2.') && value;
    });
    const shopper = shoppers.schema.parse(JSON.parse(last));
    expect(silent).toContain(onlyNew.open(shopper.psid_sealed));
    for (const grant of shopper.grants) expect(onlyNew.open(grant.token_sealed)).not.toBe('');
  }

  await roll(fresh);
  talking = false;
  await traffic;
  expect(asked).toBeGreaterThan(5);
  await beckon.offer({ sku: item, units: 5, price: eur(12900) });
  for (const psid of [...silent, talker])
    await until('the alert', async () => (await beckon.alerts(psid)).length === 1, 60_000);
  expect((await beckon.received(talker)).length).toBe(before + asked + 1);
  const still = await until('every message has its answer', async () => {
    const rows = await beckon.sql('delivery', 'SELECT id, state, reason FROM ledger');
    return rows.every((r) => r['state'] !== 'sending' && r['state'] !== 'queued') && rows;
  });
  expect(still.filter((r) => r['state'] !== 'accepted')).toEqual([]);
  for (const name of SERVICES) expect(beckon.logOf(name)).not.toMatch(/cannot be opened/);
}, 400_000);
