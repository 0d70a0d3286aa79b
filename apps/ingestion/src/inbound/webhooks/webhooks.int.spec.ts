import { beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetters, sourceWebhooks, type ShopSettings } from '@beckon/contracts';
import { REPLAY_FOR } from '@beckon/kafka';
import { metricsText } from '@beckon/service';
import { ConfigResourceTypes } from 'kafkajs';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { cleanUp, until, type SeenRecord } from '../../../../../tests/support/real-servers.js';
import { startIngestion, type TestBed } from '../../../tests/bed.js';

type Sources = z.input<typeof ShopSettings>['sources'];

const SECRET = 'secret of the spec';
const shopify = { name: 'shopify', format: 'cloudevents' } as const;
const sources: Sources = [
  { ...shopify, webhook: { scheme: 'shopify', secrets: ['env:SPEC_HOOK_NEW', 'env:SPEC_HOOK_SECRET'] } },
  { name: 'woo', format: 'cloudevents', webhook: { scheme: 'woocommerce', secrets: ['env:SPEC_HOOK_SECRET'] } },
  { name: 'forgotten', format: 'cloudevents', webhook: { scheme: 'bearer', secrets: ['env:SPEC_HOOK_UNSET'] } },
];

let bed: TestBed;
let kept: SeenRecord[];
beforeAll(async () => {
  process.env['SPEC_HOOK_SECRET'] = SECRET;
  process.env['SPEC_HOOK_NEW'] = 'the next secret';
  bed = await startIngestion(sources, { WEBHOOK_MAX_BYTES: '65536', WEBHOOK_KAFKA_WAIT_MS: '1000' });
  await until('the topic is there', () =>
    bed.client.ends(bed.client.topic(sourceWebhooks('aurora', 'shopify'))).catch(() => undefined),
  );
  kept = await bed.records(sourceWebhooks('aurora', 'shopify'));
}, 60_000);

let counted = 0;
/** A webhook's body: an event in structured mode, since that format needs no platform. */
const event = (data: object): string =>
  JSON.stringify({
    ...{ specversion: '1.0', id: `evt-${(counted += 1)}`, source: 'spec', type: 'com.beckon.offer.changed' },
    data: { product: 'coat', ...data },
  });
const signature = (body: string | Buffer, secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest('base64');

const post = (path: string, body: string | Buffer, headers: Record<string, string>): Promise<Response> =>
  fetch(`${bed.url}/hooks/${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: { 'content-type': 'application/cloudevents+json', ...headers },
  });
const hook = (body: string | Buffer, over: Record<string, string> = {}): Promise<Response> =>
  post('aurora/shopify', body, { 'x-shopify-hmac-sha256': signature(body), ...over });

const units = async (sku: string): Promise<number | undefined> => {
  const rows: { units: number }[] = await bed.dataSource.query('SELECT units FROM offers WHERE sku = $1', [sku]);
  return rows[0]?.units;
};
const outcomes = async (outcome: string): Promise<number> => {
  const name = `beckon_ingestion_webhooks_total{outcome="${outcome}"`;
  const line = (await metricsText()).split('\n').find((l) => l.startsWith(name));
  return Number(line?.split(' ')[1] ?? 0);
};
/** Resolves when everything that came until now is read: there is one partition. */
async function allRead(): Promise<void> {
  const sku = `marker-${counted}`;
  expect((await hook(event({ sku, units: 1 }))).status).toBe(200);
  await until('the marker is read', async () => (await units(sku)) === 1);
}
/** How many webhooks lie in Kafka, once one that is sent here is there too. */
async function keptCount(): Promise<number> {
  const marker = event({ sku: `marker-${counted}`, units: 1 });
  expect((await hook(marker)).status).toBe(200);
  await until('the marker is kept', () => kept.some((r) => r.value === marker));
  return kept.filter((r) => !r.value?.includes('"marker-')).length;
}

describe('a signed webhook', () => {
  it('is in Kafka when it is answered, byte for byte, with the platform’s headers and without its signature', async () => {
    const body = event({ sku: 'hat', units: 3, title: 'Hut “Größe M” \\u00e4' }).replace('"data"', ' "data" ');
    const topic = bed.client.topic(sourceWebhooks('aurora', 'shopify'));
    const before = (await bed.client.ends(topic)).get(0)?.high ?? 0n;
    const answer = await hook(body, {
      'X-Shopify-Topic': 'products/update',
      'x-shopify-webhook-id': 'w-hat',
      authorization: 'Bearer of somebody',
    });
    expect(answer.status).toBe(200);
    expect((await bed.client.ends(topic)).get(0)?.high).toBe(before + 1n);
    await until('it is seen', () => kept.some((r) => r.value === body));
    const { headers } = kept.find((r) => r.value === body) ?? {};
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'x-shopify-topic': 'products/update',
      'beckon-delivery': 'w-hat',
    });
    expect(Object.keys(headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/hmac|authorization|^host$|content-length/)]),
    );
    await until('it is an offer', async () => (await units('hat')) === 3);
  });

  it('counts with the old secret and the new one, while it is being changed', async () => {
    const body = event({ sku: 'glove', units: 7 });
    expect((await hook(body, { 'x-shopify-hmac-sha256': signature(body, 'the next secret') })).status).toBe(200);
    await until('it is an offer', async () => (await units('glove')) === 7);
  });

  it('that is sent again is handled once; what a person puts back is handled', async () => {
    const versioned = (count: number, version: number): string => event({ sku: 'scarf', units: count, version });
    const again = { 'x-shopify-webhook-id': 'w-scarf' };
    expect((await hook(versioned(1, 1), again)).status).toBe(200);
    // Told apart from the first by its content only here, in the spec: if it were read, its version would win.
    expect((await hook(versioned(9, 9), again)).status).toBe(200);
    expect((await hook(versioned(2, 2), { 'x-shopify-webhook-id': 'w-scarf-2' })).status).toBe(200);
    await allRead();
    expect(await units('scarf')).toBe(2);

    const topic = bed.client.topic(sourceWebhooks('aurora', 'shopify'));
    const headers = {
      ...{ 'content-type': 'application/cloudevents+json', 'beckon-delivery': 'w-scarf', [REPLAY_FOR]: 'ingestion' },
    };
    await bed.client.producer.send([{ topic, key: null, value: versioned(3, 3), headers }]);
    await allRead();
    expect(await units('scarf')).toBe(3);
  });

  it('that cannot be read becomes a dead letter, and the next one is read', async () => {
    const dead = await bed.records(deadLetters('ingestion'));
    expect((await hook('{"specversion": "1.0", ')).status).toBe(200);
    expect((await hook(event({ sku: 'boot', units: 4 }))).status).toBe(200);
    await until('the next is read', async () => (await units('boot')) === 4);
    await until('the dead letter', () => dead.some((r) => r.value === '{"specversion": "1.0", '));
  });
});

describe('bad input: a webhook that nobody of ours signed', () => {
  const body = event({ sku: 'forged', units: 1 });
  const good = { 'x-shopify-hmac-sha256': signature(body) };
  it.each<[string, string, Record<string, string>]>([
    ['without a signature', 'aurora/shopify', {}],
    ['with that of another secret', 'aurora/shopify', { 'x-shopify-hmac-sha256': signature(body, 'another') }],
    ['with that of other bytes', 'aurora/shopify', { 'x-shopify-hmac-sha256': signature(`${body} `) }],
    ['with another scheme’s header', 'aurora/shopify', { 'x-wc-webhook-signature': signature(body) }],
    ['for another source', 'aurora/woo', good],
    ['for a source that there is not', 'aurora/nothing', good],
    ['for a shop that there is not', 'nobody/shopify', good],
    ['for a strange name', 'aurora/..%2f..%2fshops', good],
  ])('%s: 401, counted, nothing stored', async (_, path, headers) => {
    const before = [await keptCount(), await outcomes('unsigned')];
    const answer = await post(path, body, headers);
    expect([answer.status, await answer.text()]).toEqual([401, '{"message":"Unauthorized","statusCode":401}']);
    expect([await keptCount(), await outcomes('unsigned')]).toEqual([before[0], before[1]! + 1]);
    expect(await units('forged')).toBeUndefined();
  });

  it('while a secret that settings name is missing: 503, because it may be right', async () => {
    const before = await outcomes('no_secret');
    expect((await post('aurora/forgotten', body, { authorization: 'Bearer x' })).status).toBe(503);
    expect(await outcomes('no_secret')).toBe(before + 1);
  });

  it('WooCommerce’s unsigned trial of the address: 200, nothing stored', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('aurora/woo', 'webhook_id=17', headers)).status).toBe(200);
    expect((await post('aurora/woo', '{"id":17}', headers)).status).toBe(401);
    expect((await bed.client.ends(bed.client.topic(sourceWebhooks('aurora', 'woo')))).get(0)?.high).toBe(0n);
  });
});

describe('bad input: a body that is too much', () => {
  it('over the limit: 413, before it is there', async () => {
    const socket = connect(Number(new URL(bed.url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += String(data))).on('error', () => undefined);
    socket.write('POST /hooks/aurora/shopify HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n');
    await until('it is answered', () => answer.includes('413'));
    socket.destroy();
    expect((await hook(event({ sku: 'x', title: 'x'.repeat(70_000) }))).status).toBe(413);
  });

  it('compressed: 415, however it is signed', async () => {
    expect((await hook(gzipSync('{}'), { 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

it('keys that the platform publishes (Saleor): fetched from the settings’ address, and again when they change', async () => {
  let pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: '1' }] })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(() => server.close());
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`;
  await bed.apply([...sources, { name: 'saleor', format: 'cloudevents', webhook: { scheme: 'saleor', jwks } }]);

  const signed = (body: string): Record<string, string> => {
    const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: '1', b64: false })).toString('base64url');
    return {
      'saleor-signature': `${head}..${sign('RSA-SHA256', Buffer.from(`${head}.${body}`), pair.privateKey).toString('base64url')}`,
    };
  };
  const body = event({ sku: 'sock', units: 6 });
  await until('it is taken', async () => (await post('aurora/saleor', body, signed(body))).status === 200);
  await until('it is an offer', async () => (await units('sock')) === 6);
  pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect((await post('aurora/saleor', body, signed(body))).status).toBe(401);

  // The source that was there before goes on.
  expect((await hook(event({ sku: 'hat', units: 8 }))).status).toBe(200);
  await until('the other source goes on', async () => (await units('hat')) === 8);
}, 60_000);

it('that Kafka does not take: 503, so that the platform sends it again', async () => {
  const topic = bed.client.topic(sourceWebhooks('aurora', 'woo'));
  const admin = await bed.client.admin();
  const configEntries = [{ name: 'max.message.bytes', value: '1000' }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }],
  });
  const body = event({ sku: 'late', units: 1, title: 'x'.repeat(400), url: 'y'.repeat(1000) });
  const before = await outcomes('kafka_away');
  let status = 200;
  // The broker may take what comes just before it knows of the new limit.
  for (let tries = 0; tries < 100 && (await outcomes('kafka_away')) === before; tries += 1)
    ({ status } = await post('aurora/woo', body, { 'x-wc-webhook-signature': signature(body) }));
  expect([status, await outcomes('kafka_away')]).toEqual([503, before + 1]);
});
