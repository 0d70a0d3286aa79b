import { describe, expect, it, test } from '@jest/globals';
import {
  MOST_WEBHOOK_BYTES,
  ShopSettings,
  deadLetters,
  exampleSettings,
  sourceWebhooks,
  topicConfig,
} from '../index.js';

const parse = (source: object): ReturnType<typeof ShopSettings.safeParse> =>
  ShopSettings.safeParse({ ...exampleSettings, sources: [{ name: 'catalog', format: 'cloudevents', ...source }] });
const read = (source: object): unknown => parse(source).data?.sources[0];
const faults = (source: object): string[] => parse(source).error?.issues.map(({ path }) => path.join('.')) ?? [];

test('a source of an older settings file is read as it was', () => {
  expect(read({ topic: 'aurora.catalog' })).toEqual({
    name: 'catalog',
    format: 'cloudevents',
    topic: 'aurora.catalog',
  });
});

test('another cluster: TLS unless switched off, secrets only by name', () => {
  const sasl = { mechanism: 'scram-sha-256', username: 'env:USER', password: 'file:/run/secrets/password' };
  expect(read({ topic: 't', cluster: { brokers: ['kafka.example:9093'], sasl } })).toMatchObject({
    cluster: { brokers: ['kafka.example:9093'], tls: true, sasl },
  });
});

test('webhooks: a scheme and its secrets; a digest’s algorithm and prefix have defaults', () => {
  const webhook = { scheme: 'hmac', header: 'x-signature', secrets: ['env:A', 'env:B'] };
  expect(read({ webhook })).toMatchObject({ webhook: { ...webhook, algorithm: 'sha256', prefix: '' } });
  expect(read({ webhook: { scheme: 'saleor', jwks: 'https://a.example/.well-known/jwks.json' } })).toMatchObject({
    webhook: { scheme: 'saleor', secrets: [] },
  });
});

describe('is refused, naming the field:', () => {
  const topic = 't';
  const brokers = ['a:9092'];
  const hook = { scheme: 'bearer', secrets: ['env:A'] };
  it.each<[why: string, source: object, field: string]>([
    ['neither topic nor webhook', {}, 'topic'],
    ['both', { topic, webhook: hook }, 'webhook'],
    ['webhooks on another cluster', { webhook: hook, cluster: { brokers } }, 'cluster'],
    [
      'a password written down',
      { topic, cluster: { brokers, sasl: { mechanism: 'plain', username: 'env:U', password: 'x' } } },
      'cluster.sasl.password',
    ],
    [
      'half of SASL',
      { topic, cluster: { brokers, sasl: { mechanism: 'plain', username: 'env:U' } } },
      'cluster.sasl.password',
    ],
    ['a broker with a scheme', { topic, cluster: { brokers: ['kafka://a:9092'] } }, 'cluster.brokers.0'],
    ['no brokers', { topic, cluster: { brokers: [] } }, 'cluster.brokers'],
    ['an unknown scheme', { webhook: { scheme: 'none' } }, 'webhook.scheme'],
    ['no secret', { webhook: { scheme: 'shopify', secrets: [] } }, 'webhook.secrets'],
    ['Saleor without keys and secrets', { webhook: { scheme: 'saleor' } }, 'webhook.jwks'],
    ['keys from a file', { webhook: { scheme: 'saleor', jwks: 'file:///etc/passwd' } }, 'webhook.jwks'],
    ['a header in capitals', { webhook: { scheme: 'header', header: 'X-Key', secrets: ['env:A'] } }, 'webhook.header'],
    ['an unknown field', { topic, brokers }, ''],
  ])('%s', (_why, source, field) =>
    expect(faults(source)).toContain(['sources', 0, ...(field === '' ? [] : [field])].join('.')),
  );
});

test('the topic of webhooks takes the largest one, and so do the dead letters', () => {
  const room = (topic: Parameters<typeof topicConfig>[0]): number => Number(topicConfig(topic)['max.message.bytes']);
  const hooks = sourceWebhooks('aurora', 'shopify');
  expect(hooks.name).toBe('webhooks.aurora.shopify');
  expect(room(hooks)).toBeGreaterThan(MOST_WEBHOOK_BYTES + 100_000);
  expect(room(deadLetters('ingestion'))).toBeGreaterThan(room(hooks) + 100_000);
});
