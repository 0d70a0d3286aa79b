import { describe, expect, it } from '@jest/globals';
import { BUTTON_TITLE_MAX, QUICK_REPLIES_MAX, TEXT_MAX, lengthOf } from '@beckon/messenger';
import { coat, item } from '../../tests/examples.js';
import type { AgainOffer, Aside, ReplyWanted } from './outcome.js';
import { wordAnswer } from './word-reply.js';
import type { Worded } from './word-reply.js';
import { wordings } from './wording/languages.js';

const offer = (n: number, of = item): AgainOffer => ({ sub_id: `sub_${n}`, why: 'already_told', item: of });
const answer = (replies: ReplyWanted[], aside: Aside, locale = 'en', shop = 'Aurora'): Worded[] =>
  wordAnswer(
    { replies, aside },
    { locales: [locale], zone: 'UTC', shop, sign: (wish) => `ref of ${wish.sku ?? wish.product}` },
  );
const help: ReplyWanted = { say: 'help', language: null };
const payloads = (w: Worded | undefined) => w?.body.quick_replies?.map((q) => q.payload);

it('stands in the same message as the answer: before it who answers, behind it what can be asked again', () => {
  const [only, ...others] = answer([help], { disclose: true, again: [offer(1)] });
  expect(others).toEqual([]);
  expect(only?.body.text).toMatch(
    /^This is the automated service of Aurora\.\n\n.*\n\nWould you like .*Red coat, Size M/s,
  );
  expect(payloads(only)).toEqual(['beckon:again:sub_1', 'beckon:list', 'beckon:stop']);
  expect(only).toMatchObject({ part: 'help', purpose: 'help' });
});

it('is a message of its own before a card', () => {
  const both = answer([{ say: 'ask', wish: coat, item, as: 'one_time' }], { disclose: true, again: [] });
  expect(both.map((w) => w.part)).toEqual(['aside', 'ask']);
  expect(both[0]?.body).toEqual({ text: 'This is the automated service of Aurora.' });
  expect(both[1]?.body.attachment?.payload).toMatchObject({ payload: `ref of ${coat.sku}` });
});

it('is nothing where there is nothing to say', () => {
  const plain = answer([help], { disclose: false, again: [] });
  expect(plain[0]?.body.text).toBe(wordings['en']?.help);
  expect(wordAnswer({ replies: [] }, { locales: [], zone: 'UTC', shop: '', sign: () => '' })).toEqual([]);
});

it('names several, and gives each a button with its name', () => {
  const coats = ['Red coat', 'Blue coat with a name that is rather long', 'Hat'];
  const offers = coats.map((name, n) => offer(n, { ...item, name }));
  const [only] = answer([{ say: 'again', offers }], { disclose: false, again: [] });
  expect(only?.body.text).toContain('Red coat, Blue coat with a name that is rather long, and Hat');
  expect(only?.body.quick_replies?.map((q) => q.title)).toEqual(['Red coat', 'Blue coat with a na…', 'Hat']);
  expect(only).toMatchObject({ part: 'again', purpose: 'question', quietInFlight: false });
});

it('speaks the language that the person just used', () => {
  const [only] = answer([{ say: 'stopped', language: 'de' }], { disclose: true, again: [] });
  expect(only?.body.text).toContain('automatische Dienst');
  expect(only).toMatchObject({ purpose: 'stop_confirm', quietInFlight: true });
});

describe.each(Object.keys(wordings))('in %s', (locale) => {
  it('everything at once keeps every limit', () => {
    const long = { name: 'Überlange Jacke 👩‍👩‍👧‍👦 '.repeat(300), price: null };
    const again = Array.from({ length: 10 }, (_, n) => offer(n, long));
    const expired = again.map((o) => ({ ...o, why: 'request_expired' as const }));
    for (const offers of wholeAndFirst(again, expired)) {
      const [only] = answer(
        [{ say: 'already', wish: coat, item: long }],
        { disclose: true, again: offers },
        locale,
        'Ä'.repeat(900),
      );
      expect(lengthOf(only?.body.text ?? '')).toBeLessThanOrEqual(TEXT_MAX);
      expect(only?.body.text).not.toMatch(/[{}]|undefined|null/);
      expect(only?.body.quick_replies?.length).toBeLessThanOrEqual(QUICK_REPLIES_MAX);
      for (const q of only?.body.quick_replies ?? []) expect(lengthOf(q.title)).toBeLessThanOrEqual(BUTTON_TITLE_MAX);
    }
  });
});

/** Each list whole, and its first alone. */
const wholeAndFirst = (...lists: AgainOffer[][]): AgainOffer[][] => lists.flatMap((list) => [list, list.slice(0, 1)]);
