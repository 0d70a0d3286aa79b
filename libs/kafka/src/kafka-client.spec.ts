import { describe, expect, it } from '@jest/globals';
import { createLogger, kafkaSettings, loadConfig } from '@beckon/service';
import { kafkaConfig } from './kafka-client.js';
import { clientOptions } from './kafka-module.js';

const log = createLogger({ service: 'test', level: 'silent' });
const configFor = (env: Record<string, string>): ReturnType<typeof kafkaConfig> =>
  kafkaConfig(clientOptions(loadConfig(kafkaSettings, env), { name: 'matching', log }));

describe('how a cluster is reached', () => {
  it('in the clear, without a user, unless it is said otherwise', () => {
    const config = configFor({ KAFKA_BROKERS: 'a:9092,b:9092' });
    expect(config).toMatchObject({ brokers: ['a:9092', 'b:9092'], clientId: 'beckon-matching' });
    expect(config.ssl).toBeUndefined();
    expect(config.sasl).toBeUndefined();
  });

  it('over TLS: with the system’s authorities, or with one’s own and a client certificate', () => {
    expect(configFor({ KAFKA_SSL: 'true' }).ssl).toBe(true);
    expect(configFor({ KAFKA_SSL: 'true', KAFKA_CA: 'ca', KAFKA_CERT: 'cert', KAFKA_KEY: 'key' }).ssl).toEqual({
      ca: ['ca'],
      cert: 'cert',
      key: 'key',
    });
  });

  it('with SASL, described as a whole or refused', () => {
    const sasl = { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'beckon', KAFKA_SASL_PASSWORD: 's' };
    expect(configFor(sasl).sasl).toEqual({ mechanism: 'scram-sha-512', username: 'beckon', password: 's' });
    expect(() => configFor({ KAFKA_SASL_MECHANISM: 'plain' })).toThrow(/KAFKA_SASL_PASSWORD/);
  });
});
