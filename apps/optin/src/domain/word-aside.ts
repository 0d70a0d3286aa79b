/** What is said beside an answer in words, and how it joins the answer: one message, since two may come in any order. */
import { QUICK_REPLIES_MAX, TEXT_MAX, lengthOf } from '@beckon/messenger';
import type { OutgoingMessage, QuickReply } from '@beckon/messenger';
import { cutAtGrapheme } from './cut.js';
import type { AgainOffer, Aside } from './outcome.js';
import { payloadOf } from './payloads.js';
import { format, nameOf, quickReply, text } from './say.js';
import type { Voice } from './wording/languages.js';

/** The offer to ask anew for what ended by itself: one by its own words, several by their names. */
export function wordOffers(offers: readonly AgainOffer[], voice: Voice): OutgoingMessage {
  const tap = (offer: AgainOffer, title: string): QuickReply => quickReply(title, payloadOf('again', offer.sub_id));
  const [first] = offers;
  if (first && offers.length === 1) {
    const key = first.why === 'already_told' ? 'again_told' : 'again_expired';
    return { ...text(key, voice, first.item), quick_replies: [tap(first, voice.wording.button_again)] };
  }
  const names = offers.map((o) => nameOf(o.item, voice));
  const items = new Intl.ListFormat(voice.tag).format(names.map((n) => cutAtGrapheme(n, SEVERAL_NAME_MAX)));
  return {
    ...text('again_several', voice, undefined, { items }),
    quick_replies: offers.map((o, i) => tap(o, names[i]!)),
  };
}

/** Of several names each is cut, so that ten of them fit beside an answer. */
const SEVERAL_NAME_MAX = 60;

/**
 * The answer with what is said beside it, in the same message. Null where the answer is no text (a card, a list): then
 * it has to be a message of its own.
 */
export function joined(answer: OutgoingMessage, beside: OutgoingMessage & { lead?: string }): OutgoingMessage | null {
  if (answer.text === undefined) return null;
  const around = [beside.lead, beside.text].filter((t) => t !== undefined);
  const room = TEXT_MAX - around.reduce((sum, t) => sum + lengthOf(t) + GAP.length, 0);
  const parts = [beside.lead, cutAtGrapheme(answer.text, room), beside.text].filter((t) => t !== undefined && t !== '');
  const quick_replies = [...(beside.quick_replies ?? []), ...(answer.quick_replies ?? [])].slice(0, QUICK_REPLIES_MAX);
  return { ...answer, text: parts.join(GAP), ...(quick_replies.length > 0 && { quick_replies }) };
}

const GAP = '\n\n';

/** What an aside says: `lead` before the answer, the rest behind it. Undefined where there is nothing to say. */
export function wordAside(
  aside: Aside,
  shop: string,
  voice: Voice,
): (OutgoingMessage & { readonly lead?: string }) | undefined {
  if (!aside.disclose && aside.again.length === 0) return undefined;
  return {
    ...(aside.again.length > 0 ? wordOffers(aside.again, voice) : {}),
    ...(aside.disclose && { lead: cutAtGrapheme(format('disclosure', voice, '', undefined, { shop }), LEAD_MAX) }),
  };
}

const LEAD_MAX = 300;
