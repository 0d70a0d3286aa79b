import { createHash } from 'node:crypto';
import type { Person } from './model.js';

/**
 * People to order: names, languages, zones and regions that belong together. The same seed gives the same people on
 * every Page, each Page knowing them under ids of its own (rule 1).
 */

/** What is unlike an ordinary person about some of them, when they are wanted mixed. */
export const PERSONA_KINDS = ['blocked', 'deactivated', 'muted', 'slow', 'offline', 'never_reads'] as const;
/** See {@link PERSONA_KINDS}. */
export type PersonaKind = (typeof PERSONA_KINDS)[number];

/** A person as a seed makes them. */
export interface Persona {
  readonly psid: string;
  readonly name: string;
  readonly locale: string;
  readonly timezone: string;
  readonly region: string;
  /** 'ordinary', or what the switches below are set for. */
  readonly kind: PersonaKind | 'ordinary';
  readonly switches: Partial<Person>;
}

/** How late the receipts of a slow person are, in milliseconds. */
export const SLOW_MS = 10 * 60_000;
/** How many in ten are not ordinary, when they are wanted mixed. */
const UNLIKE_IN_TEN = 4;

const SWITCHES: Record<PersonaKind | 'ordinary', Partial<Person>> = {
  ordinary: { receipts: 'read', receiptDelayMs: 0 },
  blocked: { state: 'blocked' },
  deactivated: { state: 'deactivated' },
  muted: { muted: true, receipts: 'read' },
  slow: { receipts: 'read', receiptDelayMs: SLOW_MS },
  offline: { offlineSince: 0, receipts: 'read' },
  never_reads: { receipts: 'delivered' },
};

interface Place {
  readonly locale: string;
  readonly timezone: string;
  readonly region: string;
  readonly given: readonly string[];
  readonly family: readonly string[];
}

const place = (locale: string, timezone: string, region: string, given: string, family: string): Place => ({
  ...{ locale, timezone, region },
  ...{ given: given.split(' '), family: family.split(' ') },
});

const PLACES: readonly Place[] = [
  place('en_GB', 'Europe/London', 'UK', 'Amelia Harry Freya Noah Isla Oscar', 'Hughes Walker Patel Shaw Brooks'),
  place('en_US', 'America/New_York', 'US', 'Maya Ethan Zoe Liam Grace Owen', 'Carter Nguyen Rivera Cole Foster'),
  place('en_US', 'America/Los_Angeles', 'US', 'Luna Mateo Ruby Caleb Nina Jude', 'Park Ortiz Bennett Kim Hayes'),
  place('en_AU', 'Australia/Sydney', 'AU', 'Matilda Jack Ivy Cooper Evie Archie', 'Clarke Nolan Tran Doyle Reid'),
  place('de_DE', 'Europe/Berlin', 'EU', 'Lina Emil Jana Moritz Greta Anton', 'Vogel Brandt Lorenz Yilmaz Kuhn'),
  place('fr_FR', 'Europe/Paris', 'EU', 'Chloé Hugo Manon Jules Inès Théo', 'Moreau Lefèvre Garnier Diallo Roux'),
  place('es_ES', 'Europe/Madrid', 'EU', 'Lucía Pablo Alba Hugo Noa Iker', 'Serrano Molina Vega Castro Núñez'),
  place('nb_NO', 'Europe/Oslo', 'EU', 'Ingrid Sondre Åse Lars Tuva Øyvind', 'Haugen Solberg Lie Bakke Moen'),
  place('pl_PL', 'Europe/Warsaw', 'EU', 'Zofia Jakub Maja Kacper Łucja Tymon', 'Wójcik Mazur Sikora Zając Dudek'),
  place('ja_JP', 'Asia/Tokyo', 'JP', '葵 蓮 凛 湊 陽菜 樹', '佐藤 高橋 田中 伊藤 山本'),
  place('ko_KR', 'Asia/Seoul', 'KR', '서연 민준 지우 도윤 하은 시우', '김 이 박 최 정'),
  place('pt_BR', 'America/Sao_Paulo', 'BR', 'Helena Davi Laura Caio Alice Enzo', 'Souza Ribeiro Teixeira Lopes Prado'),
];
/** Where the family name comes first. */
const FAMILY_FIRST = new Set(['ja_JP', 'ko_KR']);

/** The first `count` people of a seed on a Page; `mixed`: some of them are unlike ordinary ones. */
export function personas(page: string, seed: number, count: number, mixed: boolean): Persona[] {
  return Array.from({ length: count }, (_, n) => persona(page, seed, n, mixed));
}

function persona(page: string, seed: number, n: number, mixed: boolean): Persona {
  // Who they are hangs on the seed alone, what the Page calls them on both.
  const draw = dice(`${seed}:${n}`);
  const { locale, timezone, region, given, family } = pick(PLACES, draw(0));
  const [first, last] = [pick(given, draw(1)), pick(family, draw(2))];
  const unlike = mixed && draw(3) % 10 < UNLIKE_IN_TEN;
  const kind = unlike ? pick(PERSONA_KINDS, draw(4)) : 'ordinary';
  return {
    psid: personaPsid(page, seed, n),
    name: FAMILY_FIRST.has(locale) ? `${last} ${first}` : `${first} ${last}`,
    ...{ locale, timezone, region, kind, switches: SWITCHES[kind] },
  };
}

/** Sixteen digits, none of them a zero at the front. */
function personaPsid(page: string, seed: number, n: number): string {
  const digest = createHash('sha256').update(`persona:${page}:${seed}:${n}`).digest();
  return String((digest.readBigUInt64BE() % 9_000_000_000_000_000n) + 1_000_000_000_000_000n);
}

/** Numbers that hang on nothing but the words. */
function dice(words: string): (n: number) => number {
  const digest = createHash('sha256').update(words).digest();
  return (n) => digest.readUInt32BE(n * 4);
}

function pick<T>(from: readonly T[], number: number): T {
  return from[number % from.length]!;
}
