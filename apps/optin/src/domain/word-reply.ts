/** From what to answer to the Send API's message object, within the platform's limits (messenger-platform, section 5.2). */
import type { RequestedMessage } from '@beckon/contracts';
import type { OutgoingMessage } from '@beckon/messenger';
import type { Outcome, ReplyWanted } from './outcome.js';
import { payloadOf } from '@beckon/messenger';
import { limitWords, requestTitle } from './request-title.js';
import { quickReply, text, withChoices } from './say.js';
import type { Wish } from './wish.js';
import { joined, wordAside, wordOffers } from './word-aside.js';
import { wordEnded, wordList } from './word-list.js';
import { exampleOf, pricesOf } from './word-prices.js';
import { chooseVoice } from './wording/languages.js';
import type { Voice } from './wording/languages.js';

/** A reply in words. */
export interface WordedReply {
  readonly purpose: RequestedMessage['purpose'];
  /** A last word: waits until nothing else to the shopper is in flight. */
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
  list: 'list',
  no_alerts: 'list',
  ended_one: 'stop_confirm',
  gone: 'help',
  again: 'question',
  greeting: 'question',
  price_question: 'question',
  price_too_high: 'question',
  price_wanted: 'question',
  price_not_read: 'question',
  price_changed: 'confirm',
  choices: 'question',
  topic_over: 'error',
  asked_lately: 'help',
  delete_ask: 'question',
  delete_late: 'help',
  deleted: 'deletion_confirm',
  kept: 'help',
};

/** Signs a wish as the payload of a request (with the words that it shows) or of a choice. */
export type SignWish = (wish: Wish, shown: string | null) => string;

/**
 * Words a reply.
 * @param locales the shopper's, then the shop's; the language that the person just used goes before both.
 * @param zone the shopper's time zone, for dates.
 */
export function wordReply(
  reply: ReplyWanted,
  locales: readonly (string | null)[],
  sign: SignWish,
  zone = 'UTC',
): WordedReply {
  const voice = chooseVoice('language' in reply ? reply.language : null, ...locales);
  const quietInFlight = reply.say === 'stopped' || reply.say === 'ended_one' || reply.say === 'deleted';
  const body = reply.say === 'ask' ? requestOf(reply, locales, sign) : bodyOf(reply, voice, sign, zone);
  return { purpose: purposes[reply.say], quietInFlight, body };
}

/** What answers go out as. */
export interface Worded extends WordedReply {
  /** Tells the messages that answer one event apart. */
  readonly part: string;
}

/** How a person is spoken to. */
export interface Manner {
  /** The shopper's, then the shop's; the language that the person just used goes before both. */
  readonly locales: readonly (string | null)[];
  /** The shopper's time zone, for dates. */
  readonly zone: string;
  /** The name of the shop. */
  readonly shop: string;
  readonly sign: SignWish;
}

/**
 * Words an answer and what is said beside it. The first text takes that along; an answer without a text has it before
 * itself.
 */
export function wordAnswer({ replies, aside }: Pick<Outcome, 'replies' | 'aside'>, how: Manner): Worded[] {
  const worded = replies.map((reply): Worded => ({
    part: reply.say,
    ...wordReply(reply, how.locales, how.sign, how.zone),
  }));
  const [first] = replies;
  const voice = chooseVoice(first && 'language' in first ? first.language : null, ...how.locales);
  const beside = aside && wordAside(aside, how.shop, voice);
  if (!beside) return worded;
  const at = worded.findIndex((w) => w.body.text !== undefined);
  const body = worded[at] && joined(worded[at].body, beside);
  if (body) return worded.map((w, i) => (i === at ? { ...w, body } : w));
  const { lead, ...offers } = beside;
  const alone = joined({ text: lead ?? '' }, offers) ?? offers;
  return [{ part: 'aside', purpose: 'help', quietInFlight: false, body: alone }, ...worded];
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

function bodyOf(
  reply: Exclude<ReplyWanted, { say: 'ask' }>,
  voice: Voice,
  sign: SignWish,
  zone: string,
): OutgoingMessage {
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
      const choose = (wish: Wish): string => payloadOf('ask', sign(wish, null));
      return { ...text('choices', voice), quick_replies: reply.choices.map((c) => quickReply(c.name, choose(c.wish))) };
    }
    case 'delete_ask':
      return {
        ...text(reply.say, voice),
        quick_replies: [
          quickReply(voice.wording.button_delete, payloadOf('delete', 'yes')),
          quickReply(voice.wording.button_keep, payloadOf('keep')),
        ],
      };
    case 'delete_late':
      return withChoices(text(reply.say, voice), voice, ['delete']);
    case 'deleted':
      return text(reply.say, voice, undefined, { code: reply.code });
    case 'stopped':
      return withChoices(text(reply.say, voice), voice, ['start']);
    case 'help':
      return withChoices(text(reply.say, voice), voice, ['list', 'stop']);
    case 'unclear':
    case 'gone':
      return withChoices(text(reply.say, voice), voice, ['list']);
    case 'unclear_stop':
      return reply.alerts
        ? withChoices(text('unclear_stop_which', voice), voice, ['stop', 'list'])
        : withChoices(text(reply.say, voice), voice, ['stop']);
    case 'again':
      return wordOffers(reply.offers, voice);
    case 'list':
      return wordList(reply, voice, zone);
    case 'ended_one':
      return withChoices(wordEnded(reply, voice), voice, reply.more ? ['list'] : []);
    default:
      return text(reply.say, voice);
  }
}
