import { expect, it, test } from '@jest/globals';
import { ShopSettings, exampleSettings, nameOfTopic, skuOfTopic, topicOfSku } from '../index.js';

const at = '2026-11-27T08:00:00+01:00';
const AT = Date.parse(at);
const sale = { topic: 'sale', kind: 'early_sale', name: { en: 'Winter sale', de_DE: 'Winterschlussverkauf' } };
const parse = (topic: object): ReturnType<typeof ShopSettings.safeParse> =>
  ShopSettings.safeParse({ ...exampleSettings, topics: [{ ...sale, ...topic }] });
const faults = (topic: object): string[] => parse(topic).error?.issues.map(({ path }) => path.join('.')) ?? [];

test('a topic with a timetable, tiers first; instants become milliseconds and are read again as such', () => {
  const early_access = [{ tier: 'gold', opens_at: AT - 60_000 }];
  const read = parse({ opens_at: at, closes_at: AT + 60_000, early_access, url: 'https://aurora.example/sale' });
  expect(read.error).toBeUndefined();
  expect(read.data?.topics[0]).toMatchObject({ opens_at: AT, closes_at: AT + 60_000, early_access });
  expect(ShopSettings.parse(JSON.parse(JSON.stringify(read.data)))).toEqual(read.data);
});

it.each<[why: string, topic: object, field: string]>([
  ['an end before the beginning', { opens_at: AT, closes_at: AT }, 'topics.0.closes_at'],
  ['an end without a beginning', { closes_at: AT }, 'topics.0.closes_at'],
  ['early access to what opens by event', { early_access: [{ tier: 'gold', opens_at: AT }] }, 'topics.0.early_access'],
  [
    'an early access that is not early',
    { opens_at: AT, early_access: [{ tier: 'gold', opens_at: AT }] },
    'topics.0.early_access.0.opens_at',
  ],
  [
    'a tier named twice',
    { opens_at: AT, early_access: ['gold', 'gold'].map((tier) => ({ tier, opens_at: AT - 1 })) },
    'topics.0.early_access.1.tier',
  ],
  ['no tier', { opens_at: AT, early_access: [{ tier: ' ', opens_at: AT - 1 }] }, 'topics.0.early_access.0.tier'],
  ['a link that is none', { url: 'javascript:alert(1)' }, 'topics.0.url'],
  ['an instant without its offset', { opens_at: '2026-11-27T08:00:00' }, 'topics.0.opens_at'],
])('is refused, naming the field: %s', (_why, topic, field) => {
  expect(faults(topic)).toEqual([field]);
});

test('no source is called as the timetable is', () => {
  const sources = [{ name: 'schedule', format: 'cloudevents', topic: 't' }];
  const refused = ShopSettings.safeParse({ ...exampleSettings, sources }).error?.issues;
  expect(refused?.map(({ path }) => path.join('.'))).toEqual(['sources.0.name']);
});

test('a topic is called as its reader’s language has it, else as the shop’s, else as it was written down first', () => {
  const topic = parse({}).data!.topics[0]!;
  const called = (...locales: (string | null)[]) => nameOfTopic(topic, locales);
  expect([called('de'), called('de_AT'), called('en_US'), called('fr', 'de'), called(null, 'fr')]).toEqual([
    ...['Winterschlussverkauf', 'Winterschlussverkauf', 'Winter sale', 'Winterschlussverkauf', 'Winter sale'],
  ]);
});

test('what stands for a SKU is told from one', () => {
  expect(topicOfSku(skuOfTopic('sale'))).toBe('sale');
  expect(topicOfSku('sale')).toBeUndefined();
});
