import { describe, expect, it } from '@jest/globals';
import { ORDINARY_PERSON } from '../domain/ordinary-person.js';
import type { Person, ThreadMessage } from '../domain/model.js';
import { search } from './search.js';

const person = (psid: string, name: string): Person => ({
  ...{ psid, name, page: '100', locale: 'en_US', timezone: 'UTC', started: true, lastActedAt: null },
  ...{ pendingRef: null, typing: false, ...ORDINARY_PERSON },
});
const [ida, bo] = [person('2001', 'Ida'), person('2002', 'Bo')];
const card = {
  template_type: 'generic' as const,
  elements: [{ title: 'Red Coat', subtitle: 'Size M', image_url: 'http://h/red.png' }],
};
const threads: Record<string, ThreadMessage[]> = {
  2001: [
    { mid: 'a', from: 'person', at: 1, text: 'Is the red one back?' },
    { mid: 'b', from: 'page', at: 3, attachment: { type: 'template', payload: card } },
  ],
  2002: [{ mid: 'c', from: 'person', at: 2, text: `${'x'.repeat(100)} red ${'y'.repeat(100)}` }],
};
const find = (words: string): ReturnType<typeof search> => search([ida, bo], (psid) => threads[psid] ?? [], words);

describe('search', () => {
  it('finds people by name and id', () => {
    expect(find('ida').people).toEqual([ida]);
    expect(find('200').people).toEqual([ida, bo]);
  });

  it('finds messages by text and by the words on a card, the youngest first', () => {
    const { messages } = find('RED');
    expect(messages.map(({ mid, name }) => [mid, name])).toEqual([
      ['b', 'Ida'],
      ['c', 'Bo'],
      ['a', 'Ida'],
    ]);
    expect(messages[1]!.excerpt).toMatch(/^…x+ red y+…$/);
  });

  it('finds nothing in addresses', () => expect(find('red.png').messages).toEqual([]));
});
