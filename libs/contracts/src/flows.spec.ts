import { describe, expect, it } from '@jest/globals';
import { allTopics, flows, topicConfig } from './index.js';

describe('who sends and who receives', () => {
  it.each(allTopics.map((t) => t.name))('%s has a writer and a reader', (name) => {
    const programs = Object.values(flows);
    expect(programs.some((f) => f.sends.some((t) => t.name === name))).toBe(true);
    expect(programs.some((f) => f.receives.some((t) => t.name === name))).toBe(true);
  });
});

describe('topic configuration', () => {
  it('really compacts within a day, so that erasure is real', () => {
    for (const topic of allTopics.filter((t) => t.retention.policy === 'compact'))
      expect(topicConfig(topic)).toMatchObject({ 'cleanup.policy': 'compact', 'max.compaction.lag.ms': '86400000' });
  });
  it('says how long everything else is kept', () => {
    for (const topic of allTopics.filter((t) => t.retention.policy === 'delete'))
      expect(Number(topicConfig(topic)['retention.ms'])).toBeGreaterThanOrEqual(7 * 86_400_000);
  });
});
