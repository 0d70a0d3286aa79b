import { readPayload } from './payloads.js';
import type { Verb } from './payloads.js';
import { mentionsStopping, readCommand } from './stop-words.js';
import type { PersonEvent } from './person-event.js';
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
  /** To be told: the tap on "Notify Me". */
  | { readonly want: 'consent'; readonly wish: Wish; readonly tap: PersonEvent & { kind: 'one_time_optin' } }
  /** Something, but nobody knows about which product: an absent or forged ref. */
  | { readonly want: 'question' }
  | { readonly want: 'unclear'; readonly stopping: boolean }
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
    case 'one_time_optin':
      return event.wish ? { want: 'consent', wish: event.wish, tap: event } : { want: 'question' };
    case 'referral':
      return event.wish ? { want: 'ask', wish: event.wish } : { want: 'question' };
    case 'postback':
      return button(event.payload) ?? (event.wish ? { want: 'ask', wish: event.wish } : { want: 'question' });
    case 'message': {
      const command = button(event.payload) ?? spoken(event.text, stopWords);
      if (command) return command;
      if (event.wish) return { want: 'ask', wish: event.wish };
      return { want: 'unclear', stopping: event.text !== null && mentionsStopping(event.text) };
    }
  }
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
