import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { fr } from './fr.js';
import type { Wording } from './wording.js';

/** The bot's wording by language. */
export const wordings: Readonly<Record<string, Wording>> = { en, de, fr, es };

/** A locale to write in: the wording, and the tag for numbers and money. */
export interface Voice {
  readonly wording: Wording;
  /** BCP 47, as `Intl` wants it. */
  readonly tag: string;
}

/**
 * The first of the wishes for which there is a wording, each by its language ("fr_CA" speaks French and writes money
 * the Canadian way); English when nothing fits. Messenger and settings write "de_DE", `Intl` wants "de-DE".
 */
export function chooseVoice(...wishes: readonly (string | null | undefined)[]): Voice {
  for (const wish of wishes) {
    const tag = wish?.replace('_', '-');
    const wording = wordings[tag?.split('-')[0]?.toLowerCase() ?? ''];
    if (wording && tag !== undefined && isTag(tag)) return { wording, tag };
  }
  return { wording: wordings['en']!, tag: 'en' };
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
