/** Deleting by chat: how it is asked for, what it is called in four languages, and the page that tells how it stands. */
import { describe, expect, it } from '@jest/globals';
import { BUTTON_TITLE_MAX } from '@beckon/messenger';
import { event, facts, nobody, tap, coat, text } from '../../tests/examples.js';
import { deletionPage, languagesOf } from './deletion-page.js';
import { foldKnown } from './fold-known.js';
import type { Known } from './fold-known.js';
import { newPerson } from './person.js';
import { deletionCode, personMark } from './person-mark.js';
import { readCommand } from './stop-words.js';
import { wordReply } from './word-reply.js';

describe('asking for deletion', () => {
  it.each<[string, string]>([
    ['Delete my data', 'en'],
    ['please delete all my data!', 'en'],
    ['forget me', 'en'],
    ['Lösche meine Daten', 'de'],
    ['Bitte löschen Sie meine Daten.', 'de'],
    ['loesche meine daten', 'de'],
    ['Meine Daten löschen', 'de'],
    ['Supprimez mes données, s’il vous plaît', 'fr'],
    ['Supprimer mes données', 'fr'],
    ['oubliez-moi', 'fr'],
    ['Borrar mis datos', 'es'],
    ['¡Elimina mis datos, por favor!', 'es'],
  ])('"%s" is one', (words, language) => {
    expect(readCommand(words)).toEqual({ command: 'delete', language });
  });

  it.each(['data', 'delete', 'is my data safe?', 'do not delete my data', 'delete my order', 'löschen'])(
    '"%s" is none',
    (words) => expect(readCommand(words)?.command).not.toBe('delete'),
  );
});

const naming = {
  stranger: (generation: number) =>
    newPerson({ shopper_id: `shp_${generation}`, shop: 'aurora', page: '1001', psid_sealed: 'sealed' }),
  codeOf: () => 'DEL-AAAA-BBBB-CCCC',
};
const yes = (ago: number) => event({ kind: 'message', text: 'x', payload: 'beckon:delete:yes' }, ago);
const MINUTE = 60_000;
const fold = (known: Known, e: Parameters<typeof foldKnown>[1]) => foldKnown(known, e, facts(), naming);
const person: Known = { erasure: undefined, person: nobody() };

describe('the conversation about it', () => {
  it('asks, and after yes says goodbye in the language of the question, with the receipt', () => {
    const asked = fold(fold(person, tap(coat, 1, 9 * MINUTE)).known, text('Supprimer mes données', 5 * MINUTE));
    expect(asked.outcome?.replies).toEqual([{ say: 'delete_ask', language: 'fr' }]);
    const done = fold(asked.known, yes(MINUTE));
    expect(done.outcome?.replies).toEqual([{ say: 'deleted', code: 'DEL-AAAA-BBBB-CCCC', language: 'fr' }]);
    expect(done.outcome?.person.shopper).toMatchObject({ shopper_id: 'shp_1', rev: done.forgotten?.marker.rev });
    expect(done.outcome?.notes.map((n) => `${n.verdict}:${n.reason}`)).toEqual([
      'unsubscribed:erased',
      'erased:user_asked',
    ]);
    expect(done.known.person).toBeUndefined();
  });

  it('counts a yes for one hour, to the millisecond', () => {
    const asked = fold(person, text('delete my data', 61 * MINUTE)).known;
    expect(fold(asked, yes(MINUTE)).forgotten).toBeDefined();
    const late = fold(asked, yes(MINUTE - 1));
    expect(late.forgotten).toBeUndefined();
    expect(late.outcome?.replies).toEqual([{ say: 'delete_late', language: null }]);
  });

  it('a second tap on yes says nothing more and makes nobody', () => {
    const asked = fold(person, text('delete my data', 9 * MINUTE)).known;
    const again = fold(fold(asked, yes(5 * MINUTE)).known, yes(MINUTE));
    expect(again.outcome).toBeUndefined();
    expect(again.forgotten).toBeUndefined();
    expect(again.known).toMatchObject({ erasure: { generation: 1 }, person: undefined });
  });

  it('what a human writes after it makes nobody either', () => {
    const gone = fold(fold(person, text('delete my data', 9 * MINUTE)).known, yes(5 * MINUTE)).known;
    const after = fold(gone, event({ kind: 'holder', holder: 'human' }, MINUTE));
    expect(after).toEqual({ known: gone });
  });

  it('is held also while a human is answering', () => {
    const withHuman = fold(
      fold(person, text('hello', 9 * MINUTE)).known,
      event({ kind: 'holder', holder: 'human' }, 8 * MINUTE),
    );
    const asked = fold(withHuman.known, text('delete my data', 5 * MINUTE));
    expect(asked.outcome?.replies).toEqual([{ say: 'delete_ask', language: 'en' }]);
    expect(fold(asked.known, yes(MINUTE)).outcome?.replies).toMatchObject([{ say: 'deleted' }]);
  });

  it('another app owns the conversation: deleted all the same, but not answered', () => {
    const asked = fold(person, text('delete my data', 9 * MINUTE)).known;
    const done = fold(asked, { ...yes(MINUTE), standby: true });
    expect(done.forgotten).toBeDefined();
    expect(done.outcome?.replies).toEqual([]);
  });
});

describe('its words', () => {
  it.each(['en', 'de', 'fr', 'es'])('keep within the limits in %s', (locale) => {
    const asked = wordReply({ say: 'delete_ask', language: locale }, [null], () => '');
    expect(asked).toMatchObject({ purpose: 'question', quietInFlight: false });
    expect(asked.body.quick_replies?.map((q) => q.payload)).toEqual(['beckon:delete:yes', 'beckon:keep']);
    for (const { title } of asked.body.quick_replies ?? []) {
      expect(title?.length).toBeLessThanOrEqual(BUTTON_TITLE_MAX);
      expect(title).not.toContain('…');
    }
    const gone = wordReply({ say: 'deleted', language: locale, code: 'DEL-AAAA-BBBB-CCCC' }, [null], () => '');
    expect(gone).toMatchObject({ purpose: 'deletion_confirm', quietInFlight: true });
    expect(gone.body.text).toContain('DEL-AAAA-BBBB-CCCC');
    expect(gone.body.quick_replies).toBeUndefined();
  });
});

describe('mark and code', () => {
  it('are the same each time, tell people and keys apart, and hold nothing readable', () => {
    expect(personMark('key', '1', '200')).toBe(personMark('key', '1', '200'));
    expect(
      new Set([personMark('key', '1', '200'), personMark('key', '12', '00'), personMark('other', '1', '200')]).size,
    ).toBe(3);
    expect(personMark('key', '1', '200')).toMatch(/^era_[0-9a-f]{32}$/);
    expect(deletionCode('key', ['shopper', 'shp_1'])).toMatch(/^DEL(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    expect(deletionCode('key', ['shopper', 'shp_1'])).not.toBe(deletionCode('key', ['shopper', 'shp_2']));
    expect(deletionCode('key', ['shopper', 'shp_1'])).not.toBe(deletionCode('other', ['shopper', 'shp_1']));
  });
});

describe('the status page', () => {
  const AT = Date.UTC(2026, 8, 21, 14, 5);
  const status = { code: 'DEL-AAAA-BBBB-CCCC', requested_at: AT, found: true, done_at: null };

  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de', 'Beantragt: 21. September 2026'],
    ['fr', 'fr', '21 septembre 2026'],
    ['pt, es;q=0.5, en;q=0.1', 'es', '21 de septiembre de 2026'],
    ['pt', 'en', 'September 21, 2026'],
    [undefined, 'en', 'Last copies'],
    ['de;q=0, en', 'en', 'Deleted from our service'],
  ])('speaks what the browser accepts: %s', (accepts, language, words) => {
    const html = deletionPage(status, accepts);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).toContain(words);
    expect(html).toContain('DEL-AAAA-BBBB-CCCC');
  });

  it('says when it was completed, that nothing was found, or that nobody knows the code', () => {
    expect(deletionPage({ ...status, done_at: AT + 86_400_000 }, 'en')).toContain('Completed: September 22, 2026');
    expect(deletionPage({ ...status, found: false, done_at: AT }, 'en')).toContain('We keep nothing under the id');
    expect(deletionPage(undefined, 'en')).toContain('We know no deletion');
  });

  it('runs nothing and loads nothing', () => {
    const html = deletionPage({ ...status, code: '<script>alert(1)</script>' }, 'en');
    expect(html).not.toMatch(/<script|<img|<link|href|src=/);
  });

  it('reads the languages of a browser, whatever it sends', () => {
    expect(languagesOf('da, en-gb;q=0.8, en;q=0.7, *;q=0.1, x;q=2, ;;, en;q=0')).toEqual(['da', 'en-gb', 'en']);
    expect(languagesOf('a'.repeat(100_000))).toEqual([]);
  });
});
