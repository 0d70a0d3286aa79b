/**
 * A conversation is one at a time: while a human of the shop (or another app) talks with the person, the bot is silent,
 * for a time that the shop sets, from their last word on. All by the times at which things were said.
 */
import type { ReplyWanted } from './outcome.js';
import { readPayload } from '@beckon/messenger';
import type { ShopperState } from './person.js';
import type { PersonEvent } from './person-event.js';

/**
 * Whether the bot owes no answer to what the person did at `at`: a human wrote less than `pauseMs` before (or meanwhile,
 * when the event comes late), and the person has not turned to the bot since. Times in milliseconds.
 */
export function isSilent(s: Pick<ShopperState, 'human_at' | 'awake_at'>, at: number, pauseMs: number): boolean {
  if (s.human_at === null || pauseMs === 0) return false;
  return at < s.human_at + pauseMs && (s.awake_at === null || s.awake_at <= s.human_at);
}

/** Whether the person turned to the bot: by one of its buttons, one of its links, or "Notify Me". Words may be for the human. */
export const turnsToBot = (event: PersonEvent): boolean =>
  ('payload' in event && readPayload(event.payload) !== undefined) || ('wish' in event && event.wish !== undefined);

const ABOUT_DELETING: readonly ReplyWanted['say'][] = ['delete_ask', 'delete_late', 'deleted', 'kept'];

/** What is said all the same: nobody but the bot can confirm a STOP, or delete what it keeps. */
export const isAlwaysSaid = ({ say }: ReplyWanted): boolean =>
  say === 'stopped' || say === 'resumed' || ABOUT_DELETING.includes(say);

/** Notes who holds the conversation. */
export function heldBy(s: ShopperState, event: PersonEvent & { kind: 'holder' }): ShopperState {
  return event.holder === 'human'
    ? { ...s, human_at: Math.max(s.human_at ?? 0, event.at) }
    : { ...s, awake_at: Math.max(s.awake_at ?? 0, event.at) };
}
