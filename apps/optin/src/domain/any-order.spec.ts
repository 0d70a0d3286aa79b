import { expect, it } from '@jest/globals';
import { subId } from '@beckon/contracts';
import fc from 'fast-check';
import { NOW, coat, coatPrice, event, facts, nobody, tap, text } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { stoppedAt, toShopper, voidUntil } from './person.js';
import type { Person } from './person.js';
import type { PersonEvent } from './person-event.js';
import { wishKey } from './wish.js';

const wishes = [coat, coatPrice, { ...coat, sku: null }];
const kinds = ['stop', 'start', 'tap 0', 'tap 1', 'tap 2', 'end 0', 'end 1', 'words', 'link'] as const;

function eventOf(kind: (typeof kinds)[number], no: number): PersonEvent {
  const ago = 60_000 - no * 1000;
  if (kind === 'stop') return text('STOP', ago);
  if (kind === 'start') return text('START', ago);
  if (kind === 'words') return text('hello', ago);
  if (kind === 'link') return event({ kind: 'referral', wish: coat }, ago);
  const e = tap(wishes[Number(kind.slice(-1))], no, ago) as Tap;
  return { ...e, subId: subId('1001', e.key) };
}

type Tap = PersonEvent & { kind: 'one_time_optin' };
const isTap = (e: PersonEvent): e is Tap => e.kind === 'one_time_optin';

/** What happened, in order. "end 1" is the button of the latest tap for that wish; without one, of nobody's. */
const historyOf = (list: readonly (typeof kinds)[number][]): PersonEvent[] =>
  list.reduce<PersonEvent[]>((events, kind, no) => {
    if (!kind.startsWith('end')) return [...events, eventOf(kind, no)];
    const wish = wishes[Number(kind.slice(-1))];
    const named = events.filter(isTap).findLast((e) => e.wish === wish)?.subId ?? 'sub_nobody';
    return [...events, event({ kind: 'postback', payload: `beckon:end:${named}` }, 60_000 - no * 1000)];
  }, []);

/** A button is shown only after the tap that it names was read: then it cannot be read before it. */
function afterItsTap(events: readonly PersonEvent[]): PersonEvent[] {
  const waiting = (e: PersonEvent, before: readonly PersonEvent[]): boolean =>
    events.some((t) => isTap(t) && 'payload' in e && e.payload === `beckon:end:${t.subId}` && !before.includes(t));
  const order: PersonEvent[] = [];
  let held: PersonEvent[] = [];
  for (const e of events) {
    if (waiting(e, order)) held.push(e);
    else order.push(e);
    order.push(...held.filter((h) => !waiting(h, order)));
    held = held.filter((h) => waiting(h, order));
  }
  return order;
}

const fold = (events: readonly PersonEvent[]): Person =>
  events.reduce((person, e) => foldEvent(person, e, facts()).person, nobody());

/** What other services act upon. */
const meaning = (p: Person): unknown => ({
  stopped: stoppedAt(p.shopper),
  window: p.shopper.window_until,
  active: p.subs
    .filter((s) => s.state === 'active')
    .map((s) => `${wishKey(s)} since ${s.consented_at}`)
    .sort(),
  grants: p.shopper.grants.map((g) => g.grant_id).sort(),
});

/** Events in the order in which they happened, and the same in some other order. */
const history = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 10 })
  .map(historyOf)
  .chain((events) =>
    fc.tuple(
      fc.constant(events),
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }).map(afterItsTap),
    ),
  );

/** What the event times say is active: of each wish the consents that are newer than every word against it. */
function asTimesSay(events: readonly PersonEvent[]): string[] {
  const stops = events.filter((e) => e.kind === 'message' && e.text === 'STOP').map((e) => e.at);
  return wishes
    .flatMap((wish) => {
      const taps = events.filter(isTap).filter((e) => e.wish === wish);
      const ends = events.filter((e) => taps.some((t) => 'payload' in e && e.payload === `beckon:end:${t.subId}`));
      const until = Math.max(0, ...stops, ...ends.map((e) => e.at));
      const valid = taps.map((t) => t.at).filter((at) => at > until);
      return valid.length === 0 ? [] : [`${wishKey(wish)} since ${Math.min(...valid)}`];
    })
    .sort();
}

it('is active what the event times say, in whatever order it arrives', () => {
  fc.assert(
    fc.property(history, ([inOrder, shuffled]) => {
      const { subs } = fold(shuffled);
      const active = subs.filter((s) => s.state === 'active').map((s) => `${wishKey(s)} since ${s.consented_at}`);
      expect(active.sort()).toEqual(asTimesSay(inOrder));
    }),
    { numRuns: 2000 },
  );
});

it('means the same in whatever order it arrives', () => {
  fc.assert(
    fc.property(history, ([inOrder, shuffled]) => {
      expect(meaning(fold(shuffled))).toEqual(meaning(fold(inOrder)));
    }),
    { numRuns: 2000 },
  );
});

it('no subscription is active whose consents are all older than the latest STOP, and no two for one wish', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      const person = fold(events);
      const active = person.subs.filter((s) => s.state === 'active');
      expect(new Set(active.map(wishKey)).size).toBe(active.length);
      for (const sub of active)
        expect(Math.max(...sub.consents.map((c) => c.at))).toBeGreaterThan(voidUntil(person.shopper, wishKey(sub)));
      for (const grant of person.shopper.grants) expect(active.map((s) => s.sub_id)).toContain(grant.sub_id);
    }),
  );
});

it('a revision never goes back, and rises whenever what is published changes', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      let person = nobody();
      for (const e of events) {
        const next = foldEvent(person, e, facts()).person;
        const { rev: before, ...was } = toShopper(person.shopper);
        const { rev: now, ...is } = toShopper(next.shopper);
        expect(now).toBeGreaterThanOrEqual(before);
        if (now === before) expect(is).toEqual(was);
        for (const sub of next.subs) {
          const old = person.subs.find((s) => s.sub_id === sub.sub_id);
          if (old && old.rev === sub.rev) expect(sub).toEqual(old);
          expect(sub.shopper_rev).toBeGreaterThan(0);
        }
        person = next;
      }
    }),
  );
});

it('answers a STOP only while it is the last word', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      let person = nobody();
      for (const e of events) {
        const outcome = foldEvent(person, e, facts({ now: NOW }));
        person = outcome.person;
        if (outcome.replies.some((r) => r.say === 'stopped')) expect(stoppedAt(person.shopper)).not.toBeNull();
      }
    }),
  );
});
