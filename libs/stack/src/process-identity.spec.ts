import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { commandOf, identify, isRunning } from './process-identity.js';

describe('the identity of a process', () => {
  it('is stable while it runs and gone when it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const identity = identify(child.pid as number);
    expect(identity).toEqual(identify(child.pid as number));
    expect(identity && isRunning(identity)).toBe(true);
    expect(commandOf(child.pid as number)).toContain('setInterval');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identity && isRunning(identity)).toBe(false);
    expect(commandOf(child.pid as number)).toBe('');
  });

  it('does not fit another process with the same number', () => {
    const self = identify(process.pid);
    expect(self && isRunning({ ...self, born: 'another boot:1' })).toBe(false);
  });
});
