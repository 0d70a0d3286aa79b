import { describe, expect, it } from '@jest/globals';
import { DeadLetterGroups, isChosen, mayReplay, replayedIds, toDeadLetter, type DeadLetter } from './dead-letter.js';

const letter = (over: Record<string, string> = {}, offset = 0n): DeadLetter =>
  toDeadLetter('matching', {
    partition: 1,
    offset,
    timestamp: 5,
    key: Buffer.from('k'),
    value: Buffer.from([0xff]),
    headers: {
      ce_id: 'e1',
      dl_reason: 'not_json',
      dl_topic: 'beckon.subscriptions',
      dl_partition: '3',
      dl_offset: '17',
      dl_at: '1000',
      ...over,
    },
  });

describe('a dead letter', () => {
  it('keeps the record’s own headers apart from those that explain', () => {
    expect(letter()).toMatchObject({ id: '1:0', headers: { ce_id: 'e1' }, partition: 3, offset: 17n, at: 1000 });
  });

  it('names its shop and source, or the shop that its value names, unless that is sealed', () => {
    expect(letter({ dl_source: 'aurora/catalog' })).toMatchObject({ shop: 'aurora', source: 'catalog' });
    const record = { partition: 0, offset: 0n, timestamp: 1, key: null, value: Buffer.from('{"shop":"aurora"}') };
    expect(toDeadLetter('matching', { ...record, headers: {} })).toMatchObject({ shop: 'aurora', source: null });
    expect(toDeadLetter('optin', { ...record, headers: { dl_sealed: 'true' } }).shop).toBeNull();
    expect(letter()).toMatchObject({ shop: null, source: null });
  });

  it('counts by service, source, reason, field and topic', () => {
    const groups = new DeadLetterGroups();
    groups.add(letter({ dl_at: '2000' }, 4n));
    groups.add(letter());
    groups.add(letter({ dl_reason: 'invalid' }, 5n));
    groups.add(letter({ dl_reason: 'invalid', dl_field: 'sku', dl_shape: 'absent' }, 6n));
    expect(groups.all()).toMatchObject([
      { reason: 'not_json', count: 2, first_at: 1000, last_at: 2000, newest: '1:4' },
      { reason: 'invalid', count: 1, field: null },
      { reason: 'invalid', count: 1, field: 'sku', shape: 'absent' },
    ]);
  });

  it.each([
    [{}, true],
    [{ shop: 'aurora', source: 'catalog', reason: 'not_json', since: 1000 }, true],
    [{ shop: 'borealis' }, false],
    [{ source: 'prices' }, false],
    [{ reason: 'invalid' }, false],
    [{ since: 1001 }, false],
  ])('is chosen by %j: %j', (choice, chosen) =>
    expect(isChosen(letter({ dl_source: 'aurora/catalog' }), choice)).toBe(chosen),
  );

  it('is told from the note of a replay', () => {
    expect(replayedIds({ headers: { dl_replayed: '0:1,2:17' } })).toEqual(['0:1', '2:17']);
    expect(replayedIds({ headers: { dl_reason: 'not_json' } })).toBeUndefined();
  });
});

describe('replaying', () => {
  it('is free where the topic is no state', () => {
    expect(mayReplay(letter(), false, undefined)).toEqual({ replay: true });
  });
  it('of state only while it is still the last word of its key', () => {
    expect(mayReplay(letter(), true, { partition: 3, offset: 17n })).toEqual({ replay: true });
    expect(mayReplay(letter(), true, { partition: 3, offset: 18n })).toMatchObject({ replay: false });
    expect(mayReplay(letter(), true, undefined)).toMatchObject({ replay: false });
  });
  it('of a part of a record is refused', () => {
    expect(mayReplay(letter({ dl_cut: '2000000' }), false, undefined)).toMatchObject({ replay: false });
  });
  it('needs to know where it came from', () => {
    expect(mayReplay(letter({ dl_topic: '' }), false, undefined)).toMatchObject({ replay: false });
  });
});
