import { describe, expect, it } from '@jest/globals';
import { counter, gauge, histogram, metricCatalogue, metricsText } from './metrics.js';

/** The sample lines of one metric, without help and type. */
async function samples(name: string): Promise<string[]> {
  return (await metricsText()).split('\n').filter((line) => line.startsWith(name));
}

describe('metrics', () => {
  it('a counter adds up per label, with help and type', async () => {
    const decisions = counter('beckon_test_decisions_total', { help: 'Decisions made.', labels: ['verdict'] });
    decisions.add(2, { verdict: 'admit' });
    decisions.add(1, { verdict: 'hold' });
    decisions.add(3, { verdict: 'admit' });
    expect(await samples('beckon_test_decisions_total')).toEqual([
      'beckon_test_decisions_total{verdict="admit"} 5',
      'beckon_test_decisions_total{verdict="hold"} 1',
    ]);
    const text = await metricsText();
    expect(text).toContain('# HELP beckon_test_decisions_total Decisions made.\n');
    expect(text).toContain('# TYPE beckon_test_decisions_total counter\n');
    expect(text).not.toContain('otel_scope');
  });

  it('a histogram counts into its own buckets', async () => {
    const seconds = histogram('beckon_test_wait_seconds', { help: 'Waiting.', unit: 'seconds', buckets: [0.1, 1] });
    for (const value of [0.05, 0.5, 0.6, 7]) seconds.record(value);
    expect(await samples('beckon_test_wait_seconds')).toEqual([
      'beckon_test_wait_seconds_count 4',
      'beckon_test_wait_seconds_sum 8.15',
      'beckon_test_wait_seconds_bucket{le="0.1"} 1',
      'beckon_test_wait_seconds_bucket{le="1"} 3',
      'beckon_test_wait_seconds_bucket{le="+Inf"} 4',
    ]);
  });

  it('a gauge shows what was set until it is removed, and reads what is observed at each scrape', async () => {
    const waiting = gauge('beckon_test_waiting', { help: 'Alerts that wait.', labels: ['shop'] });
    waiting.set(3, { shop: 'demo' });
    waiting.set(4, { shop: 'demo' });
    let live: number | undefined = 7;
    const stop = waiting.observe(() => live, { shop: 'other' });
    expect(await samples('beckon_test_waiting')).toEqual([
      'beckon_test_waiting{shop="demo"} 4',
      'beckon_test_waiting{shop="other"} 7',
    ]);
    waiting.remove({ shop: 'demo' });
    live = 8;
    expect(await samples('beckon_test_waiting')).toEqual(['beckon_test_waiting{shop="other"} 8']);
    live = undefined;
    expect(await samples('beckon_test_waiting')).toEqual([]);
    live = 9;
    stop();
    expect(await samples('beckon_test_waiting')).toEqual([]);
  });

  it('a gauge whose reader throws does not take the others with it', async () => {
    const broken = gauge('beckon_test_broken', { help: 'Broken.' });
    const stop = broken.observe(() => {
      throw new Error('no');
    });
    gauge('beckon_test_sound', { help: 'Sound.' }).set(1);
    expect(await samples('beckon_test_sound')).toEqual(['beckon_test_sound 1']);
    stop();
  });

  it('names keep the conventions and are declared once', () => {
    expect(() => counter('test_total', { help: '' })).toThrow('must be beckon_');
    expect(() => counter('beckon_test_things', { help: '' })).toThrow('end in _total');
    expect(() => gauge('beckon_test_things_total', { help: '' })).toThrow('end in _total');
    expect(() => histogram('beckon_test_time', { help: '', unit: 'seconds' })).toThrow('must end in its unit, seconds');
    gauge('beckon_test_once', { help: 'Once.' });
    expect(() => gauge('beckon_test_once', { help: 'Twice.' })).toThrow('declared twice');
  });

  it('the catalogue lists what was declared, by name', () => {
    const names = metricCatalogue().map((m) => m.name);
    expect(names).toEqual([...names].sort());
    expect(metricCatalogue()).toContainEqual({
      name: 'beckon_test_decisions_total',
      type: 'counter',
      help: 'Decisions made.',
      unit: undefined,
      labels: ['verdict'],
    });
  });
});
