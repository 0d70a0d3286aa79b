import { readPayload } from './payloads.js';
import { mentionsStopping, readCommand } from './stop-words.js';
import type { PersonEvent } from './person-event.js';
import type { Wish } from './wish.js';

/** What a person wants. */
export type Intent =
  | { readonly want: 'stop' | 'start' | 'help' | 'delete'; readonly language: string | null }
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

/** Reads an event. An order in words goes before a link: "stop" typed below a product link is a STOP. */
export function readIntent(event: PersonEvent): Intent {
  switch (event.kind) {
    case 'reaction':
      return { want: 'nothing' };
    case 'one_time_optin':
      return event.wish ? { want: 'consent', wish: event.wish, tap: event } : { want: 'question' };
    case 'referral':
      return event.wish ? { want: 'ask', wish: event.wish } : { want: 'question' };
    case 'postback':
      return button(event.payload) ?? (event.wish ? { want: 'ask', wish: event.wish } : { want: 'question' });
    case 'message': {
      const command = button(event.payload) ?? spoken(event.text);
      if (command) return command;
      if (event.wish) return { want: 'ask', wish: event.wish };
      return { want: 'unclear', stopping: event.text !== null && mentionsStopping(event.text) };
    }
  }
}

function button(payload: string | null): Intent | undefined {
  const { verb, argument } = readPayload(payload) ?? {};
  if (verb === 'delete') return argument === 'yes' ? { want: 'delete_yes' } : { want: 'delete', language: null };
  if (verb === 'keep') return { want: 'keep' };
  return verb === 'stop' || verb === 'start' || verb === 'help' ? { want: verb, language: null } : undefined;
}

function spoken(text: string | null): Intent | undefined {
  const read = text === null ? undefined : readCommand(text);
  return read && { want: read.command, language: read.language };
}
