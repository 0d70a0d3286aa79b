/** "My alerts" in words: a generic template, one element an alert (limits: messenger-platform, section 5.2). */
import { formatMoney } from '@beckon/contracts';
import { BUTTON_TITLE_MAX, GENERIC_SUBTITLE_MAX, GENERIC_TITLE_MAX } from '@beckon/messenger';
import type { Button, GenericElement, OutgoingMessage } from '@beckon/messenger';
import { cutAtGrapheme } from './cut.js';
import type { ListedAlert, ReplyWanted } from './outcome.js';
import { payloadOf } from './payloads.js';
import { button, format, nameOf, quickReply, text } from './say.js';
import type { Voice } from './wording/languages.js';

/** One page of the list. Below it: the next page, where there is one, and the way to stop everything. */
export function wordList(list: Extract<ReplyWanted, { say: 'list' }>, voice: Voice, zone: string): OutgoingMessage {
  const elements = list.alerts.map((alert) => elementOf(alert, voice, zone));
  const more = list.next === null ? [] : [quickReply(voice.wording.button_more, payloadOf('list', String(list.next)))];
  return {
    attachment: { type: 'template', payload: { template_type: 'generic', elements } },
    quick_replies: [...more, button('stop', voice)],
  };
}

/** The confirmation of "stop this one", by its name. */
export function wordEnded(ended: Extract<ReplyWanted, { say: 'ended_one' }>, voice: Voice): OutgoingMessage {
  return text('ended_one', voice, ended.item, { asked: askedOf(ended.sub, voice) });
}

function elementOf({ sub, item }: ListedAlert, voice: Voice, zone: string): GenericElement {
  const since = dateIn(voice.tag, zone).format(sub.consented_at);
  const line = format('listed', voice, nameOf(item, voice), item, { asked: askedOf(sub, voice), since });
  const tap = (title: string, payload: string): Button => ({
    type: 'postback',
    title: cutAtGrapheme(title, BUTTON_TITLE_MAX),
    payload,
  });
  return {
    title: cutAtGrapheme(nameOf(item, voice), GENERIC_TITLE_MAX),
    subtitle: cutAtGrapheme(line, GENERIC_SUBTITLE_MAX),
    buttons: [
      tap(voice.wording.button_end, payloadOf('end', sub.sub_id)),
      ...(sub.kind === 'price_drop' ? [tap(voice.wording.button_price, payloadOf('price', sub.sub_id))] : []),
    ],
  };
}

/** What was asked, in a few words. "Any drop" names the price that was seen: the condition is one minor unit under it. */
function askedOf({ kind, condition, seen_price }: ListedAlert['sub'], voice: Voice): string {
  if (kind !== 'price_drop' || condition.type !== 'price_at_most') return format(`listed_${kind}`, voice, '');
  const { amount, currency } = condition;
  const anyDrop = seen_price?.currency === currency && seen_price.amount === amount + 1;
  const price = formatMoney({ amount: anyDrop ? seen_price.amount : amount, currency }, voice.tag);
  return format(anyDrop ? 'listed_price_drop' : 'listed_price_limit', voice, '', undefined, { price });
}

const dates = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a hundred times its use. A zone that this Node does not know is UTC. */
function dateIn(tag: string, zone: string): Intl.DateTimeFormat {
  const id = `${tag} ${zone}`;
  let date = dates.get(id);
  if (!date) {
    if (dates.size >= 1000) dates.clear(); // tags come from links: do not grow with them
    date = dateFormat(tag, zone) ?? dateFormat(tag, 'UTC')!;
    dates.set(id, date);
  }
  return date;
}

function dateFormat(tag: string, timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone });
  } catch {
    return undefined;
  }
}
