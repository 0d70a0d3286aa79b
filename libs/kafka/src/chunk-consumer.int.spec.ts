import { describe, expect, it } from '@jest/globals';
import { deadLetters } from '@beckon/contracts';
import { chunkBed as bed, copy, numbers, output, input, type Value } from '../../../tests/support/chunk-bed.js';
import { follow, until } from '../../../tests/support/real-servers.js';
import type { ChunkHandler } from './chunk.js';
import { createTopics } from './topics-admin.js';

/** A table whose duplicates are found out at the commit only, and two of them. */
const UNIQUE_AT_COMMIT = 'CREATE TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)';
const TWICE = 'INSERT INTO once VALUES (1), (1)';

describe('chunk transaction on a real broker and a real database', () => {
  it('reads from the very beginning, once, and passes on with CloudEvents headers (traps 2, 20)', async () => {
    const b = await bed();
    await b.put(1, 2, 3);
    const out = await follow(b.client, output);
    await b.consume(copy);
    await until('three copies', () => out.length >= 3);
    await b.put(4);
    await until('the fourth', () => out.length >= 4);
    expect(numbers(out)).toEqual([1, 2, 3, 4]);
    expect(await b.rows()).toEqual([1, 2, 3, 4]);
    expect(out[0]?.headers).toMatchObject({
      ce_specversion: '1.0',
      ce_type: 'beckon.output.v1',
      ce_source: 'beckon/test',
    });
  });

  it('after a stop another consumer goes on where Postgres says, whatever Kafka’s own offset says', async () => {
    const b = await bed();
    await b.put(1, 2);
    const first = await b.consume(copy);
    await until('two rows', async () => (await b.rows()).length === 2);
    await first.stop();
    const admin = await b.client.admin();
    await admin.resetOffsets({ groupId: b.client.group('input'), topic: b.client.topic(input), earliest: true });
    await b.put(3);
    await b.consume(copy);
    await until('the third', async () => (await b.rows()).includes(3));
    expect(await b.rows()).toEqual([1, 2, 3]);
  });

  it('a poison record goes to the dead letters with its bytes and the fault; its neighbours go on', async () => {
    const b = await bed();
    const dead = await follow(b.client, deadLetters('test'));
    await b.put(1, '{"n":"two"}', 'not json', 4);
    await b.consume(copy);
    await until('neighbours', async () => (await b.rows()).length === 2);
    await until('two dead letters', () => dead.length === 2);
    expect(await b.rows()).toEqual([1, 4]);
    expect(dead[0]?.value).toBe('{"n":"two"}');
    expect(dead[0]?.headers).toMatchObject({ dl_reason: 'invalid', dl_field: 'n', dl_offset: '1', dl_service: 'test' });
    expect(dead[1]?.headers).toMatchObject({ dl_reason: 'not_json' });
  });

  it('too many bad records in a row stop the partition loudly, and nothing after them is lost', async () => {
    const b = await bed();
    await b.put('x', 'x', 'x', 'x', 5);
    const consumer = await b.consume(copy, { badInARow: 3, chunkSize: 1 });
    await until('the stop', () => consumer.fault()?.includes('could not be used'));
    expect(await b.rows()).toEqual([]);
    expect(consumer.positions()[0]).toMatchObject({ status: 'stopped', position: 3n });
  });

  it('a handler that fails pauses its partition only; the chunk comes again and nothing of the first try stays (trap 12)', async () => {
    const b = await bed(2);
    await b.put(...Array.from({ length: 20 }, (_, i) => i + 1));
    let fail = true;
    let tries = 0;
    const consumer = await b.consume(async (chunk, tx) => {
      await copy(chunk, tx);
      if (chunk.records.some((r) => r.partition === 0) && fail) {
        tries += 1;
        throw new Error('not today');
      }
    });
    await until('other partition done', async () => (await b.rows()).length > 0);
    await until('the fault shows', () => consumer.fault()?.includes('fails again and again'));
    expect(tries).toBeGreaterThanOrEqual(5);
    const before = await b.rows();
    expect(before.length).toBeLessThan(20);
    fail = false;
    await until('all', async () => (await b.rows()).length >= 20);
    expect(await b.rows()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await until('healthy', () => consumer.fault() === undefined);
  });

  it('a zombie’s transaction is refused: whoever comes second to a chunk commits nothing and goes on behind it', async () => {
    const b = await bed();
    await b.put(1);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let inside = 0;
    const slow: ChunkHandler<Value> = async (chunk, tx) => {
      inside += 1;
      await gate;
      await copy(chunk, tx);
    };
    const first = await b.consume(slow, { group: `${b.client.group('input')}-first` });
    await until('the first is inside its transaction', () => inside === 1);
    const second = await b.consume(slow, { group: `${b.client.group('input')}-second` });
    await until('the second waits for the row', async () => {
      const rows: unknown[] = await b.dataSource.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE consumed%'`,
      );
      return rows.length > 0;
    });
    release();
    await until('both stand behind the chunk', () =>
      [first, second].every((c) => c.positions()[0]?.position === 1n && c.positions()[0]?.status === 'running'),
    );
    expect(inside).toBe(1);
    expect(await b.rows()).toEqual([1]);
  });

  it('two consumers of one cursor: each record is applied once (traps 3, 4)', async () => {
    const b = await bed();
    const groups = ['a', 'b'].map((x) => `${b.client.group('input')}-${x}`);
    for (const group of groups) await b.consume(copy, { group, chunkSize: 3 });
    for (let i = 0; i < 60; i += 3) await b.put(i, i + 1, i + 2);
    await until('all rows', async () => (await b.rows()).length >= 60);
    expect(await b.rows()).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('what was committed and not emitted goes out at the next assignment, even when no new record comes', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await b.dataSource.query(`INSERT INTO outbox (lanes, records) VALUES (ARRAY[$1], $2)`, [
      `beckon:${b.client.topic(input)}:0`,
      JSON.stringify([[b.client.topic(output), 'k', '{"n":7}', { ce_id: 'x' }]]),
    ]);
    await b.consume(copy);
    await until('the left-over', () => out.length === 1);
    expect(numbers(out)).toEqual([7]);
    await until('the outbox is empty', async () => {
      const rows: unknown[] = await b.dataSource.query('SELECT 1 FROM outbox');
      return rows.length === 0;
    });
  });

  it('what was committed and not emitted goes out before anything newer', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await b.dataSource.query(`INSERT INTO outbox (lanes, records) VALUES (ARRAY[$1], $2)`, [
      `beckon:${b.client.topic(input)}:0`,
      JSON.stringify([[b.client.topic(output), 'k', '{"n":7}', { ce_id: 'x' }]]),
    ]);
    await b.put(1);
    await b.consume(copy);
    await until('the new one', () => numbers(out).includes(1));
    expect(out.map((r) => numbers([r]))).toEqual([[7], [1]]);
  });

  it('nothing of a chunk leaves before its commit: the commit itself may fail', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await b.dataSource.query(UNIQUE_AT_COMMIT);
    let tries = 0;
    await b.consume(async (_chunk, tx) => {
      tries += 1;
      tx.emit(output, 'k', { n: tries });
      if (tries === 1) await tx.query(TWICE);
    });
    await b.put(1);
    await until('the second try', () => numbers(out).includes(2));
    expect(numbers(out)).toEqual([2]);
  });

  it('a topic that was re-created is noticed before anything is skipped (trap 5)', async () => {
    const b = await bed();
    await b.put(1, 2, 3);
    const first = await b.consume(copy);
    await until('three', async () => (await b.rows()).length === 3);
    await first.stop();
    const admin = await b.client.admin();
    await admin.deleteTopics({ topics: [b.client.topic(input)] });
    await until('gone', async () => !(await admin.listTopics()).includes(b.client.topic(input)));
    await createTopics(admin, [{ topic: b.client.topic(input), numPartitions: 1 }]);
    await b.put(10, 11, 12, 13);
    const second = await b.consume(copy);
    const noticed = (): boolean => second.fault()?.includes('re-created') ?? false;
    await until('noticed, or read on', async () => noticed() || (await b.rows()).length > 3);
    expect([noticed(), await b.rows()]).toEqual([true, [1, 2, 3]]);
  });

  it('a topic of others that was re-created and filled between two fetches is noticed before anything is skipped', async () => {
    const b = await bed();
    await b.put(1, 2, 3);
    const reader = await b.consume(copy, { lookBackAfterMs: 0 });
    await until('three', async () => (await b.rows()).length === 3);
    await b.put(4);
    await until('one more, after a silence', async () => (await b.rows()).length === 4);
    const admin = await b.client.admin();
    await admin.deleteTopics({ topics: [b.client.topic(input)] });
    const again = (): Promise<boolean> =>
      createTopics(admin, [{ topic: b.client.topic(input), numPartitions: 1 }]).then(
        () => true,
        () => false,
      );
    await until('created again', again);
    await b.put(10, 11, 12, 13, 14, 15);
    const noticed = (): boolean => reader.fault()?.includes('re-created') ?? false;
    await until('noticed, or read on', async () => noticed() || (await b.rows()).length > 4);
    expect([noticed(), await b.rows()]).toEqual([true, [1, 2, 3, 4]]);
  });

  it('records deleted unread are noticed (trap 5)', async () => {
    const b = await bed();
    await b.put(1, 2);
    const first = await b.consume(copy);
    await until('two', async () => (await b.rows()).length === 2);
    await first.stop();
    await b.put(3, 4, 5, 6);
    const admin = await b.client.admin();
    await admin.deleteTopicRecords({ topic: b.client.topic(input), partitions: [{ partition: 0, offset: '4' }] });
    const second = await b.consume(copy);
    await until('noticed', () => second.fault()?.includes('deleted unread'));
    expect(await b.rows()).toEqual([1, 2]);
  });

  it('a transactional producer upstream: committed records once, aborted ones never, and the end is the end', async () => {
    const b = await bed();
    const producer = b.client.kafka.producer({
      transactionalId: b.client.group('upstream'),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = async (commit: boolean, ...ns: number[]): Promise<void> => {
      const tx = await producer.transaction();
      const messages = ns.map((n) => ({ key: String(n), value: JSON.stringify({ n }) }));
      await tx.send({ topic: b.client.topic(input), messages });
      await (commit ? tx.commit() : tx.abort());
    };
    await transaction(true, 1, 2);
    await transaction(false, 3);
    const consumer = await b.consume(copy);
    await until('the first', async () => (await b.rows()).length === 2);
    await transaction(false, 4);
    await transaction(true, 5);
    await until('the next', async () => (await b.rows()).length === 3);
    await transaction(false, 6);
    await b.put(7);
    await until('the last', async () => (await b.rows()).includes(7));
    await transaction(true, 8);
    await until('read to the end, markers and all', async () => {
      const end = (await b.client.ends(b.client.topic(input))).get(0)?.high;
      return (await b.rows()).includes(8) && consumer.positions()[0]?.settledPosition === end;
    });
    await producer.disconnect();
    await consumer.stop();
    await b.put(9);
    await b.consume(copy);
    await until('another goes on', async () => (await b.rows()).includes(9));
    expect(await b.rows()).toEqual([1, 2, 5, 7, 8, 9]);
  });

  it('a second member takes half of the partitions, and nothing is applied twice (traps 2, 3)', async () => {
    const b = await bed(4);
    await b.consume(copy);
    await b.put(...Array.from({ length: 100 }, (_, i) => i));
    const second = await b.consume(copy);
    await b.put(...Array.from({ length: 100 }, (_, i) => 100 + i));
    await until('second is in', () => second.positions().length === 2);
    await b.put(...Array.from({ length: 100 }, (_, i) => 200 + i));
    await until('all', async () => (await b.rows()).length >= 300);
    expect(await b.rows()).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('a replayed record is for one service only', async () => {
    const b = await bed();
    const record = (n: number, forService: string): Parameters<typeof b.client.producer.send>[0][number] => ({
      topic: b.client.topic(input),
      key: 'k',
      value: JSON.stringify({ n }),
      headers: { 'beckon-replay-for': forService },
    });
    await b.client.producer.send([record(1, 'other'), record(2, 'test')]);
    await b.consume(copy);
    await until('ours', async () => (await b.rows()).includes(2));
    expect(await b.rows()).toEqual([2]);
  });
});

describe('emitter', () => {
  it('emits after the commit and empties the outbox; a rollback emits nothing', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await expect(
      b.emitter.transaction(async (tx) => {
        tx.emit(output, 'k', { n: 1 });
        await tx.query('SELECT 1/0');
      }),
    ).rejects.toThrow(/division/);
    await b.emitter.transaction((tx) => {
      tx.emit(output, 'k', { n: 2 });
      return Promise.resolve();
    });
    await until('one', () => out.length === 1);
    expect(numbers(out)).toEqual([2]);
    expect(await b.dataSource.query('SELECT 1 FROM outbox')).toEqual([]);
  });

  it('a commit that fails emits nothing', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await b.dataSource.query(UNIQUE_AT_COMMIT);
    const emitting = (n: number, sql: string): Promise<void> =>
      b.emitter.transaction(async (tx) => {
        tx.emit(output, 'k', { n });
        await tx.query(sql);
      });
    await expect(emitting(1, TWICE)).rejects.toThrow(/unique/);
    await emitting(2, 'SELECT 1');
    await until('the other', () => numbers(out).includes(2));
    expect(numbers(out)).toEqual([2]);
  });

  it('what is emitted is in the outbox from the commit until Kafka has it', async () => {
    const b = await bed();
    const { producer } = b.client;
    const send = producer.send.bind(producer);
    let back: () => void = () => undefined;
    const away = new Promise<void>((resolve) => (back = resolve));
    producer.send = (records) => away.then(() => send(records));
    let committed = false;
    const done = b.emitter.transaction((tx) => {
      tx.emit(output, 'k', { n: 5 });
      tx.afterCommit(() => (committed = true));
      return Promise.resolve();
    });
    await until('the commit', () => committed);
    const lanes = (): Promise<unknown> => b.dataSource.query('SELECT lanes FROM outbox');
    const waiting = await lanes();
    back();
    await done;
    expect([waiting, await lanes()]).toEqual([[{ lanes: ['loop'] }], []]);
  });

  it('sends what a dead process left behind', async () => {
    const b = await bed();
    const out = await follow(b.client, output);
    await b.dataSource.query(
      `INSERT INTO outbox (lanes, records, created_at) VALUES ('{loop}', $1, now() - interval '1 minute')`,
      [JSON.stringify([[b.client.topic(output), 'k', '{"n":9}', {}]])],
    );
    b.emitter.start();
    await until('swept', () => out.length === 1);
    expect(numbers(out)).toEqual([9]);
  });
});
