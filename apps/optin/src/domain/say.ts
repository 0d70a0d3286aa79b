/** Sentences of the bot, filled in and cut to the platform's limits (messenger-platform, section 5.2). */
import { formatMoney } from '@beckon/contracts';
import { BUTTON_TITLE_MAX, TEXT_MAX, payloadOf } from '@beckon/messenger';
import type { OutgoingMessage, QuickReply } from '@beckon/messenger';
import { IntlMessageFormat } from 'intl-messageformat';
import { cutAtGrapheme } from './cut.js';
import type { Item } from './wish.js';
import type { Voice } from './wording/languages.js';
import type { Wording } from './wording/wording.js';

/** Longest name of an item inside a text: more is a catalogue entry, not a name. */
const NAME_MAX = 200;

/** What a sentence may need beside the item. */
type More = Readonly<Record<string, string>>;

/** A text message. */
export function text(key: keyof Wording, voice: Voice, item?: Item, more?: More): OutgoingMessage {
  return { text: cutAtGrapheme(format(key, voice, nameOf(item, voice), item, more), TEXT_MAX) };
}

/** How an item is called in a text. */
export const nameOf = (item: Item | undefined, voice: Voice): string =>
  cutAtGrapheme(item?.name ?? voice.wording.this_item, NAME_MAX);

/** Verbs that have a button of their own, `delete` being the one that asks. */
type ButtonVerb = 'stop' | 'start' | 'list' | 'delete';

/** One of our buttons: its title and payload. */
export function button(verb: ButtonVerb, voice: Voice): QuickReply {
  return quickReply(voice.wording[`button_${verb}`], payloadOf(verb));
}

/** A quick reply whose title keeps the limit. */
export const quickReply = (title: string, payload: string): QuickReply => ({
  content_type: 'text',
  title: cutAtGrapheme(title, BUTTON_TITLE_MAX),
  payload,
});

/** The message with these of our buttons below it. */
export function withChoices(message: OutgoingMessage, voice: Voice, verbs: readonly ButtonVerb[]): OutgoingMessage {
  return verbs.length === 0 ? message : { ...message, quick_replies: verbs.map((verb) => button(verb, voice)) };
}

/** A sentence filled in. `{price}` is the item's, unless `more` says another. */
export function format(key: keyof Wording, voice: Voice, name: string, item?: Item, more: More = {}): string {
  const price = item?.price ? formatMoney(item.price, voice.tag) : '';
  const values = { item: name, price, hasPrice: price === '' ? 'no' : 'yes', ...more };
  return String(compiled(voice, key).format(values));
}

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
