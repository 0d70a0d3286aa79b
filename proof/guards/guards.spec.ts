import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { allGuards } from './all-guards.js';
import { GuardOutdated, isPure, mutate, type Guard } from './guard.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(repository, file), 'utf8');

describe('the list of guards', () => {
  it.each(allGuards.map((guard) => [guard.id, guard] as const))('%s: its line is there, once', (_, guard) => {
    expect(existsSync(join(repository, guard.file))).toBe(true);
    expect(mutate(guard, read(guard.file))).not.toBe(read(guard.file));
  });

  it.each(allGuards.map((guard) => [guard.id, guard] as const))('%s: its test is there', (_, { promise, test }) => {
    expect(existsSync(join(repository, test.file))).toBe(true);
    expect(test.file.endsWith('.int.spec.ts')).toBe(test.suite === 'int');
    // Without a name all of the file would run; with servers that takes minutes.
    if (test.suite === 'int') expect(test.name).toBeDefined();
    expect(promise).toMatch(/^[A-Z0-9`“].*\.$/);
  });

  it('names each guard once, and holds as many as are promised', () => {
    expect(new Set(allGuards.map((g) => g.id)).size).toBe(allGuards.length);
    expect(allGuards.filter(isPure).length).toBeGreaterThanOrEqual(30);
    expect(allGuards.filter((g) => !isPure(g)).length).toBeGreaterThanOrEqual(18);
  });
});

describe('taking a line away', () => {
  const guard: Guard = {
    ...{ id: 'x/y', promise: 'p', file: 'f.ts', from: 'if (no) return;', to: '$& gone' },
    test: { suite: 'unit', file: 'f.spec.ts' },
  };

  it('changes that line and nothing else, whatever characters stand in it', () => {
    expect(mutate(guard, 'a\nif (no) return;\nb')).toBe('a\n$& gone\nb');
  });

  it('says which guard no longer fits the code', () => {
    const outdated = (text: string) => () => mutate(guard, text);
    expect(outdated('if (nothing) return;')).toThrow(
      new GuardOutdated('guard x/y: its line is gone from f.ts, update the list'),
    );
    expect(outdated('if (no) return; if (no) return;')).toThrow('is in f.ts 2 times');
  });
});
