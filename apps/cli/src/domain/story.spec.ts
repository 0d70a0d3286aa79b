import { catalogSignals, decisions, deliveries, REASONS, type Decision } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import pc from 'picocolors';
import { concerning, subjectOf, tellStories, type Evidence } from './story.js';
import { gapText, storyText } from './story-text.js';

const base = decisions.example;
const T = deliveries.example.source_at;
const decision = (over: Partial<Decision>): Decision => ({ ...base, detail: null, reason: null, ...over });

const evidence: Evidence = {
  decisions: [
    decision({ decision_id: 'd3', stage: 'delivery', seq: 1, verdict: 'sent', terminal: true, at: T + 131 }),
    decision({ decision_id: 'd1', stage: 'matching', seq: 1, verdict: 'matched', at: T + 25 }),
    decision({ decision_id: 'd2', stage: 'throttling', seq: 1, verdict: 'admitted', at: T + 60 }),
    decision({ decision_id: 'd1', stage: 'matching', seq: 1, verdict: 'matched', at: T + 25 }),
    decision({
      decision_id: 'other',
      alert_id: 'alr_ffffffffffffffffffffffffffffffff',
      at: T + 5000,
      reason: 'quiet_hours',
      verdict: 'held',
    }),
    decision({
      decision_id: 'sku',
      alert_id: null,
      shopper_id: null,
      stage: 'ingestion',
      verdict: 'ignored',
      reason: 'no_baseline',
      at: T - 1000,
    }),
  ],
  deliveries: [deliveries.example],
  signals: [catalogSignals.example],
};

describe('what explain is asked about', () => {
  it.each([
    ['alr_2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e', 'alert'],
    ['shp_0f8a2d4c6b1e3f5a7c9d0b2e4f6a8c1d', 'shopper'],
    ['sub_9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d', 'subscription'],
    ['sig_1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f', 'signal'],
    ['sub_zero-tee', 'sku'],
    ['red-coat-m', 'sku'],
  ])('%s is a %s', (id, by) => expect(subjectOf(id)).toMatchObject({ by, id }));

  it('a SKU may name its shop', () => {
    expect(subjectOf('aurora:red-coat-m')).toEqual({ by: 'sku', id: 'red-coat-m', shop: 'aurora' });
    expect(subjectOf('a:b', 'aurora')).toEqual({ by: 'sku', id: 'a:b', shop: 'aurora' });
  });
});

describe('the story of an alert', () => {
  const [story] = tellStories(concerning(subjectOf(base.alert_id as string), evidence));

  it('is in order, tells what came twice once, and ends', () => {
    expect(story?.lines.map((l) => `${l.stage} ${l.verdict} ${l.at - T} ${l.gap}`)).toEqual([
      'source event 0 null',
      'ingestion opened 12 12',
      'matching matched 25 13',
      'throttling admitted 60 35',
      'delivery sent 131 71',
      'delivery accepted 131 0',
    ]);
    expect(story).toMatchObject({ ended: true, shop: 'aurora', sku: 'red-coat-m', kind: 'price_drop' });
  });

  it('reads as text', () => {
    if (!story) throw new Error('no story');
    const text = storyText(story, pc.createColors(false)).join('\n');
    expect(text).toContain('+13 ms');
    expect(text).toContain('Messenger accepted the message.');
    expect(text).not.toContain('still open');
  });
});

describe('the story of a SKU', () => {
  const stories = tellStories(concerning(subjectOf('aurora:red-coat-m'), evidence));

  it('has what belongs to no alert first, then one story per alert', () => {
    expect(stories.map((s) => s.alert_id)).toEqual([null, base.alert_id, 'alr_ffffffffffffffffffffffffffffffff']);
    expect(stories[0]?.lines[0]?.text).toContain(REASONS.no_baseline);
  });

  it('tells a signal once, by its decision or else by its record', () => {
    const verdicts = (e: Evidence) =>
      tellStories(concerning(subjectOf('red-coat-m'), e))[0]?.lines.map((l) => l.verdict);
    expect(verdicts(evidence)).toEqual(['ignored', 'opened']);
    const opened = decision({ decision_id: 'o', alert_id: null, shopper_id: null, verdict: 'opened', at: T + 12 });
    expect(verdicts({ ...evidence, decisions: [...evidence.decisions, opened] })).toEqual(['ignored', 'opened']);
  });

  it('does not take what a closed signal says for what it said when it opened', () => {
    const closed = { ...catalogSignals.example, op: 'closed' as const, units: 0, at: T + 90_000 };
    const [story] = tellStories(concerning(subjectOf(base.alert_id as string), { ...evidence, signals: [closed] }));
    expect(story?.lines.find((l) => l.verdict === 'opened')).toMatchObject({ at: T + 12, detail: null });
  });

  it('says which alerts are still open', () => {
    const open = stories[2];
    if (!open) throw new Error('no story');
    expect(storyText(open, pc.createColors(false)).join('\n')).toMatch(/quiet_hours[\s\S]*still open/);
  });

  it('another shop’s SKU of the same name is none of it', () => {
    expect(concerning(subjectOf('borealis:red-coat-m'), evidence)).toEqual({
      decisions: [],
      deliveries: [],
      signals: [],
    });
  });
});

describe('gaps', () => {
  it.each([
    [12, '+12 ms'],
    [-3, '-3 ms'],
    [1500, '+1.50 s'],
    [90_000, '+1.5 min'],
    [7_200_000, '+2.0 h'],
  ])('%d is %s', (ms, text) => expect(gapText(ms)).toBe(text));
});
