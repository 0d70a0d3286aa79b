import { expect, it } from '@jest/globals';
import { readSince } from './since.js';

const now = Date.parse('2026-11-23T10:00:00Z');
it.each([
  ['90s', now - 90_000],
  ['7d', now - 7 * 86_400_000],
  ['2026-11-23T09:00:00Z', now - 3_600_000],
  ['2026-11-23', Date.parse('2026-11-23T00:00:00Z')],
  ['yesterday', undefined],
  ['12', undefined],
  ['', undefined],
])('%j', (text, at) => expect(readSince(text, now)).toBe(at));
