import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { messagesRequested, shoppers } from '@beckon/contracts';
import type { RequestedMessage, Shopper } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { until } from '../../../../tests/support/real-servers.js';
import { from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';
import { ReadProfiles } from './read-profiles.js';

const KEY = Buffer.alloc(32, 13).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);
const TOKEN = 'token of the profile spec';

/** What Graph answers, by person, and what it was asked. */
let answers: Map<string, { status: number; body: object }>;
let asked: { url: string; authorization: string | undefined }[];
let graph: Server;
let bed: TestBed;
let people: () => Shopper[];
let said: () => RequestedMessage[];

beforeAll(async () => {
  process.env['AURORA_PAGE_TOKEN'] = TOKEN;
  graph = createServer((request: IncomingMessage, response) => {
    const url = request.url ?? '';
    asked.push({ url, authorization: request.headers.authorization });
    const psid = /\/v26\.0\/(\d+)/.exec(url)?.[1] ?? '';
    const { status, body } = answers.get(psid) ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => graph.listen(0, '127.0.0.1', resolve));
  const { port } = graph.address() as { port: number };
  answers = new Map();
  asked = [];
  bed = await startOptin(
    { SEAL_KEYS: `k1:${KEY}`, GRAPH_BASE_URL: `http://127.0.0.1:${port}` },
    { bot: { disclosure: false, offer_again: false, read_profile: true } },
  );
  [people, said] = await Promise.all([bed.published(shoppers), bed.published(messagesRequested)]);
});
afterAll(() => new Promise((resolve) => graph.close(resolve)));
beforeEach(() => {
  asked = [];
});

const personOf = (psid: string): Shopper | undefined =>
  people()
    .filter((s) => sealer.open(s.psid_sealed) === psid)
    .sort((a, b) => b.rev - a.rev)[0];
let mid = 0;
async function says(psid: string, text: string): Promise<void> {
  const message = { mid: `m_${psid}_${(mid += 1)}`, text };
  expect((await bed.webhook(hook(from(psid, { message })))).status).toBe(200);
  await until('it is read', () => personOf(psid));
}
const wanted = async (): Promise<number> => {
  const [row] = await bed.dataSource.query('SELECT count(*)::int AS n FROM profiles_wanted');
  return row.n;
};
const asking = (psid: string): number => asked.filter((a) => a.url.includes(`/${psid}?`)).length;
/** A step of a time at which every lease has run out. */
const later = (minutes: number): Promise<boolean> => bed.app.get(ReadProfiles).step(Date.now() + minutes * 60_000);

describe('the profile of a new person', () => {
  it('is asked for once, and answers come in their language from then on', async () => {
    answers.set('901', { status: 200, body: { id: '901', locale: 'fr_CA', timezone: -5 } });
    await says('901', 'bonjour');
    const person = await until('the profile', () => (personOf('901')?.locale ? personOf('901') : undefined));
    expect(person).toMatchObject({ locale: 'fr_CA', zone: 'Etc/GMT+5' });
    await until('nothing is left to ask', async () => (await wanted()) === 0);
    await says('901', 'hein ?');
    const answer = await until('the answer', () => said().filter((m) => m.shopper_id === person.shopper_id)[1]);
    expect(answer.body['text']).toContain('service automatique');
    await later(10);
    expect(asking('901')).toBe(1);
    expect(asked[0]).toMatchObject({
      url: expect.stringMatching(/^\/v26\.0\/901\?fields=locale(%2C|,)timezone$/),
      authorization: `Bearer ${TOKEN}`,
    });
  });

  it('that Messenger refuses is left at that', async () => {
    answers.set('902', { status: 400, body: { error: { code: 100, error_subcode: 2018218, message: 'No profile' } } });
    await says('902', 'hello');
    await until('asked', () => asking('902') === 1);
    await until('nothing is left to ask', async () => (await wanted()) === 0);
    expect(personOf('902')).toMatchObject({ locale: null, zone: null });
  });

  it('that does not come is asked for again, not for ever', async () => {
    answers.set('903', { status: 503, body: {} });
    await says('903', 'hello');
    await until('asked', () => asking('903') === 1);
    for (const minutes of [10, 20, 30]) await later(minutes);
    expect(asking('903')).toBe(4);
    expect(await wanted()).toBe(0);
  });

  it('waits while the Page is asked to slow down', async () => {
    answers.set('904', { status: 400, body: { error: { code: 613, message: 'Calls to this api have exceeded' } } });
    await says('904', 'hello');
    await until('asked', () => asking('904') === 1);
    await until('it rests', async () => {
      const [row] = await bed.dataSource.query('SELECT next_at FROM profiles_wanted');
      return row?.next_at > Date.now() + 300_000;
    });
    answers.set('904', { status: 200, body: { locale: 'es_ES' } });
    await later(20);
    await until('the profile', () => personOf('904')?.locale === 'es_ES');
  });
});
