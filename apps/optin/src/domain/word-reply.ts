/** From what to answer to the Send API's message object, within the platform's limits (messenger-platform, section 5.2). */
import { formatMoney } from '@beckon/contracts';
import type { RequestedMessage } from '@beckon/contracts';
import { BUTTON_TITLE_MAX, ONE_TIME_TITLE_MAX, TEXT_MAX, lengthOf } from '@beckon/messenger';
import type { OutgoingMessage } from '@beckon/messenger';
import { IntlMessageFormat } from 'intl-messageformat';
import { cutAtGrapheme } from './cut.js';
import type { ReplyWanted } from './outcome.js';
import { payloadOf } from './payloads.js';
import type { Item } from './wish.js';
import { chooseVoice } from './wording/languages.js';
import type { Voice } from './wording/languages.js';
import type { Wording } from './wording/wording.js';

/** A reply in words. */
export interface WordedReply {
  readonly purpose: RequestedMessage['purpose'];
  /** A last word: waits until nothing else to the shopper is in flight. */
  readonly quietInFlight: boolean;
  readonly body: OutgoingMessage;
}

/** Longest name of an item inside a text: more is a catalogue entry, not a name. */
const NAME_MAX = 200;

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
  delete_ask: 'question',
  delete_late: 'help',
  deleted: 'deletion_confirm',
  kept: 'help',
};

/** Confirmations that nothing follows. */
const lastWords: ReadonlySet<ReplyWanted['say']> = new Set(['stopped', 'deleted']);

/**
 * Words a reply.
 * @param locales the shopper's, then the shop's; the language that the person just used goes before both.
 * @param payload the signed ref, which comes back with the tap on the request's button.
 */
export function wordReply(reply: ReplyWanted, locales: readonly (string | null)[], payload: string): WordedReply {
  const voice = chooseVoice('language' in reply ? reply.language : null, ...locales);
  return { purpose: purposes[reply.say], quietInFlight: lastWords.has(reply.say), body: bodyOf(reply, voice, payload) };
}

function bodyOf(reply: ReplyWanted, voice: Voice, payload: string): OutgoingMessage {
  switch (reply.say) {
    case 'ask': {
      const title = fitTitle(`ask_${reply.wish.kind}`, reply.item, voice);
      return { attachment: { type: 'template', payload: { template_type: 'one_time_notif_req', title, payload } } };
    }
    case 'confirmed':
      return text(`confirmed_${reply.wish.kind}`, voice, reply.item);
    case 'already':
    case 'already_told':
    case 'no_price':
      return text(reply.say, voice, reply.item);
    case 'unclear_stop':
      return { ...text(reply.say, voice), quick_replies: [choice(voice.wording.button_stop, payloadOf('stop'))] };
    case 'delete_ask': {
      const { button_delete, button_keep } = voice.wording;
      const quick_replies = [choice(button_delete, payloadOf('delete', 'yes')), choice(button_keep, payloadOf('keep'))];
      return { ...text(reply.say, voice), quick_replies };
    }
    case 'deleted':
      return { text: format(reply.say, voice, { code: reply.code }) };
    default:
      return text(reply.say, voice);
  }
}

const choice = (title: string, payload: string): { content_type: 'text'; title: string; payload: string } => ({
  content_type: 'text',
  title: cutAtGrapheme(title, BUTTON_TITLE_MAX),
  payload,
});

function text(key: keyof Wording, voice: Voice, item?: Item): OutgoingMessage {
  const name = cutAtGrapheme(item?.name ?? voice.wording.this_item, NAME_MAX);
  return { text: cutAtGrapheme(format(key, voice, valuesOf(name, voice, item)), TEXT_MAX) };
}

/** The question with as much of the item's name as the title holds: cutting the name keeps the question whole. */
function fitTitle(key: keyof Wording, item: Item, voice: Voice): string {
  const frame = lengthOf(format(key, voice, valuesOf('', voice, item)));
  const name = cutAtGrapheme(item.name ?? voice.wording.this_item, ONE_TIME_TITLE_MAX - frame);
  return format(key, voice, valuesOf(name, voice, item));
}

function valuesOf(name: string, voice: Voice, item?: Item): Record<string, string> {
  const price = item?.price ? formatMoney(item.price, voice.tag) : '';
  return { item: name, price, hasPrice: price === '' ? 'no' : 'yes' };
}

const format = (key: keyof Wording, voice: Voice, values: Record<string, string>): string =>
  String(compiled(voice, key).format(values));

const cache = new Map<string, IntlMessageFormat>();

/** Parsing a message costs more than all else here, so each is parsed once. */
function compiled({ wording, tag }: Voice, key: keyof Wording): IntlMessageFormat {
  const id = `${tag} ${key}`;
  let message = cache.get(id);
  if (!message) {
    if (cache.size > 2000) cache.clear(); // tags come from links: do not grow with them
    message = new IntlMessageFormat(wording[key], tag, undefined, { ignoreTag: true });
    cache.set(id, message);
  }
  return message;
}
