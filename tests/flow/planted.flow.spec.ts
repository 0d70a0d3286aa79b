/**
 * Nothing personal shows. A whole conversation goes through the real services at their most talkative, with traces on;
 * then the page-scoped id and every token that came in are looked for everywhere: log lines, metrics, spans, topics
 * (keys, values, headers; dead letters too) and tables. They may stand in `messenger.events`, and nowhere else in clear.
 */
import { beforeAll, expect, it } from '@jest/globals';
import { allTopics, deadLetters, messengerEvents } from '@beckon/contracts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { readServiceList } from '../../apps/local/src/service-list.js';
import { Beckon, PAGE } from '../support/beckon.js';
import { cleanUp, until } from '../support/real-servers.js';

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });

/** Takes what OTLP exporters send; protobuf writes strings as they are, so bytes can be searched. */
async function spanReceiver(): Promise<{ url: string; bytes: () => Buffer }> {
  const parts: Buffer[] = [];
  const server = createServer((request, response) => {
    const body: Buffer[] = [];
    request.on('data', (d: Buffer) => body.push(d));
    request.on('end', () => {
      const whole = Buffer.concat(body);
      parts.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bytes: () => Buffer.concat(parts) };
}

let beckon: Beckon;
let spans: Awaited<ReturnType<typeof spanReceiver>>;
const SERVICES = readServiceList()
  .services.map((s) => s.name)
  .filter((name) => name !== 'sandbox');
beforeAll(async () => {
  spans = await spanReceiver();
  beckon = await Beckon.start({
    env: { LOG_LEVEL: 'trace', OTEL_EXPORTER_OTLP_ENDPOINT: spans.url, OTEL_BSP_SCHEDULE_DELAY: '200' },
  });
}, 180_000);

/** Everything that could show something, by place. */
async function places(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of SERVICES) {
    found.set(`log of ${name}`, beckon.logOf(name));
    found.set(`metrics of ${name}`, await (await fetch(`${beckon.url(name)}/metrics`)).text());
    const tables = await beckon.sql(
      name,
      'SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    for (const { table_name: table } of tables)
      found.set(
        `${name}.${String(table)}`,
        JSON.stringify(await beckon.sql(name, `SELECT t::text FROM ${String(table)} t`)),
      );
  }
  found.set('spans', spans.bytes().toString('latin1'));
  for (const topic of [...allTopics, ...SERVICES.map((s) => deadLetters(s))])
    found.set(`topic ${topic.name}`, JSON.stringify(await beckon.read(topic)));
  return found;
}

it('no page-scoped id and no token stands anywhere but in messenger.events', async () => {
  const psid = await beckon.person('Ada');
  await beckon.offer({ sku: 'planted', units: 0, price: eur(12900) }, 'snapshot');
  await beckon.offer({ sku: 'kept', units: 0, price: eur(12900) }, 'snapshot');
  await beckon.subscribe(psid, 'planted', 'back_in_stock');
  await beckon.offer({ sku: 'planted', units: 3, price: eur(12900) });
  await until('the alert', async () => (await beckon.alerts(psid)).length === 1, 60_000);
  await beckon.subscribe(psid, 'kept', 'back_in_stock');
  // Trouble talks most: a refusal, an answer that proves nothing, events that nobody can read, a forged callback.
  await beckon.fault({ kind: 'error', code: 613 });
  await beckon.say(psid, 'help');
  const heard = async (): Promise<number> => (await beckon.received(psid)).length;
  const n = await heard();
  await until('help', async () => (await heard()) > n, 60_000);
  await beckon.client.producer.send(
    ['{', JSON.stringify({ page: PAGE, psid, event: { sender: { id: psid } }, received_at: 'soon' })].map((value) => ({
      topic: beckon.client.topic(messengerEvents),
      key: `${PAGE}:${psid}`,
      value,
      headers: {},
    })),
  );
  await beckon.say(psid, 'STOP');
  await until(
    'the confirmation',
    async () => (await beckon.received(psid)).some((m) => m.text?.includes('START')),
    60_000,
  );
  const events = await beckon.read(messengerEvents);
  const tokens = await until('the tokens', () => {
    const found = events.flatMap((r) =>
      [...(r.value ?? '').matchAll(/"one_time_notif_token":"([^"]+)"/g)].map((m) => m[1]!),
    );
    return found.length >= 2 && found;
  });
  const planted = [psid, ...tokens];

  const search = async (): Promise<string[]> => {
    const all = await places();
    return [...all].flatMap(([place, text]) => (planted.some((secret) => text.includes(secret)) ? [place] : []));
  };
  await until('dead letters', async () => (await beckon.read(deadLetters('optin'))).length >= 2);
  await until(
    'spans of optin and delivery',
    () => /optin/.test(spans.bytes().toString('latin1')) && /delivery/.test(spans.bytes().toString('latin1')),
  );
  expect(await search()).toEqual(['topic messenger.events']);

  await beckon.say(psid, 'delete my data');
  await until(
    'the question',
    async () => (await beckon.received(psid)).some((m) => m.text?.includes('everything we keep')),
    60_000,
  );
  await beckon.press(psid, { payload: 'beckon:delete:yes' });
  await until('the receipt', async () => (await beckon.received(psid)).some((m) => m.text?.includes('DEL-')), 60_000);
  expect(await search()).toEqual(['topic messenger.events']);
  // What is searched is really there: the logs are full, the tables and metrics were read.
  const all = await places();
  for (const name of SERVICES) expect(all.get(`log of ${name}`)).toMatch(/"level":"?(debug|trace|10|20)/);
  expect(all.get('optin.erased')).toContain('era_');
  expect(all.get('metrics of optin')).toContain('beckon_optin_erased_total');
}, 300_000);
