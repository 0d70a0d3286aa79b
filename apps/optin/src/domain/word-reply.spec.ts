import { describe, expect, it } from '@jest/globals';
import { subscriptions } from '@beckon/contracts';
import { ONE_TIME_TITLE_MAX, QUICK_REPLIES_MAX, QUICK_REPLY_TITLE_MAX, TEXT_MAX, lengthOf } from '@beckon/messenger';
import { autumn, coat, coatPrice, item } from '../../tests/examples.js';
import type { ReplyWanted } from './outcome.js';
import { requestTitle } from './request-title.js';
import { wordReply } from './word-reply.js';
import type { SignWish } from './word-reply.js';
import { ASKABLE, TOPIC_KINDS } from './wish.js';
import type { Wish } from './wish.js';
import { chooseVoice, wordings } from './wording/languages.js';

const long = { name: `${'Overlång jäcka 👩‍👩‍👧‍👦 '.repeat(200)}`, price: { amount: 123_456_789, currency: 'KWD' } };
const sign: SignWish = (wish, shown) => `REF-${wish.kind}-${shown === null ? '' : 'shown'}`;
const wishes: Wish[] = ASKABLE.map((kind) => (TOPIC_KINDS.includes(kind) ? { ...autumn, kind } : { ...coat, kind }));
const under: Wish = { ...coatPrice, threshold: { type: 'at_most', amount: 100_000, currency: 'EUR' } };
const limit = { amount: 100_000, currency: 'EUR' };
const all = (of: typeof item): ReplyWanted[] => [
  ...[...wishes, under].flatMap((wish): ReplyWanted[] => [
    { say: 'ask', wish, item: of, as: 'one_time' },
    { say: 'ask', wish, item: of, as: 'notification' },
    { say: 'confirmed', wish, item: of, mode: 'once', limit: null },
    { say: 'confirmed', wish, item: of, mode: 'recurring', limit: wish === under ? limit : null },
  ]),
  { say: 'already', wish: coat, item: of },
  { say: 'already_told', wish: coat, item: of },
  { say: 'no_price', item: of },
  { say: 'price_question', wish: coatPrice, item: of },
  { say: 'price_too_high', wish: coatPrice, item: of },
  { say: 'price_wanted', item: of },
  { say: 'price_not_read', item: of },
  { say: 'price_changed', wish: coatPrice, item: of, limit: null },
  { say: 'price_changed', wish: under, item: of, limit },
  { say: 'choices', choices: Array.from({ length: 10 }, () => ({ wish: coat, name: of.name ?? '?' })) },
  { say: 'stopped', language: null },
  { say: 'resumed', language: null },
  { say: 'help', language: null },
  { say: 'greeting' },
  { say: 'question' },
  { say: 'unclear' },
  { say: 'unclear_stop', alerts: false },
  { say: 'unclear_stop', alerts: true },
  { say: 'no_alerts', language: null },
  { say: 'gone' },
  { say: 'ended_one', sub: { ...subscriptions.example, kind: 'price_drop' }, item: of, more: true },
  { say: 'cannot_ask' },
  { say: 'topic_over' },
  { say: 'asked_lately' },
];

describe.each(Object.keys(wordings))('in %s', (locale) => {
  it.each([item, long, { name: null, price: null }])('every reply keeps the limits and leaves no gap (%#)', (of) => {
    for (const reply of all(of)) {
      const { body } = wordReply(reply, [locale], sign);
      const title = body.attachment && 'title' in body.attachment.payload && body.attachment.payload.title;
      const words = title || body.text || '';
      expect(words).not.toBe('');
      expect(words).not.toMatch(/[{}]|undefined|null/);
      expect(lengthOf(words)).toBeLessThanOrEqual(title ? ONE_TIME_TITLE_MAX : TEXT_MAX);
      expect(body.quick_replies?.length ?? 0).toBeLessThanOrEqual(QUICK_REPLIES_MAX);
      for (const { title: choice } of body.quick_replies ?? []) {
        expect(lengthOf(choice)).toBeLessThanOrEqual(QUICK_REPLY_TITLE_MAX);
        expect(choice).toMatch(/^[^{}]+$/);
      }
    }
  });

  it('the question stays whole when the name is cut', () => {
    for (const wish of [...wishes, under]) {
      const { body } = wordReply({ say: 'ask', wish, item: long, as: 'notification' }, [locale], sign);
      const title = expect.stringMatching(/^[¿V\p{Lu}].*….*\?$/u);
      expect(body.attachment?.payload).toMatchObject({ title, payload: `REF-${wish.kind}-shown` });
    }
  });

  it('says what it would fall back to for nobody else', () => {
    if (locale === 'en') return expect(chooseVoice('tlh').wording).toBe(wordings['en']);
    expect(wordReply({ say: 'question' }, [locale], sign).body.text).not.toBe(wordings['en']?.question);
  });
});

describe('which language', () => {
  it.each([
    [['de_DE', 'en'], 'de', 'de-DE'],
    [['fr_CA', 'de'], 'fr', 'fr-CA'],
    [[null, 'es'], 'es', 'es'],
    [['sv_SE', 'de_AT'], 'de', 'de-AT'],
    [['sv_SE', 'fi'], 'en', 'en'],
    [['de_!!', 'fr'], 'fr', 'fr'],
    [[], 'en', 'en'],
  ])('%j is %s', (wishes, language, tag) => {
    expect(chooseVoice(...wishes)).toEqual({ wording: wordings[language], tag });
  });

  it('a person who says ABMELDEN is answered in German', () => {
    const stopped = wordReply({ say: 'stopped', language: 'de' }, ['fr_FR', 'en'], sign);
    expect(stopped).toEqual({
      purpose: 'stop_confirm',
      quietInFlight: true,
      body: {
        text: wordings['de']?.stopped,
        quick_replies: [{ content_type: 'text', title: 'START', payload: 'beckon:start' }],
      },
    });
  });
});

describe('confirms in the words of what was asked', () => {
  const words = (wish: Wish, locale: string, more: Partial<ReplyWanted & { say: 'confirmed' }> = {}): string =>
    wordReply({ say: 'confirmed', wish, item, mode: 'once', limit: null, ...more }, [locale], sign).body.text ?? '';

  it('with the price of now', () => {
    expect(words(coatPrice, 'en')).toContain('Red coat, Size M costs less than the €129.00 of today');
    expect(words(coat, 'de_DE')).toMatch(/Red coat, Size M\. Preis zurzeit: 129,00\s€\./);
    expect(words(coat, 'en', { item: { ...item, price: null } })).toContain('is back in stock. Write STOP');
  });

  it('of every kind', () => {
    const [, , few, collection, sale] = wishes as [Wish, Wish, Wish, Wish, Wish];
    expect([few, collection, sale].map((w) => w.kind)).toEqual(['low_stock', 'new_collection', 'early_sale']);
    expect(words(few, 'en')).toContain('one message when only few are left of Red coat, Size M. It costs €129.00');
    const autumnCoats = { item: { name: 'Autumn coats', price: null } };
    expect(words(collection, 'en', autumnCoats)).toContain('one message when Autumn coats is out. Write STOP');
    expect(words(sale, 'en', autumnCoats)).toContain('one message when Autumn coats starts for you. Write STOP');
    expect(words(sale, 'en', { ...autumnCoats, mode: 'recurring' })).toContain('a message each time Autumn coats');
  });

  it('with the price that was chosen, and how often', () => {
    const eighty = { amount: 8_000, currency: 'EUR' };
    expect(words(under, 'en', { limit: eighty })).toContain('one message when Red coat, Size M costs €80.00 or less');
    expect(words(under, 'de', { limit: eighty, mode: 'recurring' })).toMatch(/jedes Mal .* höchstens 80,00\s€ beträgt/);
    expect(words(coat, 'fr', { mode: 'recurring' })).toContain('à chaque retour en stock');
  });
});

it('a request says whether it is for one message or for each, and from which price on', () => {
  const eighty: Wish = { ...coatPrice, threshold: { type: 'at_most', amount: 8_000, currency: 'EUR' } };
  const title = (wish: Wish, as: 'one_time' | 'notification', locale = 'en'): string =>
    requestTitle(wish, item, as, [locale]);
  expect(title(coat, 'one_time')).toBe('Tell you when Red coat, Size M is back?');
  expect(title(coat, 'notification')).toBe('Tell you each time Red coat, Size M is back?');
  expect(title(coatPrice, 'one_time')).toBe('Tell you when Red coat, Size M gets cheaper?');
  expect(title(eighty, 'one_time')).toBe('Tell you when Red coat, Size M costs €80.00 or less?');
  expect(title(eighty, 'notification', 'de')).toMatch(
    /^Nachricht jedes Mal, wenn höchstens 80,00\s€: Red coat, Size M\?$/,
  );
});

it('offers any drop, three prices and one to type, each signed with what it shows', () => {
  const signed: (Wish['threshold'] | string)[] = [];
  const noting: SignWish = ({ threshold }) => `REF${signed.push(threshold)}`;
  const { body, purpose } = wordReply({ say: 'price_question', wish: coatPrice, item }, ['en'], noting);
  expect(purpose).toBe('question');
  expect(body.quick_replies?.map((q) => q.title)).toEqual([
    ...['Any lower price', '−10 %: €116.10', '−20 %: €103.20', '−30 %: €90.30', 'Another price'],
  ]);
  expect(signed).toEqual([
    { type: 'any' },
    ...[11_610, 10_320, 9_030].map((amount) => ({ type: 'at_most', amount, currency: 'EUR' })),
    null,
  ]);
  expect(body.quick_replies?.map((q) => q.payload.split(':')[1])).toEqual(['ask', 'ask', 'ask', 'ask', 'price']);
  const cheap = { ...item, price: { amount: 1, currency: 'EUR' } };
  const few = wordReply({ say: 'price_question', wish: coatPrice, item: cheap }, ['en'], sign).body.quick_replies;
  expect(few?.map((q) => q.title)).toEqual(['Any lower price', 'Another price']);
});

it.each([
  [{ say: 'stopped', language: null }, ['beckon:start']],
  [{ say: 'help', language: null }, ['beckon:list', 'beckon:stop']],
  [{ say: 'unclear_stop', alerts: true }, ['beckon:stop', 'beckon:list']],
  [{ say: 'unclear_stop', alerts: false }, ['beckon:stop']],
  [{ say: 'no_alerts', language: null }, undefined],
] satisfies [ReplyWanted, string[] | undefined][])('%j offers %j', (reply, payloads) => {
  expect(wordReply(reply, ['en'], sign).body.quick_replies?.map((q) => q.payload)).toEqual(payloads);
});
