/** `beckon keys` against a running optin: what the operator types, and that the key works where it should. */
import { beforeAll, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import pc from 'picocolors';
import { run } from '../../../../cli/src/run.js';
import { ADMIN_TOKEN, startOptin } from '../../../tests/bed.js';
import type { TestBed } from '../../../tests/bed.js';

let bed: TestBed;
beforeAll(async () => {
  bed = await startOptin();
});

async function beckon(args: string[], token = ADMIN_TOKEN): Promise<{ code: number; out: string[]; err: string }> {
  const [out, err] = [[] as string[], [] as string[]];
  const code = await run(args, {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    colors: pc.createColors(false),
    env: { BECKON_STATE: tmpdir(), OPTIN_URL: `${bed.url}/`, ADMIN_TOKEN: token },
    signal: new AbortController().signal,
    now: () => Date.now(),
  });
  return { code, out, err: err.join('\n') };
}

const link = (key: string): Promise<Response> =>
  fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ kind: 'back_in_stock', sku: 'red-coat-m' }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
  });

it('makes a key that works, shows it once, lists it and takes it back', async () => {
  const create = ['keys', 'create', '--shop', 'aurora', '--label', 'product pages', '--scope', 'links:write'];
  const made = await beckon(create);
  expect(made).toMatchObject({ code: 0, err: expect.stringContaining('links:write') });
  const [key = ''] = made.out;
  expect((await link(key)).status).toBe(201);

  const listed = await beckon(['keys', 'list', '--shop', 'aurora']);
  expect(listed.out).toEqual([expect.stringMatching(/made 20.*used 20.*links:write {2}product pages$/)]);
  expect(listed.out.join()).not.toContain(key.split('_').at(-1));
  const asJson = await beckon(['keys', 'list', '--shop', 'aurora', '--json']);
  const { key_id } = JSON.parse(asJson.out[0] ?? '') as { key_id: string };
  expect(key).toContain(key_id);

  expect((await beckon(['keys', 'revoke', key, '--shop', 'aurora'])).code).toBe(0);
  expect((await link(key)).status).toBe(401);
  expect((await beckon(['keys', 'list', '--shop', 'aurora'])).out[0]).toContain('REVOKED');
});

it('says what is wrong in the words of the API', async () => {
  const scope = ['keys', 'create', '--shop', 'aurora', '--label', 'x', '--scope', 'links:write', 'everything'];
  expect(await beckon(scope)).toMatchObject({ code: 1, out: [], err: expect.stringContaining('"links:write"') });
  const shop = ['keys', 'list', '--shop', 'nobody'];
  expect(await beckon(shop)).toMatchObject({ code: 1, out: [], err: expect.stringMatching(/nobody.*shops apply/s) });
  const id = ['keys', 'revoke', '0123', '--shop', 'aurora'];
  expect(await beckon(id)).toMatchObject({ code: 1, err: expect.stringContaining('no such API key') });
  expect(await beckon(shop, 'not the token')).toMatchObject({ code: 1, err: expect.stringContaining('ADMIN_TOKEN') });
});
