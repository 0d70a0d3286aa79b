import { formatMoney } from '@beckon/contracts';
import type { Money } from '@beckon/contracts';
import { ONE_TIME_TITLE_MAX, lengthOf } from '@beckon/messenger';
import { cutAtGrapheme } from './cut.js';
import { format } from './say.js';
import { limitOf } from './wish.js';
import type { Item, Wish } from './wish.js';
import { chooseVoice } from './wording/languages.js';
import type { Voice } from './wording/languages.js';

/** What a request for a right to send is for: one message, or each time. */
export type AskedBy = 'one_time' | 'notification';

/** The price from which on the shopper chose to be told; null: any drop, or no price drop at all. */
export const chosenLimit = ({ kind, threshold }: Pick<Wish, 'kind' | 'threshold'>, item: Item): Money | null =>
  kind !== 'price_drop' || threshold === null || threshold.type === 'any'
    ? null
    : (limitOf(threshold, item.price) ?? null);

/** `{limit}`, `{hasLimit}` and `{mode}` of sentences about a wish. */
export const limitWords = (limit: Money | null, recurring: boolean, voice: Voice): Record<string, string> => ({
  limit: limit ? formatMoney(limit, voice.tag) : '',
  hasLimit: limit ? 'yes' : 'no',
  mode: recurring ? 'recurring' : 'once',
});

/**
 * The title of a request: what the shopper consents to by tapping its button. It has as much of the item's name as the
 * platform's limit leaves: cutting the name keeps the question whole.
 * @param locales the shopper's, then the shop's.
 */
export function requestTitle(wish: Wish, item: Item, as: AskedBy, locales: readonly (string | null)[]): string {
  const voice = chooseVoice(...locales);
  const more = limitWords(chosenLimit(wish, item), as === 'notification', voice);
  const title = (name: string): string => format(`ask_${wish.kind}`, voice, name, item, more);
  const name = cutAtGrapheme(item.name ?? voice.wording.this_item, ONE_TIME_TITLE_MAX - lengthOf(title('')));
  return cutAtGrapheme(title(name), ONE_TIME_TITLE_MAX);
}
