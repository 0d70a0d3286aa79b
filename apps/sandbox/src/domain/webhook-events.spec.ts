import { describe, expect, it } from '@jest/globals';
import { entryOf, mergedEntries } from './webhook-events.js';
import type { Entry } from './webhook-events.js';

const entry = (page: string, at: number, standby = false): Entry => entryOf(page, at, { timestamp: at }, standby);
const stamps = (entries: readonly Entry[]): unknown[] =>
  entries.map(({ id, time, messaging, standby }) => [
    id,
    time,
    messaging ? 'messaging' : 'standby',
    (messaging ?? standby)!.map(({ timestamp }) => timestamp),
  ]);

describe('rule 44: several events in one body', () => {
  it('stand in an entry per Page, in order', () => {
    const entries = [entry('100', 1), entry('101', 2), entry('100', 3), entry('101', 4)];
    expect(stamps(mergedEntries(entries))).toEqual([
      ['100', 3, 'messaging', [1, 3]],
      ['101', 4, 'messaging', [2, 4]],
    ]);
  });

  it('begin another entry where standby begins or ends, so that a Page’s order stays', () => {
    const entries = [entry('100', 1), entry('100', 2, true), entry('101', 3), entry('100', 4, true), entry('100', 5)];
    expect(stamps(mergedEntries(entries))).toEqual([
      ['100', 1, 'messaging', [1]],
      ['100', 4, 'standby', [2, 4]],
      ['101', 3, 'messaging', [3]],
      ['100', 5, 'messaging', [5]],
    ]);
  });

  it('leaves what it was given as it was', () => {
    const entries = [entry('100', 1), entry('100', 2)];
    mergedEntries(entries);
    expect(stamps(entries)).toEqual([
      ['100', 1, 'messaging', [1]],
      ['100', 2, 'messaging', [2]],
    ]);
  });
});
