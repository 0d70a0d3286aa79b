import { expect, test } from '@jest/globals';
import { createLogger } from './logger.js';
import { SecretReader } from './secret-reader.js';

test('an answer is kept for a while, what is missing is said once, and again after it was there', () => {
  const lines: string[] = [];
  const log = createLogger({ service: 't', level: 'error', destination: { write: (line) => void lines.push(line) } });
  const env: Record<string, string | undefined> = { A: 'first' };
  let now = 0;
  const reader = new SecretReader({ log, now: () => now, keepMs: 1000, env });

  expect([reader.read('env:A'), reader.read('env:B'), reader.read('env:B')]).toEqual(['first', undefined, undefined]);
  env['A'] = 'second';
  now = 999;
  expect(reader.read('env:A')).toBe('first');
  now = 1000;
  expect([reader.read('env:A'), reader.read('env:B')]).toEqual(['second', undefined]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('env:B');

  env['B'] = 'there';
  now = 2000;
  expect(reader.read('env:B')).toBe('there');
  env['B'] = undefined;
  now = 3000;
  expect(reader.read('env:B')).toBeUndefined();
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toMatch(/first|second|there/);
});
