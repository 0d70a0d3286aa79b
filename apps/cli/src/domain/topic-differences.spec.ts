import { offers, shops, topicConfig } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import { topicDifferences } from './topic-differences.js';

describe('topics that differ', () => {
  it('none where all is as the contract says', () => {
    expect(topicDifferences(offers, { partitions: 12, config: topicConfig(offers) })).toEqual([]);
  });
  it('names partitions and settings', () => {
    const config = { ...topicConfig(offers), 'cleanup.policy': 'delete' };
    expect(topicDifferences(offers, { partitions: 3, config })).toEqual([
      { topic: 'offers', what: 'partitions', is: '3', wanted: '12' },
      { topic: 'offers', what: 'cleanup.policy', is: 'delete', wanted: 'compact' },
    ]);
  });
  it('an override of partitions spares topics that must have one', () => {
    expect(topicDifferences(offers, { partitions: 3, config: topicConfig(offers) }, 3)).toEqual([]);
    expect(topicDifferences(shops, { partitions: 1, config: topicConfig(shops) }, 3)).toEqual([]);
  });
});
