import { expect, test } from '@jest/globals';
import { ClusterSettings } from '@beckon/contracts';
import { connectionTo } from './outside-cluster.js';

const reader = (secrets: Record<string, string>) => ({ read: (reference: string) => secrets[reference] });
const settings = ClusterSettings.parse({
  brokers: ['kafka.shop.example:9093'],
  ca: 'file:/run/secrets/ca.pem',
  sasl: { mechanism: 'scram-sha-512', username: 'env:USER', password: 'env:PASSWORD' },
});
const secrets = { 'file:/run/secrets/ca.pem': 'PEM', 'env:USER': 'beckon', 'env:PASSWORD': 'secret' };

test('TLS unless switched off, with the secrets that the settings name', () => {
  expect(connectionTo(settings, reader(secrets))?.options).toEqual({
    brokers: ['kafka.shop.example:9093'],
    ssl: true,
    ca: 'PEM',
    sasl: { mechanism: 'scram-sha-512', username: 'beckon', password: 'secret' },
  });
  const plain = ClusterSettings.parse({ brokers: ['a:9092', 'b:9092'], tls: false });
  expect(connectionTo(plain, reader({}))?.options).toEqual({ brokers: ['a:9092', 'b:9092'], ssl: false });
});

test('without one of its secrets there is no connection at all: never one without a password', () => {
  for (const name of Object.keys(secrets))
    expect(connectionTo(settings, reader({ ...secrets, [name]: undefined as never }))).toBeUndefined();
});

test('the fingerprint changes with any secret and shows none', () => {
  const one = connectionTo(settings, reader(secrets))?.fingerprint;
  expect(connectionTo(settings, reader({ ...secrets }))?.fingerprint).toBe(one);
  expect(connectionTo(settings, reader({ ...secrets, 'env:PASSWORD': 'other' }))?.fingerprint).not.toBe(one);
  expect(one).not.toContain('secret');
});
