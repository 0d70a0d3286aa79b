import { expect, it } from '@jest/globals';
import { subId } from '@beckon/contracts';
import fc from 'fast-check';
import { NOW, coat, coatPrice, event, facts, noUpdates, nobody, tap, text, updates } from '../../tests/examples.js';
import { foldEvent } from './fold-event.js';
import { isStopped, stoppedAt, toShopper } from './person.js';
import type { Person } from './person.js';
import type { Tap } from './consent.js';
import type { PersonEvent } from './person-event.js';
import { wishKey } from './wish.js';

const wishes = [coat, coatPrice, { ...coat, sku: null }];
const kinds = [
  ...['stop', 'start', 'tap 0', 'tap 1', 'tap 2', 'end 0', 'end 1', 'words', 'link'],
  // "Get updates" for a wish with a token, a token stopped, a token resumed; one token may serve two wishes.
  ...['updates 0 A', 'updates 1 B', 'updates 1 A', 'pause A', 'pause B', 'resume 0 A', 'resume 1 B'],
] as const;

function eventOf(kind: (typeof kinds)[number], no: number): PersonEvent {
  const ago = 60_000 - no * 1000;
  const [what = '', of = '', key = ''] = kind.split(' ');
  const wish = wishes[Number(of)] ?? coat;
  if (what === 'stop') return text('STOP', ago);
  if (what === 'start') return text('START', ago);
  if (what === 'words') return text('hello', ago);
  if (what === 'link') return event({ kind: 'referral', wish: coat }, ago);
  if (what === 'pause') return noUpdates(of, ago);
  const e = what === 'tap' ? tap(wish, no, ago) : updates(wish, key, no, ago, what === 'resume');
  return { ...(e as Tap), subId: subId('1001', e.key) };
}

const isTap = (e: PersonEvent): e is Tap => e.kind === 'one_time_optin' || e.kind === 'notification_optin';

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
    .map((s) => `${wishKey(s)} ${s.mode} since ${s.consented_at}`)
    .sort(),
  grants: p.shopper.grants
    .map(
      (g) => `${g.kind} ${g.kind === 'one_time' ? g.grant_id : g.token_key} at ${g.at} for ${wishOfGrant(p, g.sub_id)}`,
    )
    .sort(),
});

const wishOfGrant = (p: Person, subId: string | null): string => {
  const sub = p.subs.find((s) => s.sub_id === subId && s.state === 'active');
  return sub ? wishKey(sub) : 'nobody';
};

/**
 * The same, said by the times of the events alone: a STOP ends what was agreed to before it, "stop this one" what was
 * agreed to for its wish, a stop of a token what was agreed to with that token; and a wish is waited for while something
 * that was agreed to for it is left.
 */
function meant(events: readonly PersonEvent[]): unknown {
  let stopped: number | null = null;
  let window: number | null = null;
  let left: { readonly wish: string; readonly at: number; readonly token?: string; readonly grant: string }[] = [];
  for (const e of [...events].sort((a, b) => a.at - b.at)) {
    if (e.kind === 'one_time_optin' || e.kind === 'notification_optin') {
      stopped = null;
      const given = { wish: wishKey(e.wish ?? coat), at: e.at };
      left.push(
        e.kind === 'one_time_optin'
          ? { ...given, grant: e.grantId }
          : { ...given, token: e.tokenKey, grant: e.tokenKey },
      );
    } else if (e.kind === 'postback') {
      window = e.at + 86_400_000;
      const named = events.filter(isTap).find((t) => e.payload === `beckon:end:${t.subId}`);
      left = left.filter((l) => named === undefined || l.wish !== wishKey(named.wish ?? coat));
    } else if (e.kind === 'notification_stop') left = left.filter((l) => l.token !== e.tokenKey);
    else {
      window = e.at + 86_400_000;
      const words = e.kind === 'message' ? e.text : null;
      if (words === 'START') stopped = null;
      if (words !== 'STOP') continue;
      stopped = e.at;
      left = [];
    }
  }
  const grants = new Map(
    left.map((l) => [`${l.token ? 'notification' : 'one_time'} ${l.grant} ${l.wish}`, l] as const),
  );
  return {
    stopped,
    window,
    active: [...new Set(left.map((l) => l.wish))]
      .map((wish) => left.filter((l) => l.wish === wish))
      .map((of) => {
        const mode = of.some((l) => l.token) ? 'recurring' : 'once';
        return `${of[0]?.wish} ${mode} since ${Math.min(...of.map((l) => l.at))}`;
      })
      .sort(),
    grants: [...grants.values()]
      .map((l) => `${l.token ? 'notification' : 'one_time'} ${l.grant} at ${l.at} for ${l.wish}`)
      .sort(),
  };
}

/** Events in the order in which they happened, and the same in some other order, some of them twice or thrice. */
const history = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 10 })
  .map(historyOf)
  .chain((events) =>
    fc
      .array(fc.constantFrom(...events), { maxLength: 4 })
      .map((again) => [...events, ...again])
      .chain((all) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }).map(afterItsTap),
        ),
      ),
  );

it('means what the times of the events say, in whatever order they arrive and however often', () => {
  fc.assert(
    fc.property(history, ([events, shuffled]) => {
      expect(meaning(fold(events))).toEqual(meant(events));
      expect(meaning(fold(shuffled))).toEqual(meant(events));
    }),
    { numRuns: 4000 },
  );
});

it('no subscription is active whose consents are all older than the latest STOP, and no two for one wish', () => {
  fc.assert(
    fc.property(history, ([, events]) => {
      const person = fold(events);
      const active = person.subs.filter((s) => s.state === 'active');
      expect(new Set(active.map(wishKey)).size).toBe(active.length);
      for (const sub of active)
        expect(sub.consents.some((c) => !isStopped(person.shopper, wishKey(sub), c))).toBe(true);
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
