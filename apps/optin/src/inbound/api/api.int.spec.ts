/** What holds for every route of the HTTP API: who may come in, and how it refuses. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ShopSettings, exampleSettings, offers, shops } from '@beckon/contracts';
import { metricsText } from '@beckon/service';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { until } from '../../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, coatOffer, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';

let bed: TestBed;
beforeAll(async () => {
  bed = await startOptin({ API_RATE_PER_MINUTE: '60' });
  const settings = ShopSettings.parse({
    ...exampleSettings,
    shop: 'borealis',
    pages: [{ ...exampleSettings.pages[0], page: '2002' }],
  });
  await bed.publish(shops, 'borealis', { shop: 'borealis', rev: 1, settings, updated_at: Date.now() });
  await until('borealis is known', async () => (await call('GET', 'borealis/keys')).status === 200);
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** Calls the API as the operator unless another key is given. */
async function call(
  method: string,
  path: string,
  o: { body?: unknown; key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const raw = typeof o.body === 'string' ? o.body : o.body === undefined ? undefined : JSON.stringify(o.body);
  const answer = await fetch(`${bed.url}/v1/${path.startsWith('/') ? path.slice(1) : `shops/${path}`}`, {
    method,
    ...(raw === undefined ? {} : { body: raw }),
    headers: {
      ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
      ...(o.key === '' ? {} : { authorization: `Bearer ${o.key ?? ADMIN_TOKEN}` }),
      ...o.headers,
    },
  });
  const text = await answer.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: answer.status, headers: answer.headers, text, body };
}

async function makeKey(scopes: string[], shop = 'aurora'): Promise<{ key: string; key_id: string }> {
  const made = await call('POST', `${shop}/keys`, { body: { label: 'spec', scopes } });
  expect(made.status).toBe(201);
  return made.body as unknown as { key: string; key_id: string };
}

const link = { kind: 'back_in_stock', sku: 'red-coat-m' };

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body['code']]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ type: `urn:beckon:problem:${code}`, status, title: expect.any(String) });
  expect(answer.body['fix']).not.toBe('');
  expect(answer.text).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules|statusCode/);
}

describe('an API key', () => {
  it('opens what its scopes name, in its own shop and nowhere else', async () => {
    const { key } = await makeKey(['links:write']);
    expect((await call('POST', 'aurora/links', { key, body: link })).status).toBe(201);
    expectProblem(await call('POST', 'borealis/links', { key, body: link }), 403, 'wrong_shop');
    expectProblem(await call('POST', 'nobody/links', { key, body: link }), 403, 'wrong_shop');
    expectProblem(await call('GET', 'aurora/keys', { key }), 403, 'scope_missing');
  });

  it('is told once, and kept only as a hash', async () => {
    const { key, key_id } = await makeKey(['links:write']);
    const listed = await call('GET', 'aurora/keys');
    expect(listed.text).toContain(key_id);
    expect(listed.text).not.toContain(key.split('_').at(-1));
    const rows = JSON.stringify(await bed.dataSource.query("SELECT *, encode(secret_hash, 'escape') FROM api_keys"));
    expect(rows).toContain(key_id);
    expect(rows).not.toContain(key.split('_').at(-1));
  });

  it('is refused from the moment it was revoked, also by a process that let it in before', async () => {
    const { key, key_id } = await makeKey(['links:write']);
    expect((await call('POST', 'aurora/links', { key, body: link })).status).toBe(201);
    expectProblem(await call('DELETE', `borealis/keys/${key_id}`), 404, 'unknown_key_id');
    expect((await call('DELETE', `aurora/keys/${key_id}`)).status).toBe(204);
    expectProblem(await call('POST', 'aurora/links', { key, body: link }), 401, 'key_revoked');
    const first = (await call('GET', 'aurora/keys')).body['keys'] as { key_id: string; revoked_at: number }[];
    expect((await call('DELETE', `aurora/keys/${key_id}`)).status).toBe(204);
    const again = (await call('GET', 'aurora/keys')).body['keys'] as { key_id: string; revoked_at: number }[];
    expect(again.find((k) => k.key_id === key_id)).toEqual(first.find((k) => k.key_id === key_id));
  });

  it('notes when it was used, roughly', async () => {
    const { key, key_id } = await makeKey(['links:write']);
    const used = async (): Promise<number | null> => {
      const [row] = await bed.dataSource.query('SELECT last_used_at FROM api_keys WHERE key_id = $1', [key_id]);
      return row.last_used_at;
    };
    expect(await used()).toBeNull();
    await call('POST', 'aurora/links', { key, body: link });
    const first = await used();
    expect(first).toBeGreaterThan(Date.now() - 60_000);
    await call('POST', 'aurora/links', { key, body: link });
    expect(await used()).toBe(first);
  });

  it('makes no key that may more than itself', async () => {
    const { key } = await makeKey(['keys:write', 'links:write']);
    const more = { label: 'x', scopes: ['links:write', 'shoppers:delete'] };
    expectProblem(await call('POST', 'aurora/keys', { key, body: more }), 403, 'scope_not_yours');
    const less = await call('POST', 'aurora/keys', { key, body: { label: 'x', scopes: ['links:write'] } });
    expect([less.status, less.body['scopes']]).toEqual([201, ['links:write']]);
  });

  it.each([
    ['none', '', 'key_missing'],
    ['a made-up one', `bk_aurora_0123456789ab_${'0'.repeat(48)}`, 'key_unknown'],
    ['the operator’s token with something missing', ADMIN_TOKEN.slice(1), 'key_unknown'],
  ])('%s: 401 with the way to authenticate', async (_, key, code) => {
    const answer = await call('POST', 'aurora/links', { key, body: link });
    expectProblem(answer, 401, code);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('with another secret, or in the name of another shop: 401', async () => {
    const { key } = await makeKey(['links:write']);
    const forged = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expectProblem(await call('POST', 'aurora/links', { key: forged, body: link }), 401, 'key_unknown');
    const moved = key.replace('bk_aurora_', 'bk_borealis_');
    expectProblem(await call('POST', 'borealis/links', { key: moved, body: link }), 401, 'key_unknown');
  });

  it('has so many calls a minute and is told how many are left; the operator has no limit', async () => {
    const { key } = await makeKey(['links:write']);
    const other = await makeKey(['links:write']);
    const first = await call('POST', 'aurora/links', { key, body: link });
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=60;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"key";r=59;t=\d+$/);
    const rest = await Promise.all(Array.from({ length: 60 }, () => call('POST', 'aurora/links', { key, body: link })));
    const refused = rest.filter((a) => a.status !== 201);
    expect(refused).toHaveLength(1);
    expectProblem(refused[0]!, 429, 'rate_limited');
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('POST', 'aurora/links', { key: other.key, body: link })).status).toBe(201);
    const many = await Promise.all(Array.from({ length: 70 }, () => call('POST', 'aurora/links', { body: link })));
    expect(new Set(many.map((a) => a.status))).toEqual(new Set([201]));
  });
});

describe('a problem', () => {
  it('names every field and what is wrong there', async () => {
    const answer = await call('POST', 'aurora/links', { body: { kind: 'rain', locale: 'German', colour: 1 } });
    expectProblem(answer, 400, 'invalid_request');
    const faults = answer.body['errors'] as { pointer: string; detail: string }[];
    expect(faults.map((f) => f.pointer).sort()).toEqual(['#', '#/kind', '#/locale']);
    expect(answer.body['detail']).toContain('#/kind');
    expect(faults.find((f) => f.pointer === '#/kind')?.detail).toContain('back_in_stock');
    expect(faults.find((f) => f.pointer === '#')?.detail).toContain('colour');
  });

  it.each<[string, string, string, { body?: unknown; headers?: Record<string, string>; key?: string }, number, string]>(
    [
      ['an unknown path', 'GET', '/nothing', {}, 404, 'unknown_route'],
      ['an unknown path below a shop', 'GET', 'aurora/nothing', {}, 404, 'unknown_route'],
      ['an unknown path without a key', 'GET', '/nothing', { key: '' }, 404, 'unknown_route'],
      ['another method', 'PUT', 'aurora/links', { body: {} }, 405, 'method_not_allowed'],
      ['a path that is no UTF-8', 'GET', 'aurora%E0%A4/keys', {}, 400, 'malformed_path'],
      [
        'a form',
        'POST',
        'aurora/links',
        { body: 'kind=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        415,
        'unsupported_media_type',
      ],
      [
        'another charset',
        'POST',
        'aurora/links',
        { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
        415,
        'unsupported_media_type',
      ],
      ['no JSON', 'POST', 'aurora/links', { body: '{"kind": back' }, 400, 'malformed_json'],
      ['half a body', 'POST', 'aurora/links', { body: '{"kind":' }, 400, 'malformed_json'],
      ['a body of 70 kB', 'POST', 'aurora/links', { body: { kind: 'x'.repeat(70_000) } }, 413, 'body_too_large'],
      ['no body', 'POST', 'aurora/links', {}, 400, 'invalid_request'],
      ['a list as body', 'POST', 'aurora/links', { body: '[]' }, 400, 'invalid_request'],
      ['an unknown shop', 'POST', 'nobody/links', { body: link }, 404, 'unknown_shop'],
      ['an unknown Page', 'POST', 'aurora/links', { body: { ...link, page: '7' } }, 404, 'unknown_page'],
      ['an unknown SKU', 'POST', 'aurora/links', { body: { ...link, sku: 'x' } }, 404, 'unknown_sku'],
      [
        'an Idempotency-Key with blanks',
        'POST',
        'aurora/links',
        { body: link, headers: { 'idempotency-key': 'a b' } },
        400,
        'invalid_request',
      ],
    ],
  )('%s', async (_, method, path, o, status, code) => expectProblem(await call(method, path, o), status, code));

  it('says which methods there are, and does not repeat what it could not read', async () => {
    expect((await call('PUT', 'aurora/links', { body: {} })).headers.get('allow')).toBe('POST');
    expect((await call('POST', 'aurora/links', { body: '{"name": secret-of-mine' })).text).not.toContain('secret-of');
  });

  it('is the answer when something breaks inside, without a word about it', async () => {
    await bed.dataSource.query('ALTER TABLE api_keys RENAME TO api_keys_away');
    try {
      expectProblem(await call('GET', 'aurora/keys'), 500, 'internal');
    } finally {
      await bed.dataSource.query('ALTER TABLE api_keys_away RENAME TO api_keys');
    }
  });

  it('is nothing that the webhook edge or any other path knows', async () => {
    const unsigned = await bed.webhook('{"no":', { 'x-hub-signature-256': '', 'content-type': 'text/csv' });
    expect([unsigned.status, unsigned.headers.get('content-type')]).toEqual([
      401,
      expect.stringContaining('application/json'),
    ]);
    expect(unsigned.headers.get('ratelimit')).toBeNull();
    expect((await fetch(`${bed.url}/nothing`)).headers.get('content-type')).not.toContain('problem');
  });

  it('is counted by route and status, without a word of the path', async () => {
    await call('GET', 'very-secret-shop/keys');
    await call('GET', '/very-secret-path');
    const metrics = (await metricsText()).split('\n').filter((l) => l.startsWith('beckon_optin_api_requests_total{'));
    const of = (route: string, status: string): boolean =>
      metrics.some((l) => l.includes(`route="${route}"`) && l.includes(`status="${status}"`) && l.includes('method="'));
    expect([of('/v1/shops/{shop}/keys', '404'), of('unknown', '404')]).toEqual([true, true]);
    expect(metrics.join()).not.toContain('secret');
  });

  it('a caller that hangs up halfway harms nobody', async () => {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1');
    socket.write(
      'POST /v1/shops/aurora/links HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"k',
    );
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect((await call('POST', 'aurora/links', { body: link })).status).toBe(201);
  });
});

describe('an Idempotency-Key', () => {
  const withKey = (key: string, body: unknown, path = 'aurora/keys'): Promise<Answer> =>
    call('POST', path, { body, headers: { 'idempotency-key': key } });
  const wanted = { label: 'once', scopes: ['links:write'] };

  it('makes the same request one request, with the same answer', async () => {
    const key = randomUUID();
    const first = await withKey(key, wanted);
    const again = await withKey(`"${key}"`, wanted);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    const [{ n }] = await bed.dataSource.query('SELECT count(*)::int AS n FROM api_keys WHERE key_id = $1', [
      first.body['key_id'],
    ]);
    expect(n).toBe(1);
  });

  it('with another body or another path: 422', async () => {
    const key = randomUUID();
    expect((await withKey(key, wanted)).status).toBe(201);
    expectProblem(await withKey(key, { ...wanted, label: 'twice' }), 422, 'idempotency_key_reused');
    expectProblem(await withKey(key, wanted, 'aurora/links'), 422, 'idempotency_key_reused');
  });

  it('is each shop’s own', async () => {
    const key = randomUUID();
    const [one, other] = [await withKey(key, wanted), await withKey(key, wanted, 'borealis/keys')];
    expect([one.status, other.status, other.body['shop']]).toEqual([201, 201, 'borealis']);
  });

  it('ten at once: one is done, the others hear that it is being done, or its answer', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => withKey(key, wanted)));
    const made = answers.filter((a) => a.status === 201);
    expect(new Set(made.map((a) => a.body['key_id'])).size).toBe(1);
    for (const a of answers.filter((x) => x.status !== 201)) expectProblem(a, 409, 'request_in_flight');
  });

  it('whose request was refused may come again', async () => {
    const key = randomUUID();
    const about = { kind: 'back_in_stock', sku: `sku-${key}` };
    expectProblem(await withKey(key, about, 'aurora/links'), 404, 'unknown_sku');
    await bed.publish(offers, `aurora:${about.sku}`, { ...coatOffer, sku: about.sku });
    await until('the offer is known', async () => (await call('POST', 'aurora/links', { body: about })).status === 201);
    expect((await withKey(key, about, 'aurora/links')).status).toBe(201);
  });

  it('of a process that died in the middle may be taken over after a minute', async () => {
    const key = randomUUID();
    expect((await withKey(key, wanted)).status).toBe(201);
    await bed.dataSource.query(
      'UPDATE api_answers SET answer_sealed = NULL, busy_until = $2 WHERE idempotency_key = $1',
      [key, Date.now() + 30_000],
    );
    const busy = await withKey(key, wanted);
    expectProblem(busy, 409, 'request_in_flight');
    expect(Number(busy.headers.get('retry-after'))).toBeGreaterThan(20);
    await bed.dataSource.query('UPDATE api_answers SET busy_until = $2 WHERE idempotency_key = $1', [
      key,
      Date.now() - 1,
    ]);
    expect((await withKey(key, wanted)).status).toBe(201);
  });

  it('counts for 24 hours; the answer, which may tell a secret, is kept sealed', async () => {
    const key = randomUUID();
    const first = await withKey(key, wanted);
    const rows = JSON.stringify(await bed.dataSource.query('SELECT * FROM api_answers'));
    expect(rows).toContain(key);
    expect(rows).not.toContain(String(first.body['key']).split('_').at(-1));
    await bed.dataSource.query('UPDATE api_answers SET began_at = began_at - 86400001 WHERE idempotency_key = $1', [
      key,
    ]);
    const later = await withKey(key, { ...wanted, label: 'another day' });
    expect([later.status, later.body['label']]).toEqual([201, 'another day']);
  });
});
