import { expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { readOfferEvent } from './cloudevents.js';

/** What docs/events.md shows must be what is read. */
const page = readFileSync(new URL('../../../../../docs/events.md', import.meta.url), 'utf8');
const block = (language: string): string => {
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/events.md has no block of ${language}`);
  return found;
};
const headers = { ce_specversion: '1.0', ce_id: '1', ce_source: 's', ce_type: 'com.beckon.offer.changed' };
const timestamp = Date.parse('2026-11-23T10:15:31Z');

test('the binary example is read, every field', () => {
  const result = readOfferEvent({ headers, value: Buffer.from(block('json')), timestamp });
  expect(result).toMatchObject({
    ok: true,
    updates: [
      {
        item: { sku: 'red-coat-m' },
        listing: { product: 'red-coat', title: 'Red coat', options: ['Size M'], published: true },
        stock: { units: 4, previous: 0, version: { value: 17, explicit: true } },
        price: { price: { amount: 9_900 }, previous: { amount: 12_900 } },
      },
    ],
  });
});

test('the structured example is read', () => {
  const value = Buffer.from(block('json structured'));
  const result = readOfferEvent({ headers: { 'content-type': 'application/cloudevents+json' }, value, timestamp });
  expect(result).toMatchObject({ ok: true, updates: [{ item: { sku: 'red-coat-m' }, sourceAt: timestamp - 750 }] });
});

test('the line for the console producer is read, parted as the tool parts it', () => {
  const line = /printf '([^']*)\\n'/.exec(block('sh'))?.[1] ?? '';
  const [head = '', key, value = ''] = line.split('\\t');
  const parted = Object.fromEntries(
    head.split(',').map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)]),
  );
  expect(key).toBe('red-coat-m');
  expect(readOfferEvent({ headers: parted, value: Buffer.from(value), timestamp })).toMatchObject({
    ok: true,
    updates: [{ stock: { units: 4, previous: 0 } }],
  });
});

test('the event about a topic is read', () => {
  const topics = [{ topic: 'autumn', kind: 'new_collection' as const, name: { en: 'Autumn' } }];
  const record = {
    headers: { 'content-type': 'application/cloudevents+json' },
    value: Buffer.from(block('json topic')),
  };
  const at = Date.parse('2026-11-27T07:00:00Z');
  expect(readOfferEvent({ ...record, timestamp: at }, { topics })).toMatchObject({
    ok: true,
    topics: [{ topic: 'autumn', opens: true, at }],
  });
});
