import { describe, expect, it } from '@jest/globals';
import { freshness } from '@beckon/contracts';
import { BatchHandler } from './batch-handler.js';
import { KafkaBatchStrategy, type KafkaBatchStrategyOptions } from './kafka-batch-strategy.js';

class Handlers {
  @BatchHandler(freshness)
  async onFreshness(): Promise<void> {}
}

/** What `listen` says; nothing is connected, since it must refuse before that. */
function refusal(...patterns: string[]): string | undefined {
  const strategy = new KafkaBatchStrategy({} as KafkaBatchStrategyOptions);
  for (const pattern of patterns) strategy.addHandler(pattern, () => new Handlers().onFreshness(), true);
  let said: unknown;
  strategy.listen((error) => (said = error));
  return said instanceof Error ? said.message : undefined;
}

describe('a service refuses to start', () => {
  it('with two handlers for one topic, and says which line to keep', () => {
    expect(refusal('freshness', 'freshness')).toMatch(/two handlers for topic freshness: keep one @BatchHandler/);
  });
  it('with a handler for a topic that no contract describes', () => {
    expect(refusal('nonsense')).toMatch(/nonsense: mark it with @BatchHandler/);
  });
});
