import { describe, expect, it } from '@jest/globals';
import { SUBSCRIBED_FIELDS, readSubscription, subscriptionOf } from './subscription.js';

const app = (id: string, fields: readonly string[] = SUBSCRIBED_FIELDS) => ({
  id,
  name: `App ${id}`,
  subscribed_fields: fields,
});

describe('how a subscription stands', () => {
  it('whole, or with what is missing', () => {
    expect(readSubscription({ data: [app('1')] }, undefined)).toMatchObject({ state: 'subscribed', missing: [] });
    expect(readSubscription({ data: [app('1', ['messages', 'feed'])] }, '1')).toMatchObject({
      state: 'subscribed',
      missing: SUBSCRIBED_FIELDS.filter((field) => field !== 'messages'),
    });
  });

  it('none: nobody, somebody else, or nothing', () => {
    expect(readSubscription({ data: [] }, undefined)).toEqual({ state: 'none' });
    expect(readSubscription({ data: [app('2')] }, '1')).toEqual({ state: 'none' });
    expect(readSubscription({ data: [{ id: 1 }] }, '1')).toEqual({ state: 'none' });
  });

  it('among several apps ours is known by its id, and by nothing else', () => {
    expect(readSubscription({ data: [app('2', []), app('1')] }, '1')).toMatchObject({ state: 'subscribed' });
    expect(readSubscription({ data: [app('1'), app('2')] }, undefined)).toEqual({
      state: 'unclear',
      apps: ['App 1', 'App 2'],
    });
  });

  it('what is no such answer is none', () => {
    for (const wrong of [null, {}, { data: {} }, { data: [7] }]) expect(() => readSubscription(wrong, '1')).toThrow();
  });

  it('subscribing takes nothing away', () => {
    const fields = subscriptionOf(['feed', 'messages']).subscribed_fields.split(',');
    expect(fields).toEqual(expect.arrayContaining(['feed', ...SUBSCRIBED_FIELDS]));
    expect(new Set(fields).size).toBe(fields.length);
  });
});
