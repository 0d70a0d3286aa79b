import type { ClusterSettings } from '@beckon/contracts';
import type { KafkaClientOptions } from '@beckon/kafka';
import type { SecretReader } from '@beckon/service';
import { createHash } from 'node:crypto';

/** How to connect to a cluster that is not ours, and a fingerprint of the secrets in it. */
export interface Connection {
  readonly options: Pick<KafkaClientOptions, 'brokers' | 'ssl' | 'ca' | 'cert' | 'key' | 'sasl'>;
  readonly fingerprint: string;
}

/** The connection that the settings describe; undefined while one of its secrets is missing (the reader has said so). */
export function connectionTo(cluster: ClusterSettings, secrets: Pick<SecretReader, 'read'>): Connection | undefined {
  const { brokers, tls, sasl } = cluster;
  const pems = { ca: cluster.ca, cert: cluster.cert, key: cluster.key };
  const named = { ...pems, username: sasl?.username, password: sasl?.password };
  const found: Partial<Record<keyof typeof named, string>> = {};
  for (const [name, reference] of Object.entries(named)) {
    if (reference === undefined) continue;
    const secret = secrets.read(reference);
    if (secret === undefined) return undefined;
    found[name as keyof typeof named] = secret;
  }
  const { username = '', password = '', ...own } = found;
  return {
    options: {
      ...{ brokers, ssl: tls, ...own },
      ...(sasl ? { sasl: { mechanism: sasl.mechanism, username, password } } : {}),
    },
    fingerprint: createHash('sha256').update(JSON.stringify(found)).digest('hex'),
  };
}
