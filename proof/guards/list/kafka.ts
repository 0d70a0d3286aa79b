import type { Guard } from '../guard.js';

const state = 'libs/kafka/src/partition-state.ts';
const starting = 'libs/kafka/src/partition-state.spec.ts';
const consumer = 'libs/kafka/src/chunk-consumer.ts';
const commit = 'libs/kafka/src/chunk-commit.ts';
const committing = 'libs/kafka/src/chunk-commit.int.spec.ts';
const chunks = 'libs/kafka/src/chunk-consumer.int.spec.ts';

/** That every record is handled once and its effects go out, whatever dies when. */
export const kafkaGuards: readonly Guard[] = [
  {
    id: 'kafka/hole-at-the-end',
    promise: 'After a topic was re-created, a service would wait at an offset that never comes, or skip records.',
    file: state,
    from: 'if (nextOffset > log.high)',
    to: 'if (nextOffset > log.high + 1_000n)',
    test: { suite: 'unit', file: starting, name: 'sees records deleted unread and a log that ends too early' },
  },
  {
    id: 'kafka/hole-at-the-beginning',
    promise: 'Records deleted before they were read would be skipped without a word.',
    file: state,
    from: 'if (nextOffset < log.low)',
    to: 'if (nextOffset < 0n)',
    test: { suite: 'unit', file: starting, name: 'sees records deleted unread and a log that ends too early' },
  },
  {
    id: 'kafka/look-back-after-a-silence',
    promise: 'Of a topic that was deleted and filled anew between two fetches, the first records would be skipped.',
    file: consumer,
    from: 'if (mustLookBack(state, performance.now(), this.o.lookBackAfterMs ?? Infinity)) {',
    to: 'if (mustLookBack(state, performance.now(), Infinity)) {',
    test: { suite: 'int', file: chunks, name: 'filled between two fetches is noticed before anything is skipped' },
  },
  {
    id: 'kafka/from-the-first-record',
    promise: 'A new service would begin at the end of its topics and miss all that is there.',
    file: state,
    from: 'return { position: log.low };',
    to: 'return { position: log.high };',
    test: { suite: 'unit', file: starting, name: 'begins at the first record' },
  },
  {
    id: 'kafka/no-nul-into-postgres',
    promise: 'One record with a NUL character would stop its whole partition.',
    file: 'libs/kafka/src/decode.ts',
    from: "if (bytes.includes('\\\\u0000'))",
    to: 'if (bytes.length < 0)',
    test: { suite: 'unit', file: 'libs/kafka/src/decode.spec.ts', name: 'a NUL character is dead' },
  },
  {
    id: 'kafka/outbox-keeps-bytes',
    promise: 'Dead letters that pass through the outbox would lose the original bytes.',
    file: 'libs/kafka/src/outgoing.ts',
    from: "Buffer.isBuffer(v) ? { b: v.toString('base64') } : v;",
    to: 'Buffer.isBuffer(v) ? v.toString() : v;',
    test: { suite: 'unit', file: 'libs/kafka/src/outgoing.spec.ts', name: 'the outbox keeps bytes as they were' },
  },
  {
    id: 'kafka/compare-and-set',
    promise: 'A consumer that lost its partition would handle a chunk a second time.',
    file: 'libs/kafka/src/consumed-store.ts',
    from: ' AND c.next_offset = s.held`',
    to: '`',
    test: { suite: 'int', file: chunks, name: 'a zombie’s transaction is refused' },
  },
  {
    id: 'kafka/outbox-drained-first',
    promise: 'What the last owner committed would go out after newer records of the same key.',
    file: consumer,
    from: 'for (const p of partitions) await this.o.emitter.drainLane(this.lane(p));',
    to: 'for (const p of partitions) this.lane(p);',
    test: { suite: 'int', file: chunks, name: 'goes out before anything newer' },
  },
  {
    id: 'kafka/the-record-before-is-the-same',
    promise: 'A topic that was re-created and filled up would be read on in the middle.',
    file: consumer,
    from: 'if (!same) {',
    to: 'if (!same && records.length < 0) {',
    test: { suite: 'int', file: chunks, name: 'a topic that was re-created is noticed' },
  },
  {
    id: 'kafka/verified-record-is-not-handled-again',
    promise: 'The last record before a restart would be handled twice.',
    file: consumer,
    from: 'return records.filter((r) => r.offset >= state.position);',
    to: 'return records;',
    test: { suite: 'int', file: chunks, name: 'after a stop another consumer goes on where Postgres says' },
  },
  {
    id: 'kafka/replay-for-one-service',
    promise: 'A dead letter put back for one service would be handled again by all others.',
    file: commit,
    from: 'if (replayFor !== undefined && replayFor !== this.o.client.options.service) continue;',
    to: 'if (replayFor === this.o.client.options.service && !this.running) continue;',
    test: { suite: 'int', file: chunks, name: 'a replayed record is for one service only' },
  },
  {
    id: 'kafka/chunk-emits-after-its-commit',
    promise: 'Readers would be told of what was rolled back.',
    file: commit,
    from: 'const outboxId = await gathered.writeOutbox(',
    to: 'await this.o.emitter.deliver(gathered.outgoing);\n      const outboxId = await gathered.writeOutbox(',
    test: { suite: 'int', file: chunks, name: 'nothing of a chunk leaves before its commit' },
  },
  {
    id: 'kafka/faulty-partition-alone',
    promise: 'One partition whose records cannot be handled would hold up all others of its topic.',
    file: commit,
    from: 'if (again) return false;',
    to: 'if (again && group.length < 1) return false;',
    test: { suite: 'int', file: committing, name: 'a faulty one fails alone' },
  },
  {
    id: 'kafka/outbox-names-all-partitions',
    promise: 'After a crash, what a partition emitted would wait for the heir of another one.',
    file: commit,
    from: 'group.map(({ state }) => laneOf(',
    to: 'group.slice(0, 1).map(({ state }) => laneOf(',
    test: { suite: 'int', file: committing, name: 'is left for the heir of any of them' },
  },
  {
    id: 'kafka/emits-after-the-commit',
    promise: 'Readers would be told of what was rolled back.',
    file: 'libs/kafka/src/emitter.ts',
    from: 'const r = await work(tx);',
    to: 'const r = await work(tx);\n      await this.deliver(tx.outgoing);',
    test: { suite: 'int', file: chunks, name: 'a commit that fails emits nothing' },
  },
  {
    id: 'kafka/outbox-row-with-the-state',
    promise: 'What a process committed and had not sent when it died would never be sent.',
    file: 'libs/kafka/src/outgoing.ts',
    from: 'if (this.outgoing.length === 0) return undefined;',
    to: 'if (this.outgoing.length >= 0) return 0;',
    test: { suite: 'int', file: chunks, name: 'is in the outbox from the commit until Kafka has it' },
  },
];
