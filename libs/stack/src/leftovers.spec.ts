import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from './guard-protocol.js';
import { clearLeftovers, StateInUseError } from './leftovers.js';
import { identify, type ProcessIdentity } from './process-identity.js';

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'beckon-test-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function sleeper(program = 'setInterval(() => {}, 1000)'): Promise<ChildProcess & { identity: ProcessIdentity }> {
  const child = spawn(process.execPath, ['-e', `${program}; console.log(1)`], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return Object.assign(child, { identity: identify(child.pid as number) as ProcessIdentity });
}

function runFile(record: RunRecord): string {
  const file = join(folder, 'run.json');
  writeFileSync(file, JSON.stringify(record));
  return file;
}

const quiet = () => undefined;
const dead: ProcessIdentity = { pid: 99_999_999, born: 'long ago' };

describe('what an earlier run left', () => {
  it('is ended when its number and its birth match', async () => {
    const left = await sleeper();
    const file = runFile({ parent: dead, guard: dead, processes: [{ key: 'redis', ...left.identity }] });
    const gone = once(left, 'exit');
    await clearLeftovers(file, quiet);
    expect((await gone)[1]).toBe('SIGTERM');
    expect(existsSync(file)).toBe(false);
  });

  it('is left alone when the number now belongs to somebody else', async () => {
    const stranger = await sleeper();
    const processes = [{ key: 'redis', pid: stranger.identity.pid, born: 'another boot:1' }];
    await clearLeftovers(runFile({ parent: dead, guard: dead, processes }), quiet);
    expect(identify(stranger.identity.pid)).toEqual(stranger.identity);
  });

  it('is waited for while its guard still stops it', async () => {
    const guard = await sleeper();
    const lines: string[] = [];
    const cleared = clearLeftovers(runFile({ parent: dead, guard: guard.identity, processes: [] }), (line) => {
      lines.push(line);
      guard.kill('SIGTERM');
    });
    await cleared;
    expect(lines).toEqual(['waiting for the servers of an earlier run to stop']);
  });

  it('is not touched while its program runs', async () => {
    const self = identify(process.pid) as ProcessIdentity;
    const guard = await sleeper();
    const file = runFile({ parent: self, guard: guard.identity, processes: [] });
    await expect(clearLeftovers(file, quiet)).rejects.toThrow(StateInUseError);
    expect(existsSync(file)).toBe(true);
  });

  it('counts for nothing when the record cannot be read', async () => {
    const file = join(folder, 'run.json');
    writeFileSync(file, '{"parent":');
    await clearLeftovers(file, quiet);
    expect(existsSync(file)).toBe(false);
  });
});
