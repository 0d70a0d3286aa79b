import { templateOf } from './attachment.js';
import { firstRefusal } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type {
  NotificationRequest,
  NotificationToken,
  OneTimeRequest,
  OneTimeToken,
  Page,
  Person,
  SendingRight,
} from './model.js';
import type { ReadSend } from './read-send.js';
import { rule1KnownPerson, rule4AppLive } from './rules-identity.js';
import { DEFAULT_TOPIC, rule22AskedAgain, rule24UsableToken } from './rules-notification.js';
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
  /** The token for notification messages that the call names. */
  readonly notification?: NotificationToken | undefined;
  /** Requests for notification messages that this person was shown. */
  readonly notificationRequests?: readonly NotificationRequest[];
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
    () => (send.recipient.kind === 'notification' ? notificationToken(send, facts, now) : undefined),
    () => rule1KnownPerson(person, page.id),
    () => (person ? standing(send, facts, person) : undefined),
  );
  if (refusal) return { refusal };
  const right = rightOf(send, person, now);
  if ('refusal' in right) return right;
  const tooMany = askingAgain(send, facts, now);
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
  if (send.recipient.kind !== 'psid') return { right: send.recipient.kind };
  const lastActedAt = person?.lastActedAt ?? null;
  const closed = rule7WindowOpen(lastActedAt, now);
  if (!closed) return { right: 'window' };
  if (!send.humanAgent) return { refusal: closed };
  const tooLate = rule9HumanAgentOpen(lastActedAt, now);
  return tooLate ? { refusal: tooLate } : { right: 'human_agent' };
}

/** Rules 20 and 22: whether this person has been asked too much. */
function askingAgain(send: ReadSend, facts: SendFacts, now: number): GraphError | undefined {
  const payload = 'message' in send.content ? templateOf(send.content.message) : undefined;
  if (payload?.template_type === 'one_time_notif_req') return rule20OpenRequests(facts.requests, facts.page, now);
  if (payload?.template_type !== 'notification_messages') return undefined;
  return rule22AskedAgain(facts.notificationRequests ?? [], payload.title ?? DEFAULT_TOPIC, facts.page.rules, now);
}

function notificationToken(send: ReadSend, facts: SendFacts, now: number): GraphError | undefined {
  const { page, person, notification } = facts;
  const text = 'message' in send.content ? send.content.message.text : undefined;
  return rule24UsableToken(notification, { page, person, text, now });
}
