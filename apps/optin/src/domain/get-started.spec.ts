import { payloadOf } from '@beckon/messenger';
import { describe, expect, it } from '@jest/globals';
import { readIntent } from './read-intent.js';
import type { Wish } from './wish.js';

/** What the button that `beckon pages connect` sets leads to. */
describe('Get Started', () => {
  const tap = {
    key: 'k',
    at: 1,
    received_at: 1,
    standby: false,
    kind: 'postback',
    payload: payloadOf('begin'),
  } as const;
  const wish = {
    shop: 'aurora',
    product: null,
    sku: 'red-coat-m',
    kind: 'back_in_stock',
    locale: null,
  } as unknown as Wish;

  it('of somebody who came by a link asks about what the link is for', () => {
    expect(readIntent({ ...tap, wish })).toEqual({ want: 'ask', wish });
  });

  it('of anybody else is greeted', () => {
    expect(readIntent(tap)).toEqual({ want: 'greeting' });
  });
});
