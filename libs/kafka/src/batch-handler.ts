import { EventPattern } from '@nestjs/microservices';
import type { Topic } from '@beckon/contracts';

/** Nest's transport id of the batch transport. */
export const KAFKA_BATCH = Symbol('KAFKA_BATCH');

const declared = new Map<string, Topic>();

/** The topic object behind a pattern that `BatchHandler` registered. */
export const declaredTopic = (name: string): Topic | undefined => declared.get(name);

/**
 * Marks a controller method as the handler of one topic: it gets `(chunk: Chunk<V>, tx: ChunkTransaction)` as
 * `@Payload()` and `@Ctx()`. One handler per topic and service.
 */
export function BatchHandler<V>(topic: Topic<V>): MethodDecorator {
  declared.set(topic.name, topic as Topic);
  return EventPattern<string>(topic.name, KAFKA_BATCH);
}
