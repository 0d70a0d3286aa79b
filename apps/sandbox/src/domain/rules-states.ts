import { templateOf } from './attachment.js';
import type { SentMessage } from './attachment.js';
import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';
import type { Page, Person } from './model.js';
import type { WebhookEvent } from './webhook-events.js';

/** Rules 32 to 35: states of people and Pages in which a well-formed call is refused. */

/** Rule 32: blocked, deactivated and a deleted thread look the same to the Page; "cannot receive" has its own code. */
export function rule32Reachable(person: Person, page: Page): GraphError | undefined {
  if (person.state === 'reachable') return undefined;
  if (person.state === 'cannot_receive') {
    return graphError(32, 10, 2018108, 'This person cannot receive your messages right now.');
  }
  return graphError(32, page.rules.unavailableCode, 1545041, "This person isn't available right now.");
}

/** Rule 33: whether another app owns the thread; then this one only listens. */
export function rule33OwnedByOther(person: Person, page: Page): boolean {
  return person.threadOwner !== null && person.threadOwner !== page.appId;
}

/** Rule 33: a thread that another app owns takes nothing from this one until it takes control. */
export function rule33ThreadControl(person: Person, page: Page): GraphError | undefined {
  if (!rule33OwnedByOther(person, page)) return undefined;
  const message = 'Message failed to send because another app is controlling this thread now.';
  return graphError(33, 10, 2018300, message);
}

const SIDE_EVENTS = ['optin', 'referral', 'reaction'];

/**
 * Rule 33: whether an event comes in standby because another app owns the thread. Being told who owns it does not.
 * Assumed: opt-ins, referrals and reactions do, and the press of a button does not that this app itself has sent
 * (`ownButton`).
 */
export function rule33Standby(person: Person, page: Page, event: WebhookEvent, ownButton: boolean): boolean {
  if (!rule33OwnedByOther(person, page)) return false;
  if (event.take_thread_control !== undefined || event.pass_thread_control !== undefined) return false;
  if (ownButton && !page.rules.standbyOwnButtons) return false;
  return page.rules.standbyEvents === 'all' || !SIDE_EVENTS.some((kind) => event[kind] !== undefined);
}

/**
 * Rule 33: what an app overhears. The platform keeps the payload of a postback for the app that made the button; that
 * app gets it as an ordinary event, whoever owns the thread.
 */
export function rule33Overheard(event: WebhookEvent): WebhookEvent {
  if (!isRecord(event.postback)) return event;
  const { payload: _, ...postback } = event.postback;
  return { ...event, postback };
}

/** Rule 34: a restricted Page cannot send, and neither can one that broke the policies. */
export function rule34PageMaySend(page: Page): GraphError | undefined {
  if (page.state === 'restricted') {
    return graphError(34, 10, 1893063, 'This Page has been restricted from sending messages.');
  }
  if (page.state === 'policy_blocked') {
    return graphError(34, 368, undefined, 'The action attempted has been deemed abusive or is otherwise disallowed.');
  }
  return undefined;
}

const REGIONAL_TEMPLATES = ['one_time_notif_req', 'notification_messages'];

/**
 * Rule 35: what European privacy rules keep from a person. Which features those are is assumed: asking for an opt-in,
 * and sending by a token; ordinary answers inside the window pass.
 */
export function rule35Region(
  person: Person,
  byToken: boolean,
  message: SentMessage | undefined,
): GraphError | undefined {
  const template = templateOf(message)?.template_type;
  if (!person.euBlocked || !(byToken || (template !== undefined && REGIONAL_TEMPLATES.includes(template)))) {
    return undefined;
  }
  return graphError(35, 10, 2018336, 'This feature is not available because of the privacy rules in Europe.');
}
