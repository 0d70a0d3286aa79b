import { z } from 'zod';
import { days, defineTopic } from '../topic.js';
import type { Topic } from '../topic.js';

/** Header of a replayed record: the cluster name of the topic that it was read from. */
export const REPLAY_TOPIC = 'beckon-replay-topic';
/** Header of a replayed record: `partition:offset` in that topic. */
export const REPLAY_OF = 'beckon-replay-of';

/**
 * Records that one service gets once more: original bytes, key and headers, plus {@link REPLAY_TOPIC} and
 * {@link REPLAY_OF}. The service hands each to the handler of the topic named there. A topic of its own, because
 * appending an old state record to a compacted topic would make it that key's last word for every later reader
 * (docs/decisions: replaying dead letters).
 */
export const replay = (service: string): Topic<unknown> =>
  defineTopic({
    name: `${service}.replay`,
    key: 'as it was',
    purpose: `Dead letters that ${service} is to try again: original bytes, and headers that say which topic they are of.`,
    owner: 'cli, console',
    schema: z.unknown(),
    partitions: 3,
    retention: { policy: 'delete', retentionMs: days(7) },
    example: null,
  });
