import { describe, expect, it } from '@jest/globals';
import {
  BUTTONS_MAX,
  BUTTON_TITLE_MAX,
  GENERIC_ELEMENTS_MAX,
  GENERIC_SUBTITLE_MAX,
  GENERIC_TITLE_MAX,
  PAYLOAD_MAX,
  QUICK_REPLIES_MAX,
  lengthOf,
} from '@beckon/messenger';
import type { GenericElement } from '@beckon/messenger';
import { Kind } from '@beckon/contracts';
import { NOW, item } from '../../tests/examples.js';
import type { ListedAlert } from './outcome.js';
import { wordReply } from './word-reply.js';
import { wordings } from './wording/languages.js';

const sub: ListedAlert['sub'] = {
  sub_id: `sub_${'9a8b7c6d'.repeat(4)}`,
  kind: 'price_drop',
  condition: { type: 'price_at_most', amount: 12_899, currency: 'EUR' },
  seen_price: { amount: 12_900, currency: 'EUR' },
  consented_at: NOW,
};
const stock: ListedAlert['sub'] = { ...sub, kind: 'back_in_stock', condition: { type: 'units_at_least', units: 1 } };
const long = { name: 'Overlång jäcka 👩‍👩‍👧‍👦 '.repeat(200), price: { amount: 123_456_789, currency: 'KWD' } };

const sign = (): string => '';
const list = (alerts: ListedAlert[], locale = 'en', next: number | null = null, zone = 'UTC') =>
  wordReply({ say: 'list', alerts, next, language: null }, [locale], sign, zone);
const elements = (reply: ReturnType<typeof list>): GenericElement[] => {
  const payload = reply.body.attachment?.payload;
  return payload?.template_type === 'generic' ? payload.elements : [];
};

it('says what was asked, the price now and since when', () => {
  const [one, other] = elements(
    list([
      { sub, item },
      { sub: stock, item: { ...item, price: null } },
    ]),
  );
  expect(one).toEqual({
    title: 'Red coat, Size M',
    subtitle: 'Cheaper than €129.00 · now €129.00 · since Sep 21, 2026',
    buttons: [
      { type: 'postback', title: 'Stop this', payload: `beckon:end:${sub.sub_id}` },
      { type: 'postback', title: 'Change price', payload: `beckon:price:${sub.sub_id}` },
    ],
  });
  expect(other?.subtitle).toBe('Back in stock · since Sep 21, 2026');
  expect(other?.buttons?.map((b) => b.title)).toEqual(['Stop this']);
});

it('names the price that was chosen, where one was', () => {
  const chosen = { ...sub, condition: { type: 'price_at_most' as const, amount: 8000, currency: 'EUR' } };
  expect(elements(list([{ sub: chosen, item }]))[0]?.subtitle).toMatch(/^At most €80.00 · now €129.00/);
});

it('dates it in the zone of the shopper; an unknown zone is UTC', () => {
  const near = { ...stock, consented_at: Date.UTC(2026, 0, 1, 23, 30) };
  const since = (zone: string) => elements(list([{ sub: near, item }], 'de', null, zone))[0]?.subtitle;
  expect(since('Europe/Berlin')).toContain('seit 02.01.2026');
  expect(since('Nowhere/Else')).toContain('seit 01.01.2026');
});

it('leads to the next page only where there is one', () => {
  const choices = (next: number | null) => list([{ sub, item }], 'en', next).body.quick_replies?.map((q) => q.payload);
  expect(choices(10)).toEqual(['beckon:list:10', 'beckon:stop']);
  expect(choices(null)).toEqual(['beckon:stop']);
});

it('the confirmation of its end names it, and waits like a STOP', () => {
  const ended = wordReply({ say: 'ended_one', sub, item, more: true }, ['en'], sign);
  expect(ended).toMatchObject({ purpose: 'stop_confirm', quietInFlight: true });
  expect(ended.body.text).toContain('Red coat, Size M (Cheaper than €129.00)');
  expect(ended.body.quick_replies?.map((q) => q.payload)).toEqual(['beckon:list']);
  expect(wordReply({ say: 'ended_one', sub, item, more: false }, ['en'], sign).body).not.toHaveProperty(
    'quick_replies',
  );
});

describe.each(Object.keys(wordings))('in %s', (locale) => {
  it.each(Kind.options)('a full list of %s keeps every limit and leaves no gap', (kind) => {
    for (const thing of [item, long, { name: null, price: null }]) {
      const alerts = Array.from({ length: GENERIC_ELEMENTS_MAX }, () => ({ sub: { ...sub, kind }, item: thing }));
      const reply = list(alerts, locale, 10);
      expect(elements(reply)).toHaveLength(GENERIC_ELEMENTS_MAX);
      for (const { title, subtitle = '', buttons = [] } of elements(reply)) {
        expect(lengthOf(title)).toBeLessThanOrEqual(GENERIC_TITLE_MAX);
        expect(lengthOf(subtitle)).toBeLessThanOrEqual(GENERIC_SUBTITLE_MAX);
        expect(`${title} ${subtitle}`).not.toMatch(/[{}]|undefined|null/);
        expect(buttons.length).toBeLessThanOrEqual(BUTTONS_MAX);
        for (const b of buttons) {
          expect(lengthOf(b.title)).toBeLessThanOrEqual(BUTTON_TITLE_MAX);
          expect(b.type === 'postback' && b.payload.length).toBeLessThanOrEqual(PAYLOAD_MAX);
        }
      }
      expect(reply.body.quick_replies?.length).toBeLessThanOrEqual(QUICK_REPLIES_MAX);
      for (const q of reply.body.quick_replies ?? []) expect(lengthOf(q.title)).toBeLessThanOrEqual(BUTTON_TITLE_MAX);
    }
  });

  it('no button is cut', () => {
    for (const [key, title] of Object.entries(wordings[locale]!))
      if (key.startsWith('button_')) expect(`${key} ${lengthOf(title) <= BUTTON_TITLE_MAX}`).toBe(`${key} true`);
  });
});
