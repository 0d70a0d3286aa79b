/**
 * The fold of optin: a person × one event → the person afterwards, what to answer, and what to note. Pure. Events may
 * come in any order (see person.ts); an input that a newer STOP, START or consent has overtaken changes only what it
 * still may, and is not answered: the answer to the newer one was the last word.
 */
import { WINDOW_MS } from '@beckon/messenger';
import { askFor } from './ask-for.js';
import { changePrice, openQuestion, priceOf, askPrice, typedPrice } from './choose-price.js';
import { consentTo } from './consent.js';
import { afterStop, stoppedAt, tidy } from './person.js';
import type { Person, ShopperState } from './person.js';
import type { PersonEvent } from './person-event.js';
import { readIntent } from './read-intent.js';
import type { Intent } from './read-intent.js';
import type { Choice, Note, Outcome, ReplyWanted } from './outcome.js';
import { readRequest } from './read-request.js';
import { stopNotifications } from './stop-notifications.js';
import { mentionsStopping } from './stop-words.js';
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
  /** Units from which on down few are left. */
  readonly lowStock: number;
  item(wish: Wish): Item;
  /** The products that the words of this very event may mean, best first. */
  readonly found: readonly Choice[];
}

/**
 * Folds one event. Revisions advance by one where something changed; `needs` of a reply is the shopper revision that
 * delivery must have applied before the reply may leave.
 */
export function foldEvent(before: Person, event: PersonEvent, facts: Facts): Outcome {
  const intent = readIntent(event);
  const seen = { ...before, shopper: touch(before.shopper, event, intent, facts.now) };
  const { window_until } = seen.shopper;
  const answerable = !event.standby && window_until !== null && window_until > facts.now;
  const { person, replies, notes } = decide(seen, intent, event, facts, answerable);
  const changed = before.shopper.rev === 0 || !same(person.shopper, before.shopper);
  const rev = before.shopper.rev + (changed ? 1 : 0);
  return {
    person: {
      shopper: changed ? { ...person.shopper, rev, updated_at: facts.now } : before.shopper,
      // The fold marks subscriptions whose right to send came with this very revision by shopper_rev 0.
      subs: person.subs.map((s) => (s.shopper_rev === 0 ? { ...s, shopper_rev: rev } : s)),
    },
    replies: answerable ? replies : [],
    notes,
  };
}

/** Whatever a person does shows that they can be reached; what opens the window: messenger-platform, section 3. */
function touch(s: ShopperState, event: PersonEvent, intent: Intent, now: number): ShopperState {
  const newest = s.seen_at === null || event.at >= s.seen_at;
  const opens = !givesRight(event.kind);
  const { locale, external_id } = 'wish' in intent ? intent.wish : { locale: null, external_id: null };
  const names = external_id !== null && event.at >= (s.external_at ?? 0);
  return {
    ...tidy(s, now),
    seen_at: newest ? event.at : s.seen_at,
    window_until: opens ? Math.max(s.window_until ?? 0, event.at + WINDOW_MS) : s.window_until,
    locale: newest && locale !== null ? locale : s.locale,
    suspended_at: newest ? null : s.suspended_at,
    external_id: names ? external_id : s.external_id,
    external_at: names ? event.at : s.external_at,
  };
}

/** Taps on requests, and what people do to their notifications in Messenger, open no window. */
const givesRight = (kind: PersonEvent['kind']): boolean =>
  kind === 'one_time_optin' || kind === 'notification_optin' || kind === 'notification_stop';

function decide(before: Person, intent: Intent, event: PersonEvent, facts: Facts, answerable: boolean): Outcome {
  const overtaken = before.shopper.stop_at !== null && event.at <= before.shopper.stop_at;
  const question = openQuestion(before, event.at);
  const person = isTurn(intent) ? withoutQuestion(before, event.at) : before;
  const say = (...replies: ReplyWanted[]): Outcome => ({ person, replies: overtaken ? [] : replies, notes: [] });
  /** What only talks is not begun where nothing can be said. */
  const talk = (outcome: () => Outcome): Outcome => (overtaken || !answerable ? say() : outcome());
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
    case 'help':
      return say({ say: 'help', language: intent.language });
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
    if (mentionsStopping(text)) return say({ say: 'unclear_stop' });
    if (readRequest(text).asks) return say({ say: 'question' });
    if (!question) return say({ say: 'unclear' });
    return talk(() =>
      askPrice(person, { say: 'price_not_read', item: facts.item(question.wish) }, question.wish, event.at),
    );
  }
}

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
