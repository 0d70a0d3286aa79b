import { EventPattern } from '@nestjs/microservices';
import type { Topic } from '@beckon/contracts';
import { GatheringTransaction } from './outgoing.js';

/** Nest's transport id of the batch transport. */
export const KAFKA_BATCH = Symbol('KAFKA_BATCH');

const declared = new Map<string, Topic>();
const failures = new WeakMap<GatheringTransaction, unknown>();

/** The topic object behind a pattern that `BatchHandler` registered. */
export const declaredTopic = (name: string): Topic | undefined => declared.get(name);

/**
 * What a handler really threw. Nest answers a failed handler with an Observable of a plain object, in which a
 * database error is no longer recognisable as trouble that may pass.
 */
export const handlerFailure = (tx: unknown): unknown => failures.get(tx as GatheringTransaction);

/**
 * Marks a controller method as the handler of one topic: it gets `(chunk: Chunk<V>, tx: ChunkTransaction)` as
 * `@Payload()` and `@Ctx()`. One handler per topic and service.
 */
export function BatchHandler<V>(topic: Topic<V>): MethodDecorator {
  declared.set(topic.name, topic as Topic);
  return (target, key, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => Promise<void>;
    descriptor.value = async function (this: unknown, ...args: unknown[]): Promise<void> {
      try {
        await method.apply(this, args);
      } catch (error) {
        for (const arg of args) if (arg instanceof GatheringTransaction) failures.set(arg, error);
        throw error;
      }
    };
    EventPattern<string>(topic.name, KAFKA_BATCH)(target, key, descriptor);
  };
}
