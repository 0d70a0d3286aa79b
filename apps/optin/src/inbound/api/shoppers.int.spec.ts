/** What the shop's desk may see of a shopper, and what never. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { messagesRequested } from '@beckon/contracts';
import type { RequestedMessage } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { until } from '../../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, from, hook, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';
import { ANSWERS } from './schemas.js';

const PSID = '8015550801';
const TOKEN = 'TOKEN_OF_THE_SHOPPER';
const KEY = Buffer.alloc(32, 5).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
let bed: TestBed;
let shopper: string;

async function get(path: string): Promise<{ status: number; headers: Headers; text: string; body: never }> {
  const answer = await fetch(`${bed.url}/v1/shops/aurora/shoppers/${path}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as never };
}
const refOf = async (kind: string): Promise<string> => {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({
      ...{ sku: 'red-coat-m', kind, locale: 'de_DE', external_id: 'customer/ 4711' },
      ...(kind === 'price_drop' && { threshold: { type: 'percent', percent: 10 } }),
    }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  return ((await made.json()) as { ref: string }).ref;
};
const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);

beforeAll(async () => {
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` });
  const said = await bed.published(messagesRequested);
  const to = (): RequestedMessage[] => said().filter((m) => sealer.open(m.psid_sealed) === PSID);
  let n = 0;
  for (const kind of ['back_in_stock', 'price_drop']) {
    await send(from(PSID, { referral: { ref: await refOf(kind), source: 'SHORTLINK', type: 'OPEN_THREAD' } }));
    const question = await until('the question', () => to()[n]);
    const { payload } = (question.body as { attachment: { payload: { payload: string } } }).attachment.payload;
    await send(
      from(PSID, { optin: { type: 'one_time_notif_req', payload, one_time_notif_token: `${TOKEN}_${kind}` } }),
    );
    await until('the confirmation', () => to()[n + 1]);
    shopper = question.shopper_id;
    n += 2;
  }
});

const secrets = [PSID, TOKEN, 'psid', 'token', 'v1.k1.'];

describe('a shopper', () => {
  it('is shown with state, rights and active requests, without page-scoped id and tokens', async () => {
    const { status, text, body } = await get(shopper);
    expect(status).toBe(200);
    expect(ANSWERS.Shopper.strict().parse(body)).toMatchObject({
      shopper_id: shopper,
      shop: 'aurora',
      page: '1001',
      external_id: 'customer/ 4711',
      locale: 'de_DE',
      stopped_at: null,
      suspended_at: null,
      window_until: expect.any(Number),
      rights: [{ kind: 'one_time' }, { kind: 'one_time' }],
      subscriptions: [{ kind: 'back_in_stock', state: 'active' }, { kind: 'price_drop' }],
    });
    for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  it('is found by the shop’s own id', async () => {
    const { body } = await get(`external_id:${encodeURIComponent('customer/ 4711')}?page=1001`);
    expect(body['shopper_id']).toBe(shopper);
    expect((await get('external_id:nobody')).body).toMatchObject({ status: 404, code: 'unknown_shopper' });
    expect((await get(`${shopper}x`)).body).toMatchObject({
      code: 'unknown_shopper',
      errors: [{ parameter: 'shopper_id' }],
    });
  });

  it('is another shop’s secret', async () => {
    await bed.dataSource.query(`UPDATE shoppers SET shop = 'borealis' WHERE shopper_id = $1`, [shopper]);
    try {
      expect((await get(shopper)).body).toMatchObject({ code: 'unknown_shopper' });
      expect((await get(`${shopper}/consents`)).body).toMatchObject({ code: 'unknown_shopper' });
    } finally {
      await bed.dataSource.query(`UPDATE shoppers SET shop = 'aurora' WHERE shopper_id = $1`, [shopper]);
    }
  });
});

describe('consents', () => {
  it('tell what was shown and tapped, when, in which language, and by which event', async () => {
    const { text, body } = await get(`${shopper}/consents`);
    const { consents, next } = ANSWERS.Consents.strict().parse(body);
    expect(next).toBeNull();
    expect(consents.map((c) => [c.kind, c.state])).toEqual([
      ['back_in_stock', 'active'],
      ['price_drop', 'active'],
    ]);
    const [evidence] = consents[1]?.evidence ?? [];
    expect(evidence).toMatchObject({
      asked_by: 'one_time',
      tapped: 'notify_me',
      locale: 'de_DE',
      grant_id: expect.stringMatching(/^grt_/),
    });
    expect(evidence?.shown).toContain('Red coat, Size M');
    expect(evidence?.event).not.toBe('');
    expect(evidence?.at).toBeGreaterThan(Date.now() - 600_000);
    for (const secret of secrets) expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  it('come in pages that leave none out and repeat none', async () => {
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await get(`${shopper}/consents?limit=1${after}`);
      const page = ANSWERS.Consents.parse(body);
      expect(page.consents).toHaveLength(1);
      seen.push(...page.consents.map((c) => c.sub_id));
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    expect(new Set(seen).size).toBe(2);
    expect(seen).toHaveLength(2);
    expect((await get(`${shopper}/consents?after=nonsense`)).body).toMatchObject({
      ...{ code: 'invalid_request', errors: [{ parameter: 'after' }] },
    });
  });

  it('can be kept as a file, ended ones too', async () => {
    await send(from(PSID, { message: { mid: 'm_stop', text: 'STOP' } }));
    const ended = await until('they end', async () => {
      const answer = await get(`${shopper}/consents?download=true`);
      return answer.text.includes('"active"') ? undefined : answer;
    });
    expect(ended.headers.get('content-disposition')).toBe(`attachment; filename=consents-${shopper}.json`);
    expect(ended.headers.get('content-type')).toContain('application/json');
    expect(ANSWERS.Consents.parse(ended.body).consents.map((c) => c.ended_reason)).toEqual(['stopped', 'stopped']);
  });
});
