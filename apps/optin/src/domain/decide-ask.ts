/**
 * Whether a shop may ask a shopper now. The question is the shop's, the answer the shopper's: nothing begins before they
 * tap. So it may come only while they are in the conversation anyway (the open window), not against a STOP, not into a
 * talk with a human, and not so often that it becomes a nuisance (the platform keeps controls on requests per person:
 * One-Time Notification FAQ). What is asked is decided as for a link that the shopper followed.
 */
import { askFor } from './ask-for.js';
import type { Facts } from './fold-event.js';
import type { ReplyWanted } from './outcome.js';
import { stoppedAt } from './person.js';
import type { Person } from './person.js';
import { isSilent } from './silence.js';
import type { Wish } from './wish.js';

/** Why not. */
export type AskRefusal =
  | 'window_closed'
  | 'stopped'
  | 'suspended'
  | 'human_answering'
  | 'already_asked'
  | 'too_many_asks'
  | 'asked_lately'
  | 'page_cannot_ask'
  | 'no_price'
  | 'price_not_lower'
  | 'topic_over';

/** What the decision needs to know beside the shopper. Times are milliseconds since the epoch. */
export interface AskFacts extends Facts {
  /** Most asks in 24 hours. */
  readonly perDay: number;
  /** When the shopper was asked within the last 24 hours. */
  readonly askedAt: readonly number[];
}

/** The question to put, or why not. */
export type AskVerdict =
  | { readonly ask: ReplyWanted & { say: 'ask' }; readonly person: Person }
  /** `againAt`: the earliest time at which this reason is over, where that can be known. */
  | { readonly refused: AskRefusal; readonly againAt: number | null };

/** What counts as a day, in milliseconds. */
export const ASK_DAY_MS = 86_400_000;
/** The question must still have time to leave, and delivery wants half a minute of the window left. */
const LEAST_WINDOW_MS = 60_000;

/** @param wish of a price drop: with a threshold; nobody is there whom the question "from which price on?" could be put to. */
export function decideAsk(before: Person, wish: Wish, facts: AskFacts): AskVerdict {
  const { shopper } = before;
  const no = (refused: AskRefusal, againAt: number | null = null): AskVerdict => ({ refused, againAt });
  if (stoppedAt(shopper) !== null) return no('stopped');
  if (shopper.suspended_at !== null) return no('suspended');
  const { replies, person } = askFor(before, wish, facts.now, facts);
  const ask = replies.find((r) => r.say === 'ask');
  if (!ask) return no(refusalIn(replies));
  if ((shopper.window_until ?? 0) < facts.now + LEAST_WINDOW_MS) return no('window_closed');
  if (isSilent(shopper, facts.now, facts.humanPauseMs))
    return no('human_answering', (shopper.human_at ?? facts.now) + facts.humanPauseMs);
  const lately = facts.askedAt.filter((at) => at > facts.now - ASK_DAY_MS).sort((a, b) => a - b);
  if (lately.length < facts.perDay) return { ask, person: advanced(before, person, facts.now) };
  const oldestThatCounts = lately[lately.length - facts.perDay];
  return no('too_many_asks', oldestThatCounts === undefined ? null : oldestThatCounts + ASK_DAY_MS);
}

/** What the bot would have said instead of the question. */
function refusalIn(replies: readonly ReplyWanted[]): AskRefusal {
  switch (replies[0]?.say) {
    case 'already':
      return 'already_asked';
    case 'no_price':
      return 'no_price';
    case 'price_question':
    case 'price_too_high':
      return 'price_not_lower';
    case 'topic_over':
      return 'topic_over';
    case 'asked_lately':
      return 'asked_lately';
    default:
      return 'page_cannot_ask';
  }
}

/** A request for notification messages is noted in the shopper's record: a revision of its own. */
const advanced = (before: Person, after: Person, now: number): Person =>
  after.shopper === before.shopper
    ? after
    : { ...after, shopper: { ...after.shopper, rev: before.shopper.rev + 1, updated_at: now } };
