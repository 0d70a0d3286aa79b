import { readPayload } from '@beckon/messenger';
import type { Verb } from '@beckon/messenger';
import { readCommand } from './stop-words.js';
import type { PersonEvent } from './person-event.js';
import type { Tap } from './consent.js';
import type { Wish } from './wish.js';

/** What a person wants. */
export type Intent =
  | { readonly want: 'stop' | 'start' | 'help' | 'delete'; readonly language: string | null }
  /** "My alerts", from the place `offset` on. */
  | { readonly want: 'list'; readonly offset: number; readonly language: string | null }
  /** "Stop this one", "tell me again": the subscription of this id, as the button says. */
  | { readonly want: 'end' | 'again'; readonly id: string | null }
  /** The answers to whether everything shall be deleted. */
  | { readonly want: 'delete_yes' | 'keep' }
  /** To be asked whether to be told. */
  | { readonly want: 'ask'; readonly wish: Wish }
  /** The same for a wish that we offered: a choice among several products, or among prices. */
  | { readonly want: 'choose'; readonly wish: Wish; readonly words: string }
  /** To be told, and the right to do so. */
  | { readonly want: 'consent'; readonly wish: Wish; readonly tap: Tap }
  /** Notifications were stopped in Messenger. */
  | { readonly want: 'no_notifications'; readonly stop: PersonEvent & { kind: 'notification_stop' } }
  /** Another price for this subscription · to type a price for this wish. */
  | { readonly want: 'price'; readonly subId: string }
  | { readonly want: 'type_price'; readonly wish: Wish }
  /** Something, but nobody knows about which product: an absent or forged ref. */
  | { readonly want: 'question' }
  /** Get Started: the beginning of a conversation. */
  | { readonly want: 'greeting' }
  /** Words that are no order: an answer to a question of ours, names of products, or anything. */
  | { readonly want: 'words'; readonly text: string }
  /** No words at all: a picture. */
  | { readonly want: 'unclear' }
  /** No answer: a reaction to a message. */
  | { readonly want: 'nothing' };

/**
 * Reads an event. An order in words goes before a link: "stop" typed below a product link is a STOP.
 * @param stopWords the shop's own words for STOP.
 */
export function readIntent(event: PersonEvent, stopWords: readonly string[] = []): Intent {
  switch (event.kind) {
    case 'reaction':
    case 'holder':
      return { want: 'nothing' };
    case 'notification_stop':
      return { want: 'no_notifications', stop: event };
    case 'one_time_optin':
    case 'notification_optin':
      return event.wish ? { want: 'consent', wish: event.wish, tap: event } : { want: 'question' };
    case 'referral':
      return event.wish ? { want: 'ask', wish: event.wish } : { want: 'question' };
    case 'postback':
      return (
        button(event.payload) ??
        offered(event) ??
        (event.wish ? { want: 'ask', wish: event.wish } : { want: 'greeting' })
      );
    case 'message': {
      const command = button(event.payload) ?? offered(event) ?? spoken(event.text, stopWords);
      if (command) return command;
      if (event.wish) return { want: 'ask', wish: event.wish };
      return event.text === null ? { want: 'unclear' } : { want: 'words', text: event.text };
    }
  }
}

/** A button or quick reply about a wish or a subscription. */
function offered(event: PersonEvent & { kind: 'message' | 'postback' }): Intent | undefined {
  const action = readPayload(event.payload);
  const words = event.kind === 'message' ? (event.text ?? '') : '';
  if (action?.verb === 'ask')
    return event.choice ? { want: 'choose', wish: event.choice, words } : { want: 'question' };
  if (action?.verb !== 'price' || action.argument === null) return undefined;
  return event.choice ? { want: 'type_price', wish: event.choice } : { want: 'price', subId: action.argument };
}

function button(payload: string | null): Intent | undefined {
  const action = readPayload(payload);
  switch (action?.verb) {
    case 'stop':
    case 'start':
    case 'help':
      return { want: action.verb, language: null };
    case 'list':
      return { want: 'list', offset: offsetOf(action.argument), language: null };
    case 'end':
    case 'again':
      return { want: action.verb, id: action.argument };
    case 'delete':
      return action.argument === 'yes' ? { want: 'delete_yes' } : { want: 'delete', language: null };
    case 'keep':
      return { want: 'keep' };
    default:
      return undefined;
  }
}

/** What is no place in a list is its beginning. */
const offsetOf = (argument: string | null): number => (/^\d{1,6}$/.test(argument ?? '') ? Number(argument) : 0);

function spoken(text: string | null, stopWords: readonly string[]): Intent | undefined {
  const read = text === null ? undefined : readCommand(text, stopWords);
  if (read === undefined) return undefined;
  const { command, language } = read;
  return command === 'list' ? { want: 'list', offset: 0, language } : { want: command, language };
}

/** The subscription that a tapped button of ours names. */
export function subNamedBy(event: PersonEvent): string | null {
  const action = 'payload' in event ? readPayload(event.payload) : undefined;
  return action && NAMING.has(action.verb) ? action.argument : null;
}

const NAMING: ReadonlySet<Verb> = new Set(['end', 'again', 'price']);

/** Whether the answer lists what the person asked for. */
export const asksForList = (event: PersonEvent): boolean => readIntent(event).want === 'list';
