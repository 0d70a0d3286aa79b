import type { Person, ThreadMessage } from '../domain/model.js';

/** Most that a search finds of each. */
export const FOUND_MAX = 30;

/** A message in which the words stand. */
export interface FoundMessage {
  psid: string;
  name: string;
  mid: string;
  at: number;
  from: ThreadMessage['from'];
  /** The words with what stands around them. */
  excerpt: string;
}

/** What people see of a message, for searching: its text and the words on its cards. */
function wordsOf({ text, attachment }: ThreadMessage): string {
  return [text, ...(attachment ? stringsIn(attachment.payload) : [])].filter((word) => word !== undefined).join(' · ');
}

/** People by name or id, and messages by their words, upper and lower case being the same; the youngest first. */
export function search(
  people: Iterable<Person>,
  threadOf: (psid: string) => readonly ThreadMessage[],
  words: string,
): { people: Person[]; messages: FoundMessage[] } {
  const needle = words.toLowerCase();
  const found: Person[] = [];
  const messages: FoundMessage[] = [];
  for (const person of people) {
    const { psid, name } = person;
    if (found.length < FOUND_MAX && (name.toLowerCase().includes(needle) || psid.includes(needle))) found.push(person);
    for (const message of threadOf(psid)) {
      const said = wordsOf(message);
      const place = said.toLowerCase().indexOf(needle);
      if (place < 0) continue;
      const { mid, at, from } = message;
      messages.push({ psid, name, mid, at, from, excerpt: around(said, place, needle.length) });
    }
  }
  return { people: found, messages: messages.sort((a, b) => b.at - a.at).slice(0, FOUND_MAX) };
}

function around(text: string, place: number, length: number): string {
  const [from, to] = [Math.max(0, place - 30), place + length + 60];
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}

/** The words on a card: addresses, payloads and the like are not read by people. */
const READ_BY_PEOPLE = new Set(['title', 'subtitle', 'text']);

function stringsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return READ_BY_PEOPLE.has(key) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => stringsIn(one, Array.isArray(value) ? key : name));
}
