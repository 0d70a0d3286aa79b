import type { HealthRegistry, Logger } from '@beckon/service';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { DataSource } from 'typeorm';
import { KAFKA_BATCH, declaredTopic, handlerFailure } from './batch-handler.js';
import type { Chunk, ChunkTransaction } from './chunk.js';
import { ChunkConsumer } from './chunk-consumer.js';
import type { Emitter } from './emitter.js';
import type { KafkaClient } from './kafka-client.js';

export interface KafkaBatchStrategyOptions {
  readonly client: KafkaClient;
  readonly dataSource: DataSource;
  readonly emitter: Emitter;
  readonly log: Logger;
  readonly health?: HealthRegistry;
  /** Topics whose dead letters must be sealed, by name, with the function that seals. */
  readonly sealDeadLetters?: Readonly<Record<string, (bytes: Buffer) => string>>;
  /** Called when a consumer is gone for good; the process should end. */
  readonly onGone?: (error: Error) => void;
}

/**
 * Kafka for Nest, in batches: one `ChunkConsumer` per `@BatchHandler`, each in a group of its own
 * (`<prefix><service>.<topic>`), so that a slow topic delays no other and each scales by its own lag.
 */
export class KafkaBatchStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_BATCH;
  private readonly consumers: ChunkConsumer<unknown>[] = [];

  constructor(private readonly o: KafkaBatchStrategyOptions) {
    super();
  }

  /** Starts reading. Refuses to start when a handler's topic is unknown. */
  listen(callback: (error?: unknown) => void): void {
    try {
      for (const [pattern, handler] of this.messageHandlers) {
        if (handler.next) throw new Error(`two handlers for topic ${pattern}: keep one @BatchHandler(${pattern})`);
        const topic = declaredTopic(pattern);
        if (!topic) throw new Error(`handler for ${pattern}: mark it with @BatchHandler(topic) from @beckon/kafka`);
        const seal = this.o.sealDeadLetters?.[topic.name];
        const consumer = new ChunkConsumer<unknown>({
          client: this.o.client,
          dataSource: this.o.dataSource,
          emitter: this.o.emitter,
          group: this.o.client.group(topic.name),
          topic: this.o.client.topic(topic),
          source: 'beckon',
          decode: topic,
          handler: async (chunk: Chunk<unknown>, tx: ChunkTransaction) => {
            // Nest turns a thrown error into an Observable that fails: awaiting alone would commit a failed chunk.
            try {
              const result: unknown = await handler(chunk, tx);
              if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
            } catch (error) {
              throw handlerFailure(tx) ?? error;
            }
          },
          log: this.o.log,
          ...(seal ? { sealDeadLetters: seal } : {}),
          ...(this.o.onGone ? { onGone: this.o.onGone } : {}),
        });
        this.consumers.push(consumer);
        this.o.health?.addReady(`kafka ${topic.name}`, () => consumer.fault());
        this.o.health?.addLive(`kafka ${topic.name}`, () =>
          consumer.silent() ? 'nothing fetched for a minute' : undefined,
        );
      }
    } catch (error) {
      callback(error);
      return;
    }
    this.o.emitter.start();
    for (const consumer of this.consumers) void consumer.start();
    callback();
  }

  /** Finishes running chunks and leaves all groups. */
  async close(): Promise<void> {
    await Promise.all(this.consumers.map((c) => c.stop()));
  }

  /** Nest's event hooks are not used by this transport. */
  on(): void {
    throw new Error('this transport has no events; see its metrics and health');
  }

  unwrap<T>(): T {
    return this.consumers as T;
  }
}
