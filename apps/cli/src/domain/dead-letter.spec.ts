import { describe, expect, it } from '@jest/globals';
import { groupDeadLetters, mayReplay, toDeadLetter, type DeadLetter } from './dead-letter.js';

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

  it('counts by service, reason and topic', () => {
    const groups = groupDeadLetters([letter(), letter({ dl_at: '2000' }, 4n), letter({ dl_reason: 'invalid' }, 5n)]);
    expect(groups).toMatchObject([
      { reason: 'not_json', count: 2, first_at: 1000, last_at: 2000, newest: '1:4' },
      { reason: 'invalid', count: 1 },
    ]);
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
  it('needs to know where it came from', () => {
    expect(mayReplay(letter({ dl_topic: '' }), false, undefined)).toMatchObject({ replay: false });
  });
});
