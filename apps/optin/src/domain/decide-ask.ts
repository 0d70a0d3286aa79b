/**
 * Whether a shop may ask a shopper now. The question is the shop's, the answer the shopper's: nothing begins before they
 * tap. So it may come only while they are in the conversation anyway (the open window), not against a STOP, and not so
 * often that it becomes a nuisance (the platform keeps controls on requests per person: One-Time Notification FAQ).
 */
import { stoppedAt } from './person.js';
import type { Person } from './person.js';
import { isSilent } from './silence.js';
import { conditionOf, wishKey } from './wish.js';
import type { Item, Wish } from './wish.js';

/** Why not. */
export type AskRefusal =
  | 'window_closed'
  | 'stopped'
  | 'suspended'
  | 'human_answering'
  | 'already_asked'
  | 'too_many_asks'
  | 'page_cannot_ask'
  | 'no_price';

/** What the decision needs to know beside the shopper. Times are milliseconds since the epoch. */
export interface AskFacts {
  readonly now: number;
  /** Whether the Page may ask for one-time notifications. */
  readonly mayAsk: boolean;
  /** How long the bot is silent after a human wrote to the shopper, in milliseconds. */
  readonly humanPauseMs: number;
  /** Most asks in 24 hours. */
  readonly perDay: number;
  /** When the shopper was asked within the last 24 hours. */
  readonly askedAt: readonly number[];
  readonly item: Item;
}

export type AskVerdict =
  | { readonly ask: true }
  /** `againAt`: the earliest time at which this reason is over, where that can be known. */
  | { readonly ask: false; readonly refused: AskRefusal; readonly againAt: number | null };

/** What counts as a day, in milliseconds. */
export const ASK_DAY_MS = 86_400_000;
/** The question must still have time to leave, and delivery wants half a minute of the window left. */
const LEAST_WINDOW_MS = 60_000;

/** The first reason against it, the most lasting one first. */
export function decideAsk({ shopper, subs }: Person, wish: Wish, facts: AskFacts): AskVerdict {
  const no = (refused: AskRefusal, againAt: number | null = null): AskVerdict => ({ ask: false, refused, againAt });
  if (stoppedAt(shopper) !== null) return no('stopped');
  if (shopper.suspended_at !== null) return no('suspended');
  if (!facts.mayAsk) return no('page_cannot_ask');
  if (subs.some((s) => s.state === 'active' && wishKey(s) === wishKey(wish))) return no('already_asked');
  if (conditionOf(wish.kind, facts.item.price) === undefined) return no('no_price');
  if ((shopper.window_until ?? 0) < facts.now + LEAST_WINDOW_MS) return no('window_closed');
  if (isSilent(shopper, facts.now, facts.humanPauseMs))
    return no('human_answering', (shopper.human_at ?? facts.now) + facts.humanPauseMs);
  const lately = facts.askedAt.filter((at) => at > facts.now - ASK_DAY_MS).sort((a, b) => a - b);
  if (lately.length < facts.perDay) return { ask: true };
  const oldestThatCounts = lately[lately.length - facts.perDay];
  return no('too_many_asks', oldestThatCounts === undefined ? null : oldestThatCounts + ASK_DAY_MS);
}
