import type { Logger } from '@beckon/service';
import { topicName } from '@beckon/contracts';
import { Kafka, logLevel, type Admin, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { setTimeout as wait } from 'node:timers/promises';
import { CoalescingProducer } from './coalescing-producer.js';
import { connectFresh } from './fresh-connections.js';

connectFresh();

/** How to reach a cluster, and how our topics and groups are called on it. */
export interface KafkaClientOptions {
  /** The service; also the dead-letter topic's first part and part of every group's name. */
  readonly service: string;
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly topicPrefix: string;
  readonly groupPrefix: string;
  readonly ssl?: boolean;
  /** PEM of the authority that signed the brokers' certificates; client certificate and key where brokers want one. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
  readonly log: Logger;
}

/**
 * One per process and cluster: the kafkajs client, one producer for life (never one per request: tulios/kafkajs#1658)
 * and one admin connection. Nothing outside `libs/kafka` talks to kafkajs.
 */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly producer: CoalescingProducer;
  private adminConnection: Promise<Admin> | undefined;

  constructor(readonly options: KafkaClientOptions) {
    this.kafka = new Kafka(kafkaConfig(options));
    this.producer = new CoalescingProducer(this.kafka, options.log);
  }

  /** A topic's name on this cluster. */
  topic(topic: { readonly name: string }): string {
    return topicName(this.options.topicPrefix, topic);
  }

  /** The consumer group that reads one topic for this service. One group per topic: a slow topic delays no other. */
  group(name: string): string {
    return `${this.options.groupPrefix}${this.options.service}.${name}`;
  }

  /** The shared admin connection, made on first use and again after a failure. */
  admin(): Promise<Admin> {
    this.adminConnection ??= (async () => {
      const admin = this.kafka.admin();
      try {
        await admin.connect();
        return admin;
      } catch (error) {
        this.adminConnection = undefined;
        throw error;
      }
    })();
    return this.adminConnection;
  }

  /**
   * First and next offset of each partition of a topic on the cluster, by partition. Just after a topic was created or
   * a leader moved, a broker may not answer for it yet: asked again for a few seconds.
   */
  async ends(topic: string): Promise<Map<number, { low: bigint; high: bigint }>> {
    const admin = await this.admin();
    for (let tries = 1; ; tries++) {
      try {
        const offsets = await admin.fetchTopicOffsets(topic);
        return new Map(offsets.map((o) => [o.partition, { low: BigInt(o.low), high: BigInt(o.high) }]));
      } catch (error) {
        if (tries === 30 || (error as { retriable?: boolean }).retriable !== true) throw error;
        await wait(100);
      }
    }
  }

  async close(): Promise<void> {
    await this.producer.close();
    if (this.adminConnection) await (await this.adminConnection.catch(() => undefined))?.disconnect();
  }
}

/** The kafkajs configuration: TLS and SASL from settings, logs into ours, bounded retries (we retry above). */
export function kafkaConfig(o: KafkaClientOptions): KafkaConfig {
  const { ca, cert, key } = o;
  const own = { ...(ca ? { ca: [ca] } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  const ssl = o.ssl ? (Object.keys(own).length > 0 ? own : true) : undefined;
  return {
    clientId: o.clientId ?? `beckon-${o.service}`,
    brokers: [...o.brokers],
    ...(ssl === undefined ? {} : { ssl }),
    ...(o.sasl ? { sasl: o.sasl as SASLOptions } : {}),
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ namespace, level, log }) => {
        const { message, timestamp: _timestamp, logger: _logger, ...rest } = log;
        const text = `kafka ${namespace}: ${message}`;
        if (level === logLevel.ERROR) o.log.warn(rest, text);
        else if (level === logLevel.WARN) o.log.info(rest, text);
        else o.log.debug(rest, text);
      },
  };
}
