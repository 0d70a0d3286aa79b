import { describe, expect, it } from '@jest/globals';
import { ShopSettings, allTopics, alertId, exampleSettings, formatMoney, parseDecimal, shopperId } from './index.js';

describe('topics', () => {
  it.each(allTopics.filter((t) => t.example !== null).map((t) => [t.name, t] as const))(
    '%s: its example is valid and comes back unchanged',
    (_name, topic) => {
      expect(topic.schema.parse(JSON.parse(JSON.stringify(topic.example)))).toEqual(topic.example);
    },
  );

  it('have different names', () => {
    expect(new Set(allTopics.map((t) => t.name)).size).toBe(allTopics.length);
  });

  it.each(['deliveries', 'decisions'])('%s is flat: an analyst needs no nested field', (name) => {
    const example = allTopics.find((t) => t.name === name)?.example as Record<string, unknown>;
    for (const value of Object.values(example)) expect(value === null || typeof value !== 'object').toBe(true);
  });

  it('drop unknown fields when reading, so that adding one breaks nobody', () => {
    const topic = allTopics.find((t) => t.name === 'freshness');
    expect(topic?.schema.parse({ ...(topic.example as object), later: 1 })).toEqual(topic?.example);
  });
});

describe('ids', () => {
  it('are the same for the same cause and differ otherwise', () => {
    expect(alertId('a', 'b')).toBe(alertId('a', 'b'));
    expect(alertId('a', 'b')).not.toBe(alertId('ab', ''));
  });
  it('a shopper id needs the key and changes with the generation', () => {
    expect(shopperId('k', '1', '2')).not.toBe(shopperId('other', '1', '2'));
    expect(shopperId('k', '1', '2', 1)).not.toBe(shopperId('k', '1', '2', 0));
    expect(shopperId('k', '1', '2')).not.toContain('2'.repeat(5));
  });
});

describe('money', () => {
  it.each([
    ['79.90', 'EUR', 7990],
    ['79.9', 'EUR', 7990],
    ['1200', 'JPY', 1200],
    ['1.234', 'KWD', 1234],
    ['12.3400', 'USD', 1234],
  ])('%s %s is %d minor units', (text, currency, amount) => {
    expect(parseDecimal(text, currency)).toEqual({ amount, currency });
  });
  it.each([
    ['1.2', 'JPY'],
    ['1.239', 'EUR'],
    ['-1', 'EUR'],
    ['1e3', 'EUR'],
    ['', 'EUR'],
    ['1', 'XQQ'],
  ])('%s %s is refused with a sentence', (text, currency) => {
    expect(parseDecimal(text, currency)).toHaveProperty('fault');
  });
  it('is written in the shopper’s way', () => {
    expect(formatMoney({ amount: 7990, currency: 'EUR' }, 'de')).toMatch(/79,90\s€/);
    expect(formatMoney({ amount: 1200, currency: 'JPY' }, 'en')).toBe('¥1,200');
  });
});

describe('shop settings', () => {
  it('read again what they wrote (they travel parsed)', () => {
    const parsed = ShopSettings.parse(exampleSettings);
    expect(ShopSettings.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    expect(parsed.limits[0]?.period).toBe(86_400_000);
  });
  it('name every fault with its path', () => {
    const faults = ShopSettings.safeParse({
      ...exampleSettings,
      currency: 'EURO',
      colour: 'red',
      pages: [{ ...exampleSettings.pages[0], pace_per_second: 100, access_token: 'EAAsecret' }],
    }).error?.issues.map((i) => i.path.join('.'));
    expect(faults).toEqual(expect.arrayContaining(['currency', 'pages.0.access_token']));
  });
});
