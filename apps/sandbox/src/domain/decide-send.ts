import type { GraphError } from './graph-error.js';
import type { OneTimeToken, Page, Person, SendingRight } from './model.js';
import type { ReadSend } from './read-send.js';
import { rule1KnownPerson } from './rules-identity.js';
import { rule14UsableToken } from './rules-one-time.js';
import { rule7WindowOpen, rule9HumanAgentOpen } from './rules-window.js';

/** What is known about the recipient of a call when it is decided. */
export interface SendFacts {
  readonly page: Page;
  /** The person with the addressed id, or the one to whom the token belongs. */
  readonly person: Person | undefined;
  readonly token: OneTimeToken | undefined;
}

/** By which right the call is taken, or why not. */
export type SendVerdict = { readonly right: SendingRight } | { readonly refusal: GraphError };

/**
 * Whether a well-formed call may go out now, and by which right. A token works with the window open or closed and is
 * used up in both cases (rule 14); the caller spends it in the same step, so that two calls never see it unspent.
 */
export function decideSend(send: ReadSend, { page, person, token }: SendFacts, now: number): SendVerdict {
  if (send.recipient.kind === 'one_time') {
    const refusal = rule14UsableToken(token, page, now) ?? rule1KnownPerson(person, page.id);
    return refusal ? { refusal } : { right: 'one_time' };
  }
  const unknown = rule1KnownPerson(person, page.id);
  if (unknown) return { refusal: unknown };
  const lastActedAt = person?.lastActedAt ?? null;
  const closed = rule7WindowOpen(lastActedAt, now);
  if (!closed) return { right: 'window' };
  if (!send.humanAgent) return { refusal: closed };
  const tooLate = rule9HumanAgentOpen(lastActedAt, now);
  return tooLate ? { refusal: tooLate } : { right: 'human_agent' };
}
