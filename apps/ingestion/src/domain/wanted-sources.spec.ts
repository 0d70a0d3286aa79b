import { expect } from '@jest/globals';
import { exampleSettings, ShopSettings } from '@beckon/contracts';
import { sourcePlan, wantedSources, type WantedSource } from './wanted-sources.js';

const settings = ShopSettings.parse(exampleSettings);
const a: WantedSource = { shop: 'a', name: 'catalog', format: 'cloudevents', topic: 'a.catalog' };
const b: WantedSource = { shop: 'b', name: 'catalog', format: 'cloudevents', topic: 'b.catalog' };

const hooks = (secret: string): WantedSource[] => {
  const webhook = { scheme: 'shopify', secrets: [`env:${secret}`] };
  const source = { name: 'shopify', format: 'cloudevents', webhook, locations: ['7'] };
  return wantedSources([
    { shop: 'c', settings: ShopSettings.parse({ ...exampleSettings, sources: [source] as never }) },
  ]);
};

test('sources come from all shops', () => {
  const shops = [
    { shop: 'aurora', settings },
    { shop: 'b', settings: { ...settings, sources: [] } },
  ];
  expect(wantedSources(shops)).toEqual([
    { shop: 'aurora', name: 'catalog', format: 'cloudevents', topic: 'aurora.catalog', options: {} },
  ]);
  expect(hooks('A')).toEqual([{ shop: 'c', name: 'shopify', format: 'cloudevents', options: { locations: ['7'] } }]);
});

test('only what changed is started and stopped', () => {
  expect(sourcePlan([a, b], [a, b])).toEqual({ start: [], stop: [] });
  expect(sourcePlan([a], [a, b])).toEqual({ start: [b], stop: [] });
  expect(sourcePlan([a, b], [b])).toEqual({ start: [], stop: [a] });
  const moved = { ...a, topic: 'a.catalog.v2' };
  expect(sourcePlan([a, b], [moved, b])).toEqual({ start: [moved], stop: [a] });
  const changed = { ...a, credentials: 'others' };
  expect(sourcePlan([a, b], [changed, b])).toEqual({ start: [changed], stop: [a] });
});

test('another secret for webhooks, or another way to sign them, restarts nobody', () => {
  expect(sourcePlan(hooks('A'), hooks('B'))).toEqual({ start: [], stop: [] });
});
