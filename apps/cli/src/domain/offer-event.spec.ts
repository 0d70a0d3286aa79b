import { describe, expect, it } from '@jest/globals';
import { offerEvent } from './offer-event.js';

const about = { sku: 'red-coat-m', product: 'red-coat', currency: 'EUR' };

describe('an offer event', () => {
  it('holds what was said, money in minor units', () => {
    expect(offerEvent({ ...about, price: '79.90', units: 0 })).toEqual({
      ok: true,
      data: { sku: 'red-coat-m', product: 'red-coat', units: 0, price: { amount: 7990, currency: 'EUR' } },
    });
  });
  it.each([
    [{ ...about }, /--units/],
    [{ ...about, price: '79,90' }, /--price/],
    [{ ...about, price: '1', currency: 'EURO' }, /unknown currency/],
  ])('is refused with a sentence: %j', (change, fault) => {
    const event = offerEvent(change);
    expect(event.ok ? '' : event.fault).toMatch(fault);
  });
});
