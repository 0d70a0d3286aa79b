import { describe, expect, it } from '@jest/globals';
import { BUTTON_TITLE_MAX, ONE_TIME_TITLE_MAX, TEXT_MAX, lengthOf } from '@beckon/messenger';
import { subscriptions } from '@beckon/contracts';
import { coat, coatPrice, item } from '../../tests/examples.js';
import type { ReplyWanted } from './outcome.js';
import { wordReply } from './word-reply.js';
import { chooseVoice, wordings } from './wording/languages.js';

const long = { name: `${'Overlång jäcka 👩‍👩‍👧‍👦 '.repeat(200)}`, price: { amount: 123_456_789, currency: 'KWD' } };
const all = (of: typeof item): ReplyWanted[] => [
  { say: 'ask', wish: coat, item: of },
  { say: 'ask', wish: coatPrice, item: of },
  { say: 'confirmed', wish: coat, item: of },
  { say: 'confirmed', wish: coatPrice, item: of },
  { say: 'already', wish: coat, item: of },
  { say: 'already_told', wish: coat, item: of },
  { say: 'no_price', item: of },
  { say: 'stopped', language: null },
  { say: 'resumed', language: null },
  { say: 'help', language: null },
  { say: 'question' },
  { say: 'unclear' },
  { say: 'unclear_stop', alerts: false },
  { say: 'unclear_stop', alerts: true },
  { say: 'no_alerts', language: null },
  { say: 'gone' },
  { say: 'ended_one', sub: { ...subscriptions.example, kind: 'price_drop' }, item: of, more: true },
  { say: 'cannot_ask' },
];

describe.each(Object.keys(wordings))('in %s', (locale) => {
  it.each([item, long, { name: null, price: null }])('every reply keeps the limits and leaves no gap (%#)', (of) => {
    for (const reply of all(of)) {
      const { body } = wordReply(reply, [locale], 'REF');
      const title = body.attachment?.payload.template_type === 'one_time_notif_req' && body.attachment.payload.title;
      const words = title || body.text || '';
      expect(words).not.toBe('');
      expect(words).not.toMatch(/[{}]|undefined|null/);
      expect(lengthOf(words)).toBeLessThanOrEqual(title ? ONE_TIME_TITLE_MAX : TEXT_MAX);
      for (const q of body.quick_replies ?? []) expect(lengthOf(q.title)).toBeLessThanOrEqual(BUTTON_TITLE_MAX);
    }
  });

  it('the question stays whole when the name is cut', () => {
    const { body } = wordReply({ say: 'ask', wish: coat, item: long }, [locale], 'REF');
    expect(body.attachment?.payload).toMatchObject({ title: expect.stringMatching(/….*\?$/), payload: 'REF' });
  });

  it('says what it would fall back to for nobody else', () => {
    if (locale === 'en') return expect(chooseVoice('tlh').wording).toBe(wordings['en']);
    expect(wordReply({ say: 'question' }, [locale], '').body.text).not.toBe(wordings['en']?.question);
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
    const stopped = wordReply({ say: 'stopped', language: 'de' }, ['fr_FR', 'en'], '');
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

it('confirms in the words of what was asked, with the price of now', () => {
  const english = wordReply({ say: 'confirmed', wish: coatPrice, item }, ['en'], '').body.text;
  expect(english).toContain('Red coat, Size M costs less than the €129.00 of today');
  const german = wordReply({ say: 'confirmed', wish: coat, item }, ['de_DE'], '').body.text;
  expect(german).toMatch(/Red coat, Size M\. Preis zurzeit: 129,00\s€\./);
  const unpriced = wordReply({ say: 'confirmed', wish: coat, item: { ...item, price: null } }, ['en'], '').body.text;
  expect(unpriced).toContain('is back in stock. Write STOP');
});

it.each([
  [{ say: 'stopped', language: null }, ['beckon:start']],
  [{ say: 'help', language: null }, ['beckon:list', 'beckon:stop']],
  [{ say: 'unclear_stop', alerts: true }, ['beckon:stop', 'beckon:list']],
  [{ say: 'unclear_stop', alerts: false }, ['beckon:stop']],
  [{ say: 'no_alerts', language: null }, undefined],
] satisfies [ReplyWanted, string[] | undefined][])('%j offers %j', (reply, payloads) => {
  expect(wordReply(reply, ['en'], '').body.quick_replies?.map((q) => q.payload)).toEqual(payloads);
});
