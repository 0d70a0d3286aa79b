/**
 * The fold of optin: a person × one event → the person afterwards, what to answer, and what to note. Pure. Events may
 * come in any order (see person.ts); an input that a newer STOP, START or consent has overtaken changes only what it
 * still may, and is not answered: the answer to the newer one was the last word.
 */
import { WINDOW_MS } from '@beckon/messenger';
import { expireRights } from './again.js';
import { FORGOTTEN_AFTER_MS, asideOf } from './aside.js';
import { askFor } from './ask-for.js';
import { askPrice, changePrice, openQuestion, priceOf, typedPrice } from './choose-price.js';
import { consentTo } from './consent.js';
import { endOne, subNamed } from './end-one.js';
import { askedIn, withAgreed } from './erasure.js';
import { myAlerts } from './my-alerts.js';
import { activeOf, afterStop, stoppedAt, tidy } from './person.js';
import type { Person, ShopperState, SubState } from './person.js';
import type { PersonEvent } from './person-event.js';
import { readIntent } from './read-intent.js';
import type { Intent } from './read-intent.js';
import type { Choice, Note, Outcome, ReplyWanted } from './outcome.js';
import { readRequest } from './read-request.js';
import { heldBy, isAlwaysSaid, isSilent, turnsToBot } from './silence.js';
import { stopNotifications } from './stop-notifications.js';
import { mentionsStopping } from './stop-words.js';
import { wishOf } from './wish.js';
import type { Item, Wish } from './wish.js';

/** What the fold needs to know beside the person and the event. */
export interface Facts {
  readonly now: number;
  /** Whether the Page may ask for one-time notifications. */
  readonly mayAsk: boolean;
  /** Whether the Page may ask for notification messages; then it asks for these. */
  readonly notifications: boolean;
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
  /** Units from which on down few are left. */
  readonly lowStock: number;
  item(wish: Wish): Item;
  /** The products that the words of this very event may mean, best first. */
  readonly found: readonly Choice[];
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
  const answerable = isAnswerable(seen.shopper, event, facts.now);
  const silent = isSilent(seen.shopper, event.at, facts.humanPauseMs);
  const decided = decide(seen, intent, event, facts, answerable && !silent);
  const replies = !answerable ? [] : silent ? decided.replies.filter(isAlwaysSaid) : decided.replies;
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

/** Whether anything can be said to the person, and by us. */
const isAnswerable = ({ window_until }: ShopperState, event: PersonEvent, now: number): boolean =>
  !event.standby && window_until !== null && window_until > now;

/** Whatever a person does shows that they can be reached; what opens the window: messenger-platform, section 3. */
function touch(s: ShopperState, event: PersonEvent, intent: Intent, now: number): ShopperState {
  const newest = s.seen_at === null || event.at >= s.seen_at;
  const opens = !givesRight(event.kind);
  const external_id = 'wish' in intent ? intent.wish.external_id : null;
  const names = external_id !== null && event.at >= (s.external_at ?? 0);
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
    external_id: names ? external_id : s.external_id,
    external_at: names ? event.at : s.external_at,
  };
}

function talkAfter(talk: ShopperState['deletion'], { at }: PersonEvent, intent: Intent): ShopperState['deletion'] {
  if (intent.want === 'delete') return { ...talk, asked: askedIn(talk.asked, [{ at, language: intent.language }]) };
  return intent.want === 'delete_yes' ? withAgreed(talk, at) : talk;
}

/** Taps on requests, and what people do to their notifications in Messenger, open no window. */
const givesRight = (kind: PersonEvent['kind']): boolean =>
  kind === 'one_time_optin' || kind === 'notification_optin' || kind === 'notification_stop';

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

/** `mayTalk`: something that only talks may be begun; the conversation is ours, and nobody else is talking. */
function decide(before: Person, intent: Intent, event: PersonEvent, facts: Facts, mayTalk: boolean): Outcome {
  const overtaken = before.shopper.stop_at !== null && event.at <= before.shopper.stop_at;
  const question = openQuestion(before, event.at);
  const person = isTurn(intent) ? withoutQuestion(before, event.at) : before;
  const say = (...replies: ReplyWanted[]): Outcome => ({ person, replies: overtaken ? [] : replies, notes: [] });
  /** What only talks is not begun where nothing can be said. */
  const talk = (outcome: () => Outcome): Outcome => (overtaken || !mayTalk ? say() : outcome());
  switch (intent.want) {
    case 'stop':
      return stop(person, event.at, intent.language);
    case 'start':
      return start(person, event.at, intent.language);
    case 'consent':
      return consentTo(person, intent.wish, intent.tap, facts);
    case 'no_notifications':
      return stopNotifications(person, intent.stop);
    case 'ask':
      return talk(() => askFor(person, intent.wish, event.at, facts));
    case 'choose':
      return choose(person, intent.wish, intent.words);
    case 'price':
      return talk(() => priceOf(person, intent.subId, event, facts));
    case 'type_price':
      return talk(() => {
        const item = facts.item(intent.wish);
        return item.price === null
          ? say({ say: 'no_price', item })
          : askPrice(person, { say: 'price_wanted', item }, intent.wish, event.at);
      });
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
      return sub ? talk(() => askFor(person, wishOf(sub), event.at, facts)) : say({ say: 'question' });
    }
    case 'list':
      return say(myAlerts(person, intent, facts));
    case 'end':
      return unless(overtaken, endOne(person, intent.id, event.at, facts));
    case 'greeting':
    case 'question':
    case 'unclear':
      return say({ say: intent.want });
    case 'words':
      return words(intent.text);
    case 'nothing':
      return say();
  }

  /** A wish that we offered: another price for what is waited for already, else the request. */
  function choose(chooser: Person, wish: Wish, said: string): Outcome {
    if (overtaken) return say();
    return changePrice(chooser, wish, event, said, facts) ?? talk(() => askFor(chooser, wish, event.at, facts));
  }

  function words(text: string): Outcome {
    if (question && /\d/.test(text) && !overtaken)
      return typedPrice(person, question, text, event, facts, (wish) => choose(person, wish, text));
    if (facts.found.length > 0) return say({ say: 'choices', choices: facts.found });
    if (mentionsStopping(text)) return say({ say: 'unclear_stop', alerts: activeOf(person).length > 0 });
    if (readRequest(text).asks) return say({ say: 'question' });
    if (!question) return say({ say: 'unclear' });
    return talk(() =>
      askPrice(person, { say: 'price_not_read', item: facts.item(question.wish) }, question.wish, event.at),
    );
  }
}

const unless = (overtaken: boolean, outcome: Outcome): Outcome => (overtaken ? { ...outcome, replies: [] } : outcome);

/** Whatever a person does next ends the question that waits for a typed answer; what happens in Messenger does not. */
const isTurn = ({ want }: Intent): boolean => want !== 'nothing' && want !== 'no_notifications';

const withoutQuestion = (person: Person, at: number): Person =>
  person.shopper.pending !== null && at > person.shopper.pending.at
    ? { ...person, shopper: { ...person.shopper, pending: null } }
    : person;

/** Ends every subscription whose latest consent is not newer than the STOP. */
function stop(before: Person, at: number, language: string | null): Outcome {
  const stop_at = Math.max(before.shopper.stop_at ?? 0, at);
  const overtaken = before.shopper.resume_at !== null && before.shopper.resume_at > at;
  const { person, notes } = afterStop({ ...before, shopper: { ...before.shopper, stop_at } }, stop_at, 'stopped');
  const stopped: Note[] = overtaken ? [] : [{ verdict: 'stopped', reason: 'user_asked' }];
  return { person, replies: overtaken ? [] : [{ say: 'stopped', language }], notes: [...notes, ...stopped] };
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
