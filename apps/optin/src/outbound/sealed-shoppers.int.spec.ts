/** Shoppers sealed anew: the table and the compacted topic end up without the old key, whoever else publishes meanwhile. */
import { beforeAll, expect, it } from '@jest/globals';
import { shoppers } from '@beckon/contracts';
import type { Shopper } from '@beckon/contracts';
import { Emitter } from '@beckon/kafka';
import { Sealer, resealAll } from '@beckon/service';
import { randomBytes } from 'node:crypto';
import { testLog, until } from '../../../../tests/support/real-servers.js';
import type { SeenRecord } from '../../../../tests/support/real-servers.js';
import { from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';
import { sealedShoppers } from './sealed-shoppers.js';

const [one, two] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`) as [string, string];
const during = Sealer.fromKeys(`${two},${one}`);
const after = Sealer.fromKeys(two);

let bed: TestBed;
let seen: SeenRecord[];
beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: one });
  seen = await bed.records(shoppers);
});

const lastOf = (id: string): Shopper | null | undefined => {
  const record = seen.filter((r) => r.key === id).at(-1);
  return record && (JSON.parse(record.value ?? 'null') as Shopper | null);
};

/** A person with a token; answers their id and their record. */
async function person(psid: string): Promise<{ id: string; rev: number }> {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ sku: 'red-coat-m', kind: 'back_in_stock' }),
    headers: { 'content-type': 'application/json', authorization: 'Bearer admin token of the spec' },
  });
  const { ref } = (await made.json()) as { ref: string };
  const known = new Set(seen.map((r) => r.key));
  const optin = { type: 'one_time_notif_req', payload: ref, one_time_notif_token: `TOKEN_${psid}` };
  await bed.webhook(hook(from(psid, { optin })));
  const record = await until('the shopper', () => seen.find((r) => !known.has(r.key)));
  return { id: record.key ?? '', rev: (JSON.parse(record.value ?? '') as Shopper).rev };
}

it('publishes each shopper again at the revision it has, and no other', async () => {
  const { id, rev } = await person('501');
  const emitter = bed.app.get(Emitter);
  const places = [sealedShoppers(bed.dataSource, emitter)];
  expect(await resealAll({ sealer: after, places, log: testLog() })).toBe(1);
  expect(await resealAll({ sealer: during, places, log: testLog() })).toBe(0);
  const last = await until('the record', () => (lastOf(id)?.psid_sealed.startsWith('v1.k2.') ? lastOf(id) : undefined));
  expect(last).toMatchObject({ rev, shopper_id: id });
  expect(after.open(last.psid_sealed)).toBe('501');
  expect(after.open(last.grants[0]?.token_sealed ?? '')).toBe('TOKEN_501');
  const [row] = await bed.dataSource.query('SELECT rev, psid_sealed, grants FROM shoppers WHERE shopper_id = $1', [id]);
  expect([row.rev, after.open(row.psid_sealed), after.open(row.grants[0].token_sealed)]).toEqual([
    rev,
    '501',
    'TOKEN_501',
  ]);
  const records = seen.length;
  expect(await resealAll({ sealer: during, places, log: testLog() })).toBe(0);
  await person('502');
  expect(seen).toHaveLength(records + 1);
});

it.each([
  ['moved on', '503', 'UPDATE shoppers SET rev = rev + 5 WHERE shopper_id = $1', (rev: number) => rev + 5],
  ['was buried', '504', 'DELETE FROM shoppers WHERE shopper_id = $1', () => null],
])('has the last word on the topic about one who %s meanwhile', async (_, psid, sql, expected) => {
  const { id, rev } = await person(psid);
  const emitter = bed.app.get(Emitter);
  let steps = 0;
  // Another process commits between our commit and our look back.
  const place = sealedShoppers(bed.dataSource, {
    transaction: async (work) => {
      const result = await emitter.transaction(work);
      if ((steps += 1) === 1) await bed.dataSource.query(sql, [id]);
      return result;
    },
  });
  await place.next(during.currentPrefix, [id.slice(0, -1)], (sealed) => during.reseal(sealed));
  // What comes after it on the same partition shows that all of ours has been read.
  await bed.publish(shoppers, id, null);
  const records = await until('the record behind ours', () => {
    const mine = seen.filter((r) => r.key === id);
    return mine.at(-1)?.headers['ce_id'] === undefined && mine;
  });
  const last = JSON.parse(records.at(-2)?.value ?? 'null') as Shopper | null;
  expect(last && last.rev).toBe(expected(rev));
});
