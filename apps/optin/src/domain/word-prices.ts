/** The choices below the question from which price on to be told, and an example of one that is typed. */
import { formatMoney, minorDigits } from '@beckon/contracts';
import type { QuickReply } from '@beckon/messenger';
import { payloadOf } from './payloads.js';
import { limitWords } from './request-title.js';
import { format, nameOf, quickReply } from './say.js';
import { limitOf } from './wish.js';
import type { Item, Threshold, Wish } from './wish.js';
import type { SignWish } from './word-reply.js';
import type { Voice } from './wording/languages.js';

/** So many per cent less are offered. */
const OFFERED_PERCENT = [10, 20, 30];

/** Any drop, some lower prices, and one that is typed. A choice is signed with the price that it shows. */
export function pricesOf(wish: Wish, item: Item, voice: Voice, sign: SignWish): QuickReply[] {
  const choice = (title: string, threshold: Threshold): QuickReply =>
    quickReply(title, payloadOf('ask', sign({ ...wish, threshold }, null)));
  const name = nameOf(item, voice);
  const any = choice(voice.wording.price_any, { type: 'any' });
  const lower = OFFERED_PERCENT.flatMap((percent) => {
    const limit = limitOf({ type: 'percent', percent }, item.price);
    if (!limit || limit.amount < 1) return [];
    const more = { ...limitWords(limit, false, voice), percent: String(percent) };
    return [choice(format('price_less', voice, name, item, more), { type: 'at_most', ...limit })];
  });
  return [
    any,
    ...lower,
    quickReply(voice.wording.price_other, payloadOf('price', sign({ ...wish, threshold: null }, null))),
  ];
}

/** A round price somewhat lower than that of now, as somebody would type it. */
export function exampleOf({ price }: Item, voice: Voice): string {
  if (price === null) return '';
  const unit = 10 ** minorDigits(price.currency);
  const step = price.amount >= 20 * unit ? 5 * unit : unit;
  const amount = Math.floor((price.amount * 0.8) / step) * step;
  return formatMoney({ ...price, amount: amount > 0 ? amount : Math.max(1, price.amount - 1) }, voice.tag);
}
