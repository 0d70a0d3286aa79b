/** Snapshots over HTTP: silent, corrected, line by line; with real API keys of a running optin. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { catalogSignals, offers, type Offer, type Signal } from '@beckon/contracts';
import { createTopics } from '@beckon/kafka';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { run } from '../../../../cli/src/run.js';
import { ADMIN_TOKEN, startOptin } from '../../../../optin/tests/bed.js';
import { cleanUp, until, type SeenRecord } from '../../../../../tests/support/real-servers.js';
import { startIngestion, type TestBed } from '../../../tests/bed.js';

let optinUrl: string;
let bed: TestBed;
let key: string;
let catalog: string;
let [seenOffers, seenSignals]: SeenRecord[][] = [];

beforeAll(async () => {
  optinUrl = (await startOptin()).url;
  catalog = `snapshots-${Math.random().toString(36).slice(2)}`;
  bed = await startIngestion([{ name: 'catalog', format: 'cloudevents', topic: catalog }], {
    OPTIN_URL: optinUrl,
    SNAPSHOT_LINE_BYTES: '2000',
    SNAPSHOT_IDLE_MS: '1500',
  });
  const admin = await bed.client.admin();
  await createTopics(admin, [{ topic: catalog, numPartitions: 1 }]);
  cleanUp(() => admin.deleteTopics({ topics: [catalog] }));
  key = await makeKey('snapshots:write');
  [seenOffers, seenSignals] = [await bed.records(offers), await bed.records(catalogSignals)];
});

async function makeKey(...scopes: string[]): Promise<string> {
  const answer = await fetch(`${optinUrl}/v1/shops/aurora/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ label: 'test', scopes }),
  });
  return ((await answer.json()) as { key: string }).key;
}

type Line = Record<string, unknown>;
async function send(
  lines: readonly (object | string)[],
  query = '',
  headers: Record<string, string> = {},
): Promise<{ status: number; lines: Line[]; last: Line }> {
  const answer = await fetch(`${bed.url}/v1/shops/aurora/snapshots${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson', ...headers },
    body: lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'),
  });
  const told = (await answer.text())
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Line);
  return { status: answer.status, lines: told, last: told.at(-1) ?? {} };
}

async function offer(sku: string): Promise<{ units: number | null; published: boolean; seq: number } | undefined> {
  const rows = (await bed.dataSource.query(
    `SELECT units, published, seq FROM offers WHERE shop = 'aurora' AND sku = $1`,
    [sku],
  )) as { units: number | null; published: boolean; seq: number }[];
  return rows[0];
}
const signalsOf = (sku: string): Signal[] =>
  seenSignals!.map((s) => JSON.parse(s.value ?? '') as Signal).filter((s) => s.sku === sku);

/** An event in the shop's topic, and that it was read. */
async function event(data: { sku: string; units: number } & object): Promise<void> {
  const headers = { ce_specversion: '1.0', ce_source: 'test', ce_type: 'com.beckon.offer.changed' };
  const value = JSON.stringify({ product: data.sku, ...data });
  await bed.client.producer.send([
    { topic: catalog, key: data.sku, value, headers: { ...headers, ce_id: `${data.sku}-${Math.random()}` } },
  ]);
  await until('the event is read', async () => (await offer(data.sku))?.units === data.units);
}

describe('what it says', () => {
  it('is set silently; sent again nothing changes; offers are told', async () => {
    await event({ sku: 'coat', units: 0, version: 5 } as { sku: string; units: number });
    const snapshot = [
      { sku: 'coat', product: 'coat', units: 4 },
      { sku: 'hat', product: 'hat', units: 1, price: { value: '10.00', currency: 'EUR' } },
    ];
    expect(await send(snapshot)).toMatchObject({
      status: 200,
      last: { type: 'done', lines: 2, faults: 0, corrected: 2, unchanged: 0, opened: 0 },
    });
    expect(await offer('coat')).toMatchObject({ units: 4 });
    expect((await send(snapshot)).last).toMatchObject({ type: 'done', corrected: 0, unchanged: 2 });
    await until('the offers', () => seenOffers!.filter((o) => o.key === 'aurora:hat').length === 1);
    expect(JSON.parse(seenOffers!.find((o) => o.key === 'aurora:hat')?.value ?? '') as Offer).toMatchObject({
      units: 1,
    });
    // Drift is mended, and the platform's next count still counts.
    await event({ sku: 'coat', units: 0, version: 6 } as { sku: string; units: number });
    expect(signalsOf('coat')).toEqual([]);
  });

  it('opens signals only when the shop asks for it, and closes what is no longer true', async () => {
    await event({ sku: 'scarf', units: 0 });
    expect((await send([{ sku: 'scarf', product: 'scarf', units: 3 }], '?signals=open')).last).toMatchObject({
      ...{ type: 'done', opened: 1, closed: 0 },
    });
    expect((await send([{ sku: 'scarf', product: 'scarf', units: 0 }])).last).toMatchObject({ opened: 0, closed: 1 });
    await until('both', () => signalsOf('scarf').length === 2);
    expect(signalsOf('scarf').map((s) => [s.op, s.source])).toEqual([
      ['opened', 'catalog'],
      ['closed', 'catalog'],
    ]);
  });

  it('each bad line is told with its number, field and fix; the others go on', async () => {
    const { status, lines, last } = await send([
      { sku: 'a1', product: 'a', units: 1 },
      '{"sku":',
      { sku: 'a2', product: 'a', units: -1 },
      '',
      `{"sku":"a3","product":"a","title":"${'x'.repeat(3000)}"}`,
      { sku: 'a4', product: 'a', units: 2 },
    ]);
    expect(status).toBe(200);
    expect(lines.filter((l) => l['type'] === 'fault')).toMatchObject([
      { line: 2, field: 'value', fix: expect.stringMatching(/JSON/) },
      { line: 3, field: 'units', fix: expect.stringMatching(/whole number/) },
      { line: 5, field: 'value', detail: expect.stringMatching(/longer than 2000/) },
    ]);
    expect(last).toMatchObject({ type: 'done', lines: 5, faults: 3, corrected: 2 });
  });

  it('what something newer is known of stays', async () => {
    await event({ sku: 'glove', units: 7 });
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    expect((await send([{ sku: 'glove', product: 'glove', units: 1 }], `?at=${hourAgo}`)).last).toMatchObject({
      ...{ corrected: 0, newer_known: 1 },
    });
    expect(await offer('glove')).toMatchObject({ units: 7 });
  });
});

describe('what it does not name', () => {
  it('stays, unless it is complete and every line could be read', async () => {
    const names = Array.from({ length: 1203 }, (_, i) => ({ sku: `many-${i}`, product: 'many', units: 1 }));
    expect((await send(names)).last).toMatchObject({ type: 'done', lines: 1203, corrected: 1203 });
    await send(names.slice(0, 1));
    expect(await offer('many-5')).toMatchObject({ published: true });

    expect((await send([...names.slice(0, 1), '{'], '?complete=true')).last).toMatchObject({
      ...{ gone: 0, left_out: [expect.stringMatching(/not name/)] },
    });
    expect(await offer('many-5')).toMatchObject({ published: true });

    const { last } = await send(names.slice(0, 2), '?complete=true');
    expect(last).toMatchObject({ type: 'done', unchanged: expect.any(Number) });
    expect(last['gone']).toBeGreaterThanOrEqual(1201);
    expect(await offer('many-0')).toMatchObject({ published: true });
    expect(await offer('many-1202')).toMatchObject({ published: false, units: 1 });
    expect((await send(names.slice(5, 6), '?complete=true')).last).toMatchObject({ corrected: 1, gone: 2 });
    expect(await offer('many-5')).toMatchObject({ published: true });
    expect(await bed.dataSource.query('SELECT count(*)::int AS n FROM snapshot_names')).toEqual([{ n: 0 }]);
  });
});

describe('who may', () => {
  it('is a key of the shop with the scope, and the operator', async () => {
    const other = await makeKey('links:write');
    const as = (authorization: string) => send([], '', { authorization });
    expect(await as(`Bearer ${other}`)).toMatchObject({ status: 403, last: { code: 'scope_missing' } });
    expect(await as('Bearer nonsense')).toMatchObject({ status: 401, last: { code: 'key_unknown' } });
    expect(await as('')).toMatchObject({ status: 401, last: { code: 'key_missing' } });
    expect(await as(`Bearer ${ADMIN_TOKEN}`)).toMatchObject({ status: 200, last: { type: 'done', lines: 0 } });
  });

  it.each([
    ['?complete=perhaps', {}, 400, 'invalid_request'],
    ['?at=tomorrow', {}, 400, 'invalid_request'],
    ['?at=2999-01-01', {}, 400, 'invalid_request'],
    ['?colour=red', {}, 400, 'invalid_request'],
    ['', { 'content-type': 'text/csv' }, 415, 'unsupported_media_type'],
    ['', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
  ])('%s %j is refused', async (query, headers, status, code) =>
    expect(await send([], query, headers as Record<string, string>)).toMatchObject({ status, last: { code } }),
  );
});

it('a sender who falls silent is cut off; what was taken stays', async () => {
  const lines = Array.from({ length: 600 }, (_, i) => JSON.stringify({ sku: `cut-${i}`, product: 'cut', units: 1 }));
  const sending = request(`${bed.url}/v1/shops/aurora/snapshots?complete=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
  });
  const ended = new Promise((resolve) => sending.once('error', resolve).once('close', resolve));
  sending.write(`${lines.join('\n')}\n{"sku":`);
  await ended;
  expect(await offer('cut-0')).toMatchObject({ units: 1 });
  expect(await offer('cut-0')).toMatchObject({ published: true });
  expect(await offer('many-5')).toMatchObject({ published: true });
});

it('beckon snapshot sends a file and tells what came of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-snapshot-'));
  cleanUp(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'stock.ndjson');
  const beckon = async (...args: string[]) => {
    const [out, err] = [[] as string[], [] as string[]];
    const code = await run(['snapshot', file, '--shop', 'aurora', ...args], {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      colors: pc.createColors(false),
      env: { BECKON_STATE: folder, INGESTION_URL: bed.url, ADMIN_TOKEN },
      signal: new AbortController().signal,
      now: () => Date.now(),
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  writeFileSync(file, '{"sku":"cli-1","product":"cli","units":1}\n{"sku":"cli-2","product":"cli","units":2}\n');
  expect(await beckon()).toMatchObject({ code: 0, out: expect.stringMatching(/^2 lines: 2 corrected/), err: '' });
  writeFileSync(file, '{"sku":"cli-1","product":"cli","units":-1}\n{"sku":"cli-2","product":"cli","units":2}\n');
  expect(await beckon()).toMatchObject({ code: 1, err: expect.stringMatching(/line 1, units: .*\n1 lines could not/) });
  expect(await beckon('--at', 'soon')).toMatchObject({ code: 1, err: expect.stringMatching(/docs\/snapshots/) });
  rmSync(file);
  expect(await beckon()).toMatchObject({ code: 1, err: expect.stringMatching(/ENOENT/) });
});
