/**
 * The fold of optin: a person × one event → the person afterwards, what to answer, and what to note. Pure. Events may
 * come in any order (see person.ts); an input that a newer STOP, START or consent has overtaken changes only what it
 * still may, and is not answered: the answer to the newer one was the last word.
 */
import { ONE_TIME_TOKEN_MS, WINDOW_MS } from '@beckon/messenger';
import { consentTo } from './consent.js';
import { expireRights } from './again.js';
import { FORGOTTEN_AFTER_MS, asideOf } from './aside.js';
import { endOne, subNamed } from './end-one.js';
import { askedIn, withAgreed } from './erasure.js';
import { myAlerts } from './my-alerts.js';
import { activeOf, endSub, stoppedAt, tidy, voidUntil } from './person.js';
import type { Person, ShopperState, SubState } from './person.js';
import type { PersonEvent } from './person-event.js';
import { readIntent } from './read-intent.js';
import type { Intent } from './read-intent.js';
import type { Note, Outcome, ReplyWanted } from './outcome.js';
import { heldBy, isAlwaysSaid, isSilent, turnsToBot } from './silence.js';
import { conditionOf, wishKey, wishOf } from './wish.js';
import type { Item, Wish } from './wish.js';

/** What the fold needs to know beside the person and the event. */
export interface Facts {
  readonly now: number;
  /** Whether the Page may ask for one-time notifications. */
  readonly mayAsk: boolean;
  /** The locale of subscriptions of people whose own is not known. */
  readonly shopLocale: string;
  /** How long the bot is silent after a human wrote, in milliseconds; 0: never. */
  readonly humanPauseMs: number;
  /** Whether the first answer says that it comes from an automated service. */
  readonly disclosure: boolean;
  /** Whether whoever was told once is offered to be told again. */
  readonly offerAgain: boolean;
  /** The shop's own words for STOP. */
  readonly stopWords: readonly string[];
  item(wish: Wish): Item;
  /** A subscription of this very person that a button names and that is not among `subs`: it ended long ago. */
  named(id: string): SubState | undefined;
}

/**
 * Folds one event. Revisions advance by one where something changed; `needs` of a reply is the shopper revision that
 * delivery must have applied before the reply may leave.
 */
export function foldEvent(before: Person, event: PersonEvent, facts: Facts): Outcome {
  if (event.kind === 'holder') return noteHolder(before, event, facts.now);
  const intent = readIntent(event, facts.stopWords);
  const { person: current, notes: expired } = expireRights(before, facts.now);
  const seen = { ...current, shopper: touch(current.shopper, event, intent, facts.now) };
  const decided = decide(seen, intent, event, facts);
  const replies = spoken(decided, event, facts);
  const { person, aside } = asideOf(decided.person, replies, event.at, facts);
  const changed = before.shopper.rev === 0 || !same(person.shopper, before.shopper);
  const rev = before.shopper.rev + (changed ? 1 : 0);
  return {
    person: {
      shopper: changed ? { ...person.shopper, rev, updated_at: facts.now } : before.shopper,
      // The fold marks subscriptions whose right to send came with this very revision by shopper_rev 0.
      subs: person.subs.map((s) => (s.shopper_rev === 0 ? { ...s, shopper_rev: rev } : s)),
    },
    replies,
    notes: [...expired, ...decided.notes],
    aside,
  };
}

/** Nothing that the person did: their record stays as it is, but for who talks with them. */
function noteHolder(before: Person, event: PersonEvent & { kind: 'holder' }, now: number): Outcome {
  const shopper = heldBy(before.shopper, event);
  if (before.shopper.rev > 0 && same(shopper, before.shopper)) return { person: before, replies: [], notes: [] };
  const rev = before.shopper.rev + 1;
  return { person: { ...before, shopper: { ...shopper, rev, updated_at: now } }, replies: [], notes: [] };
}

/** Of the replies those that can be said, and are the bot's to say. */
function spoken({ person: { shopper }, replies }: Outcome, event: PersonEvent, facts: Facts): readonly ReplyWanted[] {
  const answerable = !event.standby && shopper.window_until !== null && shopper.window_until > facts.now;
  if (!answerable) return [];
  return isSilent(shopper, event.at, facts.humanPauseMs) ? replies.filter(isAlwaysSaid) : replies;
}

/** Whatever a person does shows that they can be reached; what opens the window: messenger-platform, section 3. */
function touch(s: ShopperState, event: PersonEvent, intent: Intent, now: number): ShopperState {
  const newest = s.seen_at === null || event.at >= s.seen_at;
  const opens = event.kind !== 'one_time_optin';
  const gone = newest && s.seen_at !== null && event.at - s.seen_at > FORGOTTEN_AFTER_MS;
  return {
    ...tidy(s, now),
    awake_at: turnsToBot(event) ? Math.max(s.awake_at ?? 0, event.at) : s.awake_at,
    seen_at: newest ? event.at : s.seen_at,
    window_until: opens ? Math.max(s.window_until ?? 0, event.at + WINDOW_MS) : s.window_until,
    ...spokenLocale(s, intent, event.at),
    disclosed_at: gone ? null : s.disclosed_at,
    suspended_at: s.suspended_at !== null && event.at > s.suspended_at ? null : s.suspended_at,
    deletion: talkAfter(s.deletion, event, intent),
  };
}

function talkAfter(talk: ShopperState['deletion'], { at }: PersonEvent, intent: Intent): ShopperState['deletion'] {
  if (intent.want === 'delete') return { ...talk, asked: askedIn(talk.asked, [{ at, language: intent.language }]) };
  return intent.want === 'delete_yes' ? withAgreed(talk, at) : talk;
}

/** The language that was used last: of the page with the link, or of the word that was typed. */
function spokenLocale(
  s: ShopperState,
  intent: Intent,
  at: number,
): Pick<ShopperState, 'locale' | 'locale_at'> | undefined {
  const said = 'wish' in intent ? intent.wish.locale : 'language' in intent ? intent.language : null;
  if (said === null || at < (s.locale_at ?? 0)) return undefined;
  // A word tells the language only: who reads German as in Austria goes on to do so.
  const same = !/[_-]/.test(said) && s.locale?.split(/[_-]/)[0] === said;
  return { locale: same ? s.locale : said, locale_at: at };
}

function decide(person: Person, intent: Intent, event: PersonEvent, facts: Facts): Outcome {
  const overtaken = person.shopper.stop_at !== null && event.at <= person.shopper.stop_at;
  const say = (...replies: ReplyWanted[]): Outcome => ({ person, replies: overtaken ? [] : replies, notes: [] });
  switch (intent.want) {
    case 'stop':
      return stop(person, event.at, intent.language);
    case 'start':
      return start(person, event.at, intent.language);
    case 'consent':
      return consentTo(person, intent.wish, intent.tap, facts, ONE_TIME_TOKEN_MS);
    case 'ask':
      return say(ask(person, intent.wish, facts));
    case 'delete':
      return say({ say: 'delete_ask', language: intent.language });
    case 'delete_yes':
      // One that counts never gets here to be answered (fold-known.ts): this one answers no question of the last hour.
      return say({ say: 'delete_late', language: null });
    case 'keep':
      return say({ say: 'kept', language: null });
    case 'help':
      return say({ say: 'help', language: intent.language });
    case 'again': {
      const sub = intent.id === null ? undefined : (subNamed(person, intent.id) ?? facts.named(intent.id));
      return say(sub ? ask(person, wishOf(sub), facts) : { say: 'question' });
    }
    case 'list':
      return say(myAlerts(person, intent, facts));
    case 'end':
      return unless(overtaken, endOne(person, intent.id, event.at, facts));
    case 'question':
      return say({ say: 'question' });
    case 'unclear':
      return say(intent.stopping ? { say: 'unclear_stop', alerts: activeOf(person).length > 0 } : { say: 'unclear' });
    case 'nothing':
      return say();
  }
}

const unless = (overtaken: boolean, outcome: Outcome): Outcome => (overtaken ? { ...outcome, replies: [] } : outcome);

function ask(person: Person, wish: Wish, facts: Facts): ReplyWanted {
  const item = facts.item(wish);
  const asked = person.subs.some((s) => s.state === 'active' && wishKey(s) === wishKey(wish));
  if (asked) return { say: 'already', wish, item };
  if (!facts.mayAsk) return { say: 'cannot_ask' };
  if (conditionOf(wish.kind, item.price) === undefined) return { say: 'no_price', item };
  return { say: 'ask', wish, item };
}

/** Ends every subscription whose latest consent is not newer than the STOP. */
function stop(person: Person, at: number, language: string | null): Outcome {
  const { shopper } = person;
  const stop_at = Math.max(shopper.stop_at ?? 0, at);
  const overtaken = shopper.resume_at !== null && shopper.resume_at > at;
  let after: Person = {
    shopper: { ...shopper, stop_at, grants: shopper.grants.filter((g) => g.at > stop_at) },
    subs: person.subs,
  };
  const notes: Note[] = [];
  for (const sub of person.subs) {
    if (sub.state !== 'active') continue;
    const until = voidUntil({ ...shopper, stop_at }, wishKey(sub));
    const valid = sub.consents.filter((c) => c.at > until).map((c) => c.at);
    if (valid.length === 0) {
      after = endSub(after, sub.sub_id, 'stopped', stop_at);
      notes.push({ verdict: 'unsubscribed', reason: 'stopped', sub });
    } else if (Math.min(...valid) !== sub.consented_at) {
      // Consented before and after the STOP: only the newer consent counts, also for the place in line.
      const renewed = { ...sub, rev: sub.rev + 1, consented_at: Math.min(...valid) };
      after = { ...after, subs: after.subs.map((s) => (s.sub_id === sub.sub_id ? renewed : s)) };
    }
  }
  if (!overtaken) notes.push({ verdict: 'stopped', reason: 'user_asked' });
  return { person: after, replies: overtaken ? [] : [{ say: 'stopped', language }], notes };
}

/** Takes a STOP back. What the STOP ended stays ended: the shopper asks anew for what they want. */
function start(person: Person, at: number, language: string | null): Outcome {
  const was = stoppedAt(person.shopper) !== null;
  const shopper = { ...person.shopper, resume_at: Math.max(person.shopper.resume_at ?? 0, at) };
  const stopped = stoppedAt(shopper) !== null;
  return {
    person: { ...person, shopper },
    replies: stopped ? [] : [{ say: 'resumed', language }],
    notes: was && !stopped ? [{ verdict: 'resumed', reason: 'user_asked' }] : [],
  };
}

/** Whether two states would be published alike and fold alike. Both are plain data, built by the same functions. */
const same = (a: ShopperState, b: ShopperState): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

const sorted = (s: ShopperState): unknown[] => Object.entries(s).sort(([a], [b]) => (a < b ? -1 : 1));
