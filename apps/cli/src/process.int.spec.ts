import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.js';
import { readConfig } from './config.js';

/** The built command as a process: signals, closed pipes and exit codes, which only a process has. */
const prefix = `cli-${randomUUID().slice(0, 8)}.`;
const topic = `${prefix}anything`;
const env = { KAFKA_BROKERS: process.env['KAFKA_BROKERS'] ?? '', TOPIC_PREFIX: prefix, GROUP_PREFIX: prefix };
let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.connect(readConfig(env));
  const admin = await cluster.admin();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  await cluster.send([{ topic, key: 'k', value: '{"n":1}', headers: {} }]);
});
afterAll(async () => {
  await (await cluster.admin()).deleteTopics({ topics: [topic] });
  await cluster.close();
});

function start(...args: string[]) {
  const child = spawn(process.execPath, ['apps/cli/dist/main.js', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let err = '';
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  return { child, exit, err: () => err };
}

describe('the process', () => {
  it('Ctrl-C ends a tail in order: exit 0, nothing on stderr, no consumer group left', async () => {
    const { child, exit, err } = start('tail', topic, '--from', 'beginning');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} 0:0 k \{"n":1\}\n$/);
    child.kill('SIGINT');
    child.kill('SIGINT'); // npm passes the signal on beside the terminal
    expect(await exit).toEqual([0, null]);
    expect(err()).toBe('');
    const { groups } = await (await cluster.admin()).listGroups();
    expect(groups.filter((g) => g.groupId.startsWith(prefix))).toEqual([]);
  });

  it('a pipe that is closed (| head) is an end like any other', async () => {
    const { child, exit, err } = start('tail', topic, '--from', 'beginning');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    // The next line meets the closed pipe.
    let done = false;
    void exit.then(() => (done = true));
    for (let n = 0; !done && n < 500; n += 1) await cluster.send([{ topic, key: 'k', value: '{}', headers: {} }]);
    expect(await exit).toEqual([0, null]);
    expect(err()).toBe('');
  });

  it('what is not understood is exit 2, what is wrong is exit 1', async () => {
    expect(await start('nonsense').exit).toEqual([2, null]);
    expect(await start('tail', 'nonsense').exit).toEqual([1, null]);
  });
});
