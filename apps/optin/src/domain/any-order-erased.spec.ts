import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NOW, coat, coatPrice, event, facts, tap, text } from '../../tests/examples.js';
import { ANSWER_WITHIN_MS } from './erasure.js';
import { foldKnown } from './fold-known.js';
import type { Known, KnownOutcome } from './fold-known.js';
import { newPerson, stoppedAt } from './person.js';
import type { PersonEvent } from './person-event.js';
import { payloadOf } from '@beckon/messenger';
import { wishKey } from './wish.js';

/** Minutes pass between events, so that an answer may come too late for its question. */
const STEP_MS = 20 * 60_000;
const START_AGO = 12 * 3_600_000;
const wishes = [coat, coatPrice, { ...coat, sku: null }];
const kinds = ['stop', 'start', 'tap 0', 'tap 1', 'tap 2', 'words', 'delete', 'yes', 'keep'] as const;

function eventOf(kind: (typeof kinds)[number], no: number): PersonEvent {
  const ago = START_AGO - no * STEP_MS;
  if (kind === 'stop') return text('STOP', ago);
  if (kind === 'start') return text('START', ago);
  if (kind === 'words') return text('hello', ago);
  if (kind === 'delete') return text('Delete my data', ago);
  if (kind === 'yes')
    return event({ kind: 'message', text: 'Delete everything', payload: payloadOf('delete', 'yes') }, ago);
  if (kind === 'keep') return event({ kind: 'message', text: 'Keep', payload: payloadOf('keep') }, ago);
  return tap(wishes[Number(kind.slice(-1))], no, ago);
}

const naming = {
  stranger: (generation: number) =>
    newPerson({ shopper_id: `shp_${generation}`, shop: 'aurora', page: '1001', psid_sealed: 'sealed' }),
  codeOf: (id: string) => `DEL-${id}`,
};

/** All steps, with de-duplication by key as the store does it. */
function steps(events: readonly PersonEvent[]): KnownOutcome[] {
  const seen = new Set<string>();
  const all: KnownOutcome[] = [];
  for (const e of events) {
    if (seen.has(e.key)) continue;
    seen.add(e.key);
    all.push(foldKnown(all.at(-1)?.known ?? { erasure: undefined, person: undefined }, e, facts(), naming));
  }
  return all;
}
const fold = (events: readonly PersonEvent[]): Known =>
  steps(events).at(-1)?.known ?? { erasure: undefined, person: undefined };

/** What other services act upon, and what is remembered. */
const meaning = ({ erasure, person }: Known): unknown => ({
  erasedAt: erasure?.at,
  stopped: person && stoppedAt(person.shopper),
  window: person?.shopper.window_until,
  seen: person?.shopper.seen_at,
  active: person?.subs
    .filter((s) => s.state === 'active')
    .map((s) => `${wishKey(s)} since ${s.consented_at}`)
    .sort(),
  consents: person?.subs.flatMap((s) => s.consents.map((c) => c.event)).sort(),
  grants: person?.shopper.grants
    .map((g) => `${g.grant_id} for ${person.subs.find((s) => s.sub_id === g.sub_id)?.state}`)
    .sort(),
});

/** When the events say that the person was erased: the latest yes to a question of the hour before. */
function erasedAt(events: readonly PersonEvent[]): number | undefined {
  const timesOf = (words: string): number[] =>
    events.flatMap((e) => (e.kind === 'message' && e.text === words ? [e.at] : []));
  const asked = timesOf('Delete my data');
  return timesOf('Delete everything')
    .filter((y) => asked.some((q) => q <= y && y - q <= ANSWER_WITHIN_MS))
    .sort((a, b) => b - a)[0];
}

/** Events in the order in which they happened; and in any other, some of them twice. */
const history = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 12 })
  .map((list) => list.map(eventOf))
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc
        .tuple(
          fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
          fc.array(fc.constantFrom(...events), { maxLength: 4 }),
        )
        .map(([all, again]) => [...all, ...again]),
    ),
  );

const runs = { numRuns: 3000 };

it('means the same in whatever order it arrives, and however often', () => {
  fc.assert(
    fc.property(history, ([inOrder, shuffled]) => {
      expect(meaning(fold(shuffled))).toEqual(meaning(fold(inOrder)));
    }),
    runs,
  );
});

it('is erased when the latest yes says so that answers a question of the hour before', () => {
  fc.assert(
    fc.property(history, ([inOrder, shuffled]) => expect(fold(shuffled).erasure?.at).toBe(erasedAt(inOrder))),
    runs,
  );
});

it('nothing of before the erasure is left, or comes back with a replay of everything', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      const at = erasedAt(events);
      fc.pre(at !== undefined);
      let known = fold(events);
      // A replay after the keys of handled events were forgotten: each event folds once more.
      for (const e of events.filter((old) => old.at <= at)) known = foldKnown(known, e, facts(), naming).known;
      const { erasure, person } = known;
      expect(erasure?.at).toBe(at);
      for (const sub of person?.subs ?? []) for (const c of sub.consents) expect(c.at).toBeGreaterThan(at);
      for (const grant of person?.shopper.grants ?? []) expect(grant.at).toBeGreaterThan(at);
      if (person) expect(person.shopper.seen_at).toBeGreaterThan(at);
    }),
    runs,
  );
});

it('the marker says nothing about anybody, and whoever comes back is another shopper', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      const ids = new Set<string>();
      for (const { forgotten, known } of steps(events)) {
        if (!forgotten) continue;
        const { shopper_id, shop, page, rev, erased_at, updated_at, ...rest } = forgotten.marker;
        expect({ shop, page, updated_at }).toEqual({ shop: 'aurora', page: '1001', updated_at: NOW });
        expect([rev > 1, erased_at]).toEqual([true, known.erasure?.at]);
        expect(
          Object.values(rest).filter((v) => v !== null && v !== '' && !(Array.isArray(v) && v.length === 0)),
        ).toEqual([{ asked: [], agreed: [] }]);
        expect(ids.has(shopper_id)).toBe(false);
        ids.add(shopper_id);
        if (known.person) expect(ids.has(known.person.shopper.shopper_id)).toBe(false);
        for (const sub of forgotten.ended) expect([sub.state, sub.ended_reason]).toEqual(['ended', 'erased']);
      }
    }),
    runs,
  );
});

it('says goodbye once for each shopper, with the code of that shopper', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      const said = steps(events).flatMap(({ outcome }) =>
        (outcome?.replies ?? []).flatMap((r) =>
          r.say === 'deleted' ? [[r.code, outcome?.person.shopper.shopper_id]] : [],
        ),
      );
      expect(said).toEqual([...new Map(said.map(([code, id]) => [code, [code, id]])).values()]);
      for (const [code, id] of said) expect(code).toBe(`DEL-${id}`);
    }),
    runs,
  );
});
