import { describe, expect, it } from '@jest/globals';
import { rule39Batch, rule39IsBatch } from './rules-batch.js';

const item = { method: 'post', relative_url: 'me/messages', body: 'a=1' };

describe('rule 39: batches', () => {
  it('are POSTs to the root', () => {
    for (const path of ['/', '/v26.0', '/v26.0/']) expect(rule39IsBatch('POST', path, { batch: [] })).toBe(true);
    expect(rule39IsBatch('GET', '/', { batch: [] })).toBe(false);
    expect(rule39IsBatch('POST', '/', {})).toBe(false);
    expect(rule39IsBatch('POST', '/me/messages', { batch: [] })).toBe(false);
  });

  it('have 50 items, not 51, as a list or as text', () => {
    const read = { method: 'POST', relativeUrl: 'me/messages', body: 'a=1' };
    const fifty = Array.from({ length: 50 }, () => item);
    expect(rule39Batch(fifty)).toEqual({ items: Array.from({ length: 50 }, () => read) });
    expect(rule39Batch(JSON.stringify([item]))).toEqual({ items: [read] });
    expect(rule39Batch([...fifty, item])).toMatchObject({
      refusal: {
        rule: 39,
        type: 'GraphBatchException',
        message: 'Too many requests in batch message. Maximum batch size is 50',
      },
    });
  });

  it.each([undefined, '', '[', 7, {}, [], [7], [{}], [{ method: 'GET' }], [{ ...item, body: {} }]])(
    'refuses %j',
    (batch) => expect(rule39Batch(batch)).toMatchObject({ refusal: { rule: 39, code: 100 } }),
  );
});
