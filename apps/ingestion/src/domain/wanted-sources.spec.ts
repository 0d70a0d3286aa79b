import { expect } from '@jest/globals';
import { exampleSettings, ShopSettings } from '@beckon/contracts';
import { sourcePlan, wantedSources } from './wanted-sources.js';

const settings = ShopSettings.parse(exampleSettings);
const a = { shop: 'a', name: 'catalog', format: 'cloudevents', topic: 'a.catalog' } as const;
const b = { shop: 'b', name: 'catalog', format: 'cloudevents', topic: 'b.catalog' } as const;

test('sources come from all shops', () => {
  const shops = [
    { shop: 'aurora', settings },
    { shop: 'b', settings: { ...settings, sources: [] } },
  ];
  expect(wantedSources(shops)).toEqual([
    { shop: 'aurora', name: 'catalog', format: 'cloudevents', topic: 'aurora.catalog' },
  ]);
});

test('only what changed is started and stopped', () => {
  expect(sourcePlan([a, b], [a, b])).toEqual({ start: [], stop: [] });
  expect(sourcePlan([a], [a, b])).toEqual({ start: [b], stop: [] });
  expect(sourcePlan([a, b], [b])).toEqual({ start: [], stop: [a] });
  const moved = { ...a, topic: 'a.catalog.v2' };
  expect(sourcePlan([a, b], [moved, b])).toEqual({ start: [moved], stop: [a] });
});
