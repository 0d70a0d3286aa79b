/** From what to answer to the Send API's message object, within the platform's limits (messenger-platform, section 5.2). */
import { formatMoney, minorDigits } from '@beckon/contracts';
import type { RequestedMessage } from '@beckon/contracts';
import type { OutgoingMessage, QuickReply } from '@beckon/messenger';
import type { ReplyWanted } from './outcome.js';
import { payloadOf } from './payloads.js';
import { limitWords, requestTitle } from './request-title.js';
import { format, nameOf, quickReply, text } from './say.js';
import { limitOf } from './wish.js';
import type { Item, Threshold, Wish } from './wish.js';
import { chooseVoice } from './wording/languages.js';
import type { Voice } from './wording/languages.js';

/** A reply in words. */
export interface WordedReply {
  readonly purpose: RequestedMessage['purpose'];
  /** The confirmation of a STOP: waits until nothing else to the shopper is in flight. */
  readonly quietInFlight: boolean;
  readonly body: OutgoingMessage;
}

const purposes: Record<ReplyWanted['say'], RequestedMessage['purpose']> = {
  ask: 'ask',
  confirmed: 'confirm',
  already: 'confirm',
  already_told: 'help',
  no_price: 'error',
  stopped: 'stop_confirm',
  resumed: 'confirm',
  help: 'help',
  question: 'question',
  unclear: 'help',
  unclear_stop: 'question',
  cannot_ask: 'error',
  greeting: 'question',
  price_question: 'question',
  price_too_high: 'question',
  price_wanted: 'question',
  price_not_read: 'question',
  price_changed: 'confirm',
  choices: 'question',
  topic_over: 'error',
  asked_lately: 'help',
};

/** Signs a wish as the payload of a request (with the words that it shows) or of a choice. */
export type SignWish = (wish: Wish, shown: string | null) => string;

/**
 * Words a reply.
 * @param locales the shopper's, then the shop's; the language that the person just used goes before both.
 */
export function wordReply(reply: ReplyWanted, locales: readonly (string | null)[], sign: SignWish): WordedReply {
  const voice = chooseVoice('language' in reply ? reply.language : null, ...locales);
  const body = reply.say === 'ask' ? requestOf(reply, locales, sign) : bodyOf(reply, voice, sign);
  return { purpose: purposes[reply.say], quietInFlight: reply.say === 'stopped', body };
}

function requestOf(
  { wish, item, as }: ReplyWanted & { say: 'ask' },
  locales: readonly (string | null)[],
  sign: SignWish,
): OutgoingMessage {
  const title = requestTitle(wish, item, as, locales);
  const template_type = as === 'notification' ? 'notification_messages' : 'one_time_notif_req';
  return { attachment: { type: 'template', payload: { template_type, title, payload: sign(wish, title) } } };
}

function bodyOf(reply: Exclude<ReplyWanted, { say: 'ask' }>, voice: Voice, sign: SignWish): OutgoingMessage {
  switch (reply.say) {
    case 'confirmed': {
      const more = limitWords(reply.limit, reply.mode === 'recurring', voice);
      return text(`confirmed_${reply.wish.kind}`, voice, reply.item, more);
    }
    case 'already':
    case 'already_told':
    case 'no_price':
      return text(reply.say, voice, reply.item);
    case 'price_wanted':
    case 'price_not_read':
      return text(reply.say, voice, reply.item, { example: exampleOf(reply.item, voice) });
    case 'price_question':
    case 'price_too_high':
      return { ...text(reply.say, voice, reply.item), quick_replies: pricesOf(reply.wish, reply.item, voice, sign) };
    case 'price_changed':
      return text(reply.say, voice, reply.item, limitWords(reply.limit, false, voice));
    case 'choices': {
      const quick_replies = reply.choices.map(({ wish, name }) =>
        quickReply(name, payloadOf('ask', sign({ ...wish, locale: null }, null))),
      );
      return { ...text(reply.say, voice), quick_replies };
    }
    case 'unclear_stop': {
      const quick_replies = [quickReply(voice.wording.button_stop, payloadOf('stop'))];
      return { ...text(reply.say, voice), quick_replies };
    }
    default:
      return text(reply.say, voice);
  }
}

/** So many per cent less are offered. */
const OFFERED_PERCENT = [10, 20, 30];

/** Any drop, some lower prices, and one that is typed. A choice is signed with the price that it shows. */
function pricesOf(wish: Wish, item: Item, voice: Voice, sign: SignWish): QuickReply[] {
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
function exampleOf({ price }: Item, voice: Voice): string {
  if (price === null) return '';
  const unit = 10 ** minorDigits(price.currency);
  const step = price.amount >= 20 * unit ? 5 * unit : unit;
  const amount = Math.floor((price.amount * 0.8) / step) * step;
  return formatMoney({ ...price, amount: amount > 0 ? amount : Math.max(1, price.amount - 1) }, voice.tag);
}
