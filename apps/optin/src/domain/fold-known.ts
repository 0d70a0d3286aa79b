/**
 * What optin knows of a person on a Page across erasures, and one more event of theirs. An event of before the erasure
 * changes nothing (a question of then may still make a later "yes" count); one after it speaks of a new shopper.
 */
import { askedIn, erasedBy, forget, questionFor } from './erasure.js';
import type { Erasure, Forgotten } from './erasure.js';
import { foldEvent } from './fold-event.js';
import type { Facts } from './fold-event.js';
import type { Outcome } from './outcome.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';
import { readIntent } from './read-intent.js';

/** A person: whether and when they were erased, and who they are since. */
export interface Known {
  readonly erasure: Erasure | undefined;
  /** Undefined: nothing is known of them (any more). */
  readonly person: Person | undefined;
}

/** What only the caller can make, since it takes keys. */
export interface Naming {
  /** Nobody known yet, of this generation. */
  stranger(generation: number): Person;
  /** The receipt code of a shopper's deletion. */
  codeOf(shopperId: string): string;
}

/** The person afterwards. */
export interface KnownOutcome {
  readonly known: Known;
  /** What to answer and note; `person` is who it is said to. Undefined: nothing. */
  readonly outcome?: Outcome;
  /** The event erased what was known of the person. */
  readonly forgotten?: Forgotten;
}

/** Folds one event. */
export function foldKnown(before: Known, event: PersonEvent, facts: Facts, naming: Naming): KnownOutcome {
  const { erasure } = before;
  // What others do in the conversation brings nobody back, nor what is done about tokens that are gone.
  const isAside = event.kind === 'holder' || event.kind === 'notification_stop';
  if (erasure && before.person === undefined && isAside) return { known: before };
  const late = erasure !== undefined && event.at <= erasure.at;
  const outcome = late
    ? undefined
    : foldEvent(before.person ?? naming.stranger(erasure?.generation ?? 0), event, facts);
  const person = outcome?.person ?? before.person;
  // The fold notes a question with the person; one of before the erasure is noted here.
  const asked = askedIn(erasure?.asked ?? [], late ? askedNow(event, facts) : [], person?.shopper.deletion.asked ?? []);
  const at = erasedBy({ asked, agreed: person?.shopper.deletion.agreed ?? [] });
  if (at !== undefined)
    return eraseAt({ erasure, person: before.person && person }, { at, asked, event }, facts, naming);
  return { known: { erasure: erasure && withAsked(erasure, asked), person }, ...(outcome ? { outcome } : {}) };
}

/** The very same erasure where no question is new: there is nothing to write then. */
const withAsked = (erasure: Erasure, asked: Erasure['asked']): Erasure =>
  asked.length === erasure.asked.length && asked.every((q, i) => q.at === erasure.asked[i]?.at)
    ? erasure
    : { ...erasure, asked };

function askedNow(event: PersonEvent, facts: Facts): Erasure['asked'] {
  const intent = readIntent(event, facts.stopWords);
  return intent.want === 'delete' ? [{ at: event.at, language: intent.language }] : [];
}

function eraseAt(
  { erasure, person }: Known,
  { at, asked, event }: { at: number; asked: Erasure['asked']; event: PersonEvent },
  facts: Facts,
  naming: Naming,
): KnownOutcome {
  // A second tap on the answer: there is nobody left to erase, and nothing more to say.
  if (person === undefined)
    return { known: { erasure: { generation: erasure?.generation ?? 0, at, asked }, person: undefined } };
  const erased = erase({ erasure, person }, at, facts.now, naming);
  const { shopper } = person;
  const isAnswer = event.at === at && readIntent(event, facts.stopWords).want === 'delete_yes' && !event.standby;
  const reachable = shopper.window_until !== null && shopper.window_until > facts.now;
  const code = naming.codeOf(shopper.shopper_id);
  const language = questionFor(at, asked)?.language ?? null;
  return {
    ...erased,
    known: { ...erased.known, erasure: { ...erased.known.erasure, asked } },
    outcome: {
      // It is said to who they were: with their id, in their language, when the marker has arrived.
      person: { shopper: { ...shopper, rev: erased.forgotten.marker.rev }, subs: [] },
      replies: isAnswer && reachable ? [{ say: 'deleted', code, language }] : [],
      notes: [
        ...erased.forgotten.ended.map((sub) => ({ verdict: 'unsubscribed', reason: 'erased', sub }) as const),
        { verdict: 'erased', reason: 'user_asked' },
      ],
    },
  };
}

/** Erases a person as of `at`, whoever asked for it. */
export function erase(
  { erasure, person }: { readonly erasure: Erasure | undefined; readonly person: Person },
  at: number,
  now: number,
  naming: Pick<Naming, 'stranger'>,
): { known: { erasure: Erasure; person: Person | undefined }; forgotten: Forgotten } {
  const generation = (erasure?.generation ?? 0) + 1;
  const forgotten = forget(person, at, naming.stranger(generation).shopper.shopper_id, now);
  const asked = askedIn(erasure?.asked ?? [], person.shopper.deletion.asked);
  return { known: { erasure: { generation, at, asked }, person: forgotten.heir }, forgotten };
}
