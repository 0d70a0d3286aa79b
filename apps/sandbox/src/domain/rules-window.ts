import { HUMAN_AGENT_WINDOW_MS, WINDOW_MS } from '@beckon/messenger';
import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';

/** What a person, or the platform on their behalf, can do that reaches the Page. */
export type PersonAct =
  | 'message'
  | 'postback'
  | 'quick_reply'
  | 'reaction'
  | 'link_into_thread'
  | 'one_time_tap'
  | 'notification_tap'
  | 'delivery'
  | 'read';

const OPENERS: readonly PersonAct[] = ['message', 'postback', 'quick_reply', 'reaction', 'link_into_thread'];

/**
 * Rules 6 and 8: writing, tapping a button or quick reply, reacting, and following a link into an existing thread open
 * the window; opt-in taps (unless that is switched on for Notify Me), deliveries and reads leave it where it is. Gives
 * the new time of the last act.
 */
export function rule6LastActedAt(
  act: PersonAct,
  before: number | null,
  now: number,
  notifyMeOpens = false,
): number | null {
  return OPENERS.includes(act) || (notifyMeOpens && act === 'one_time_tap') ? now : before;
}

/** Rule 6: when the window closes, or null if it never opened. */
export function rule6WindowEnd(lastActedAt: number | null): number | null {
  return lastActedAt === null ? null : lastActedAt + WINDOW_MS;
}

/** Rule 7: later than 24 hours after the last act nothing goes to a person's id. */
export function rule7WindowOpen(lastActedAt: number | null, now: number): GraphError | undefined {
  const end = rule6WindowEnd(lastActedAt);
  return end !== null && now <= end ? undefined : windowClosed(7);
}

const RETIRED_TAGS = ['ACCOUNT_UPDATE', 'CONFIRMED_EVENT_UPDATE', 'POST_PURCHASE_UPDATE'];

/** Rule 9: retired tags are refused at any time; HUMAN_AGENT is the only one that this sandbox still knows. */
export function rule9Tag(messagingType: unknown, tag: unknown): GraphError | undefined {
  if (messagingType !== 'MESSAGE_TAG') return undefined;
  if (tag === 'HUMAN_AGENT') return undefined;
  if (typeof tag === 'string' && RETIRED_TAGS.includes(tag)) {
    return graphError(9, 100, undefined, `The message tag ${tag} is no longer supported.`);
  }
  return graphError(9, 100, undefined, 'Param tag must be one of {HUMAN_AGENT}');
}

/** Rule 9: a human agent may answer for seven days after the last act. */
export function rule9HumanAgentOpen(lastActedAt: number | null, now: number): GraphError | undefined {
  return lastActedAt !== null && now <= lastActedAt + HUMAN_AGENT_WINDOW_MS ? undefined : windowClosed(9);
}

/** Rule 10: a missing `messaging_type` passes, unless the Page is strict; an unknown one never does. */
export function rule10MessagingType(messagingType: unknown, strict: boolean): GraphError | undefined {
  if (messagingType === undefined) {
    return strict ? graphError(10, 100, undefined, 'The parameter messaging_type is required') : undefined;
  }
  if (messagingType === 'RESPONSE' || messagingType === 'UPDATE' || messagingType === 'MESSAGE_TAG') return undefined;
  return graphError(10, 100, undefined, 'Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}');
}

function windowClosed(rule: number): GraphError {
  return graphError(rule, 10, 2018278, 'This message is sent outside of allowed window.');
}
