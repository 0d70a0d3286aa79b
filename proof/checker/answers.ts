/** Reads what the bot says, in the words that a shopper reads. */
import { alertIdIn, notTaken, psids } from './alerts.js';
import type { Accepted, Evidence } from './evidence.js';
import { struckInFlight } from './in-flight.js';

/** Whether a message comes from the bot. */
export const isReply = ({ metadata }: Pick<Accepted, 'metadata'>): boolean => /^beckon:(rep|ask)_/.test(metadata ?? '');

/** Whether a message of the bot says this: at its beginning, or after what else it had to say first. */
export const says = (entry: Pick<Accepted, 'metadata' | 'text'>, words: RegExp): RegExpExecArray | null =>
  isReply(entry) ? new RegExp(`(?:^|\\n\\n)(?:${words.source})`).exec(entry.text ?? '') : null;

/** The last word to a person of whom everything was deleted. */
export const ERASED = /Your data is deleted, and your alerts have ended\b/;

/** Whoever was sent an answer of which its sender cannot know whether it came: it is not sent again. */
export function doubtfulReplies(evidence: Evidence): ReadonlySet<string> {
  const psidOf = psids(evidence);
  return new Set([
    ...notTaken(evidence).flatMap((c) => (alertIdIn(c.metadata) === undefined && c.psid !== null ? [c.psid] : [])),
    ...struckInFlight(evidence).flatMap(({ id, shopper_id }) =>
      id.startsWith('alr_') ? [] : [psidOf.get(shopper_id) ?? ''],
    ),
  ]);
}
