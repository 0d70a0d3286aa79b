import { firstRefusal } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { OneTimeRequest, OneTimeToken, Page, Person, SendingRight } from './model.js';
import type { ReadSend } from './read-send.js';
import { rule1KnownPerson, rule4AppLive } from './rules-identity.js';
import { rule14UsableToken, rule20OpenRequests } from './rules-one-time.js';
import { rule32Reachable, rule33ThreadControl, rule34PageMaySend, rule35Region } from './rules-states.js';
import { rule7WindowOpen, rule9HumanAgentOpen } from './rules-window.js';

/** What is known about the recipient of a call when it is decided. */
export interface SendFacts {
  readonly page: Page;
  /** The person with the addressed id, or the one to whom the token belongs. */
  readonly person: Person | undefined;
  readonly token: OneTimeToken | undefined;
  /** One-time requests that this person was shown. */
  readonly requests: readonly OneTimeRequest[];
}

/** By which right the call is taken, or why not. */
export type SendVerdict = { readonly right: SendingRight } | { readonly refusal: GraphError };

/**
 * Whether a well-formed call may go out now, and by which right. A token works with the window open or closed and is
 * used up in both cases (rule 14); the caller spends it in the same step, so that two calls never see it unspent.
 */
export function decideSend(send: ReadSend, facts: SendFacts, now: number): SendVerdict {
  const { page, person, token } = facts;
  const refusal = firstRefusal(
    () => rule34PageMaySend(page),
    () => (send.recipient.kind === 'one_time' ? rule14UsableToken(token, page, now) : undefined),
    () => rule1KnownPerson(person, page.id),
    () => (person ? standing(send, facts, person) : undefined),
  );
  if (refusal) return { refusal };
  const right = rightOf(send, person, now);
  if ('refusal' in right) return right;
  const tooMany = asksOnce(send) ? rule20OpenRequests(facts.requests, page, now) : undefined;
  return tooMany ? { refusal: tooMany } : right;
}

/** Rules 4 and 32 to 35: how things stand between this Page and this person, whatever the right. */
function standing(send: ReadSend, { page }: SendFacts, person: Person): GraphError | undefined {
  const message = 'message' in send.content ? send.content.message : undefined;
  return firstRefusal(
    () => rule4AppLive(page, person),
    () => rule33ThreadControl(person, page),
    () => rule32Reachable(person, page),
    () => rule35Region(person, send.recipient.kind !== 'psid', message),
  );
}

function rightOf(send: ReadSend, person: Person | undefined, now: number): SendVerdict {
  if (send.recipient.kind === 'one_time') return { right: 'one_time' };
  const lastActedAt = person?.lastActedAt ?? null;
  const closed = rule7WindowOpen(lastActedAt, now);
  if (!closed) return { right: 'window' };
  if (!send.humanAgent) return { refusal: closed };
  const tooLate = rule9HumanAgentOpen(lastActedAt, now);
  return tooLate ? { refusal: tooLate } : { right: 'human_agent' };
}

function asksOnce(send: ReadSend): boolean {
  return 'message' in send.content && send.content.message.attachment?.payload.template_type === 'one_time_notif_req';
}
