import { expect } from '@jest/globals';
import { Decision, RuleSettings, Signal, type Money } from '@beckon/contracts';
import fc from 'fast-check';
import { foldDue, foldOffer, type Fold, type FoldContext } from './fold-offer.js';
import type { OfferState } from './offer-state.js';
import type { OfferUpdate } from './offer-update.js';

const eur = (amount: number): Money => ({ amount, currency: 'EUR' });
const context: FoldContext = {
  shop: 'aurora',
  source: 'catalog',
  sourcePartition: 2,
  // Low stock and rest have tests of their own.
  rules: { ...RuleSettings.parse({ cool_down: 0 }), low_stock: 0 },
  settingsRev: 3,
  now: 9_000,
};

type Facts = {
  units?: number | null;
  price?: Money;
  location?: string;
  before?: { units?: number | null; price?: Money };
  published?: boolean;
  title?: string;
  version?: number;
  at?: number;
  id?: string;
  snapshot?: boolean;
};
let clock = 1_000;
function event({
  units,
  location,
  price,
  before,
  published,
  title,
  version,
  at = (clock += 10),
  ...f
}: Facts): OfferUpdate {
  const byTime = { value: at, explicit: false };
  const v = version === undefined ? byTime : { value: version, explicit: true };
  return {
    sku: 'coat-m',
    eventId: f.id ?? `e${at}`,
    sourceAt: at,
    snapshot: f.snapshot ?? false,
    listing: { version: byTime, product: 'coat', published, title },
    stock: units === undefined ? undefined : { version: v, location, units, previous: before?.units },
    price: price === undefined ? undefined : { version: v, price, previous: before?.price },
  };
}

/** Folds events one after the other; answers what came of the last one, and all signals as `kind op`. */
function story(events: readonly Facts[], rules: Partial<FoldContext['rules']> = {}) {
  const c = { ...context, rules: { ...context.rules, ...rules } };
  let state: OfferState | undefined;
  const folds: Fold[] = [];
  for (const e of events) {
    const fold = foldOffer(state, event(e), c);
    state = fold.state;
    folds.push(fold);
  }
  const signals = folds.flatMap((f) => f.signals);
  for (const s of signals) Signal.parse(s);
  for (const d of folds.flatMap((f) => f.decisions)) Decision.parse(d);
  return {
    state: state as OfferState,
    signals,
    ops: signals.map((s) => `${s.kind} ${s.op}`),
    ignored: folds
      .flatMap((f) => f.decisions)
      .flatMap((d) => (d.verdict === 'ignored' ? [`${d.kind} ${d.reason}`] : [])),
    outcomes: folds.map((f) => f.outcome),
  };
}

describe('stock', () => {
  test('back in stock opens when units reach the minimum, moves with them, closes below it', () => {
    const { signals } = story([{ units: 0 }, { units: 5 }, { units: 3 }, { units: 0 }]);
    expect(signals.map((s) => [s.op, s.units])).toEqual([
      ['opened', 5],
      ['moved', 3],
      ['closed', 0],
    ]);
    expect(new Set(signals.map((s) => s.signal_id)).size).toBe(1);
    expect(signals[0]).toMatchObject({ source: 'catalog', source_partition: 2, at: 9_000, product: 'coat' });
  });

  test('each return is a signal of its own', () => {
    const { signals } = story([{ units: 0 }, { units: 5 }, { units: 0 }, { units: 2 }]);
    const opened = signals.filter((s) => s.op === 'opened');
    expect(opened).toHaveLength(2);
    expect(opened[0]?.signal_id).not.toBe(opened[1]?.signal_id);
  });

  test('first sight is silent and says so; with the value before, it is not', () => {
    expect(story([{ units: 5 }])).toMatchObject({ ops: [], ignored: ['back_in_stock no_baseline'] });
    expect(story([{ units: 5, before: { units: 0 } }])).toMatchObject({ ops: ['back_in_stock opened'], ignored: [] });
    expect(story([{ units: 5, before: { units: 4 } }])).toMatchObject({ ops: [], ignored: [] });
  });

  test('a zero that only the source saw counts', () => {
    expect(story([{ units: 5 }, { units: 7, before: { units: 0 } }]).ops).toEqual(['back_in_stock opened']);
  });

  test('what is not published cannot be bought', () => {
    expect(story([{ units: 0 }, { units: 5, published: false }]).ops).toEqual([]);
    expect(story([{ units: 0 }, { units: 5 }, { published: false }, { published: true }]).ops).toEqual([
      'back_in_stock opened',
      'back_in_stock closed',
      'back_in_stock opened',
    ]);
  });

  test('the shop says from how many units a SKU is in stock', () => {
    expect(story([{ units: 0 }, { units: 2 }], { min_stock: 3 }).ops).toEqual([]);
    expect(story([{ units: 2 }, { units: 3 }, { units: 2 }], { min_stock: 3 }).ops).toEqual([
      'back_in_stock opened',
      'back_in_stock closed',
    ]);
  });

  test('a location is gone, or back, only if all that sell are', () => {
    const [north, south] = [{ location: 'north' }, { location: 'south' }];
    const known = [
      { ...north, units: 0 },
      { ...south, units: 0 },
    ];
    const { signals } = story([...known, { ...north, units: 2 }, { ...south, units: 3 }, { ...north, units: 0 }]);
    expect(signals.filter((s) => s.kind === 'back_in_stock').map((s) => [s.op, s.units])).toEqual([
      ['opened', 2],
      ['moved', 5],
      ['moved', 3],
    ]);
  });

  test('a location never heard of before is no return', () => {
    const north = { location: 'north', units: 0 };
    expect(story([north, { location: 'south', units: 5 }])).toMatchObject({
      ops: [],
      ignored: ['back_in_stock no_baseline', 'back_in_stock no_baseline'],
    });
    const told = story([north, { location: 'south', units: 5, before: { units: 0 } }]);
    expect(told.ops).toEqual(['back_in_stock opened']);
  });

  test('a SKU that the shop stops counting is there', () => {
    expect(story([{ units: 0 }, { units: null }]).signals).toMatchObject([{ op: 'opened', units: null }]);
  });
});

describe('price', () => {
  test('a fall opens, a further fall moves, a rise over the line closes', () => {
    const { signals } = story([{ price: eur(100) }, { price: eur(80) }, { price: eur(70) }, { price: eur(110) }]);
    expect(signals.map((s) => [s.op, s.old_price?.amount, s.new_price?.amount])).toEqual([
      ['opened', 100, 80],
      ['moved', 100, 70],
      ['closed', 100, 110],
    ]);
  });

  test('a rise that stays under the line closes and opens anew: the price of a signal never rises', () => {
    const { signals, state } = story([{ price: eur(100) }, { price: eur(70) }, { price: eur(80) }]);
    expect(signals.map((s) => [s.op, s.old_price?.amount, s.new_price?.amount])).toEqual([
      ['opened', 100, 70],
      ['closed', 100, 80],
      ['opened', 100, 80],
    ]);
    const [first, closed, second] = signals;
    expect(second?.signal_id).not.toBe(first?.signal_id);
    expect(second?.seq).toBe((closed?.seq ?? 0) + 1);
    expect(state.seq).toBe(second?.seq);
  });

  test('small falls add up to one that is worth telling', () => {
    expect(story([{ price: eur(100) }, { price: eur(95) }], { min_drop_percent: 10 }).ops).toEqual([]);
    const { signals } = story([{ price: eur(100) }, { price: eur(95) }, { price: eur(90) }], { min_drop_percent: 10 });
    expect(signals).toMatchObject([{ op: 'opened', old_price: eur(100), new_price: eur(90) }]);
  });

  test('first sight is silent unless the event says what was before', () => {
    expect(story([{ price: eur(80) }])).toMatchObject({ ops: [], ignored: ['price_drop no_baseline'] });
    expect(story([{ price: eur(80), before: { price: eur(100) } }]).ops).toEqual(['price_drop opened']);
  });

  test('another currency is another price: the signal ends, nothing is compared', () => {
    const changed = story([{ price: eur(100) }, { price: eur(80) }, { price: { amount: 10, currency: 'USD' } }]);
    expect(changed.ops).toEqual(['price_drop opened', 'price_drop closed']);
  });

  test('a repetition of the same price says nothing', () => {
    expect(story([{ price: eur(100) }, { price: eur(80) }, { price: eur(80) }]).ops).toEqual(['price_drop opened']);
  });
});

describe('low stock', () => {
  const rules = { low_stock: 3 };
  const few = (events: readonly Facts[], more: Partial<FoldContext['rules']> = {}): unknown[] =>
    story(events, { ...rules, ...more })
      .signals.filter((s) => s.kind === 'low_stock')
      .map((s) => [s.op, s.units]);

  test('opens when units fall to the line from above it, moves with them, closes at none or above the line', () => {
    expect(few([{ units: 5 }, { units: 3 }, { units: 1 }, { units: 0 }])).toEqual([
      ['opened', 3],
      ['moved', 1],
      ['closed', 0],
    ]);
    expect(few([{ units: 5 }, { units: 3 }, { units: 9 }])).toEqual([
      ['opened', 3],
      ['closed', 9],
    ]);
  });

  test('a small restock is a return, not few left', () => {
    expect(few([{ units: 0 }, { units: 2 }])).toEqual([]);
    expect(few([{ units: 0 }, { units: 2 }, { units: 1 }])).toEqual([]);
  });

  test('first sight, snapshots, and what is not shown or not counted open nothing', () => {
    expect(few([{ units: 2 }])).toEqual([]);
    expect(few([{ units: 2, before: { units: 9 } }])).toEqual([['opened', 2]]);
    expect(few([{ units: 9 }, { units: 2, snapshot: true }])).toEqual([]);
    expect(few([{ units: 9 }, { units: 2, published: false }])).toEqual([]);
    expect(few([{ units: 9 }, { units: null }])).toEqual([]);
    expect(few([{ units: 9 }, { units: 1 }], { min_stock: 2 })).toEqual([]);
  });
});

describe('rules of a shop', () => {
  const stockOps = (events: readonly Facts[], rules: Partial<FoldContext['rules']>) =>
    story(events, rules).ops.filter((op) => op.startsWith('back_in_stock'));

  test('a return is news only after so much time', () => {
    const rules = { min_out_of_stock: 100 };
    const brief = story([{ units: 5 }, { units: 0, at: 10_000 }, { units: 5, at: 10_099 }], rules);
    expect(brief).toMatchObject({ ops: [], ignored: ['back_in_stock no_baseline', 'back_in_stock gone_briefly'] });
    expect(stockOps([{ units: 5 }, { units: 0, at: 20_000 }, { units: 5, at: 20_100 }], rules)).toHaveLength(1);
    // Gone since the first of several zeros.
    const zeros = [{ units: 5 }, { units: 0, at: 30_000 }, { units: 0, at: 30_080 }, { units: 5, at: 30_100 }];
    expect(stockOps(zeros, rules)).toHaveLength(1);
  });

  test('a drop must be as large as the shop says, in money too', () => {
    const rules = { min_drop_amount: 15 };
    expect(story([{ price: eur(100) }, { price: eur(86) }], rules).ops).toEqual([]);
    expect(story([{ price: eur(100) }, { price: eur(86) }, { price: eur(85) }], rules).ops).toHaveLength(1);
  });

  test('what is not counted is there, or nothing is said of it', () => {
    const events = [{ units: 0 }, { units: null }];
    expect(stockOps(events, { untracked: 'in_stock' })).toHaveLength(1);
    expect(stockOps(events, { untracked: 'ignored' })).toEqual([]);
  });

  test('the reference price: before the fall, or not above what was told last, or the lowest of 30 days', () => {
    const hop = [{ price: eur(100) }, { price: eur(80) }, { price: eur(100) }, { price: eur(90) }];
    const opened = (events: readonly Facts[], reference_price: FoldContext['rules']['reference_price']) =>
      story(events, { reference_price })
        .signals.filter((s) => s.op === 'opened')
        .map((s) => [s.old_price?.amount, s.new_price?.amount]);
    expect(opened(hop, 'before_fall')).toEqual([
      [100, 80],
      [100, 90],
    ]);
    expect(opened(hop, 'last_alerted')).toEqual([[100, 80]]);
    expect(opened([...hop, { price: eur(79) }], 'last_alerted')).toEqual([
      [100, 80],
      [80, 79],
    ]);
    const silent = [{ price: eur(100) }, { price: eur(70), snapshot: true }, { price: eur(100) }, { price: eur(90) }];
    expect(opened(silent, 'last_alerted')).toEqual([[100, 90]]);
    expect(opened(silent, 'lowest_30d')).toEqual([]);
    const day = 86_400_000;
    const later = silent.map((e, i) => ({ ...e, at: i < 3 ? 50_000 + i : 50_010 + 30 * day }));
    expect(opened(later, 'lowest_30d')).toEqual([[100, 90]]);
  });
});

describe('cool-down', () => {
  const hour = 3_600_000;
  const rules = { ...context.rules, cool_down: hour };

  /** Plays events at their own times, and the timer every minute between them. Answers the openings. */
  function play(events: readonly { at: number; units?: number; price?: Money }[], until: number) {
    let state: OfferState | undefined;
    const signals: Signal[] = [];
    let i = 0;
    for (let now = 0; now <= until; now += 60_000) {
      for (; i < events.length && (events[i]?.at ?? 0) <= now; i += 1) {
        const { at, ...facts } = events[i] as (typeof events)[number];
        const fold = foldOffer(state, event({ ...facts, at, id: `e${i}` }), { ...context, rules, now });
        state = fold.state;
        signals.push(...fold.signals);
      }
      if (!state) continue;
      const due = foldDue(state, { ...context, rules, source: '', now });
      state = due.state;
      signals.push(...due.signals);
    }
    for (const s of signals) Signal.parse(s);
    return { state: state as OfferState, signals, opened: signals.filter((s) => s.op === 'opened') };
  }

  test('79 flaps of one SKU in a day open what the cool-down allows', () => {
    const day = 24 * hour;
    const flaps = Array.from({ length: 79 }, (_, i) => [
      { at: Math.floor((i * day) / 79) + 1, units: 0 },
      { at: Math.floor((i * day) / 79) + 120_001, units: 5 },
    ]).flat();
    const { opened } = play(flaps, day);
    expect(opened.length).toBeLessThanOrEqual(24);
    expect(opened.length).toBeGreaterThanOrEqual(12);
    expect(new Set(opened.map((s) => s.signal_id)).size).toBe(opened.length);
    for (const [i, s] of opened.entries())
      expect(s.at - (opened[i - 1]?.at ?? -hour)).toBeGreaterThanOrEqual(hour - 60_000);
  });

  test('the return after a flap is told when the cool-down ends, if it is still true', () => {
    const flap = [
      { at: 1, units: 0 },
      { at: 2, units: 5 },
      { at: 600_000, units: 0 },
      { at: 700_000, units: 4 },
    ];
    const { signals, state } = play(flap, 2 * hour);
    expect(signals.map((s) => [s.op, s.units, s.at >= hour])).toEqual([
      ['opened', 5, false],
      ['closed', 0, false],
      ['opened', 4, true],
    ]);
    expect(signals[2]).toMatchObject({ source: 'catalog', source_partition: 2, source_at: 700_000 });
    expect(state.rests.back_in_stock?.owed).toBeUndefined();
    expect(play([...flap, { at: 3_000_000, units: 0 }], 2 * hour).opened).toHaveLength(1);
  });

  test('kinds rest apart, and a price that came back down is told when it has rested', () => {
    const { signals } = play(
      [
        { at: 1, price: eur(100), units: 0 },
        { at: 2, price: eur(80) },
        { at: 3, price: eur(100), units: 5 },
        { at: 4, price: eur(70) },
      ],
      2 * hour,
    );
    expect(signals.map((s) => `${s.kind} ${s.op} ${s.at >= hour ? 'later' : 'at once'}`)).toEqual([
      'price_drop opened at once',
      'back_in_stock opened at once',
      'price_drop closed at once',
      'price_drop opened later',
    ]);
    expect(signals.at(-1)).toMatchObject({ old_price: eur(100), new_price: eur(70) });
  });

  test('each return that the rest lets through opens one signal, however the events are batched or repeated', () => {
    const flips = fc.array(fc.record({ wait: fc.integer({ min: 1, max: 2 * hour }), back: fc.boolean() }), {
      minLength: 1,
      maxLength: 15,
    });
    fc.assert(
      fc.property(flips, (steps) => {
        let at = 1;
        const events = [{ at, units: 0 }];
        for (const { wait, back } of steps) events.push({ at: (at += wait), units: back ? 5 : 0 });
        // What the rules let through, by another reckoning: a walk over the times at which the SKU is there.
        let restUntil = 0;
        let expected = 0;
        for (let i = 1; i < events.length;) {
          if (events[i]?.units === 0) {
            i += 1;
            continue;
          }
          const from = events[i]?.at ?? 0;
          while (i < events.length && events[i]?.units === 5) i += 1;
          const to = events[i]?.at ?? Number.POSITIVE_INFINITY;
          const opens = Math.max(from, restUntil);
          if (opens >= to) continue;
          expected += 1;
          restUntil = opens + hour;
        }
        let state: OfferState | undefined;
        const ids: string[] = [];
        const run = (e: OfferUpdate): void => {
          // The timer has looked at every instant up to the event.
          const due = state?.rests.back_in_stock;
          if (state && due?.owed && due.until < e.sourceAt) {
            const fold = foldDue(state, { ...context, rules, now: due.until });
            state = fold.state;
            ids.push(...fold.signals.flatMap((s) => (s.op === 'opened' ? [s.signal_id] : [])));
          }
          const fold = foldOffer(state, e, { ...context, rules });
          state = fold.state;
          ids.push(...fold.signals.flatMap((s) => (s.op === 'opened' ? [s.signal_id] : [])));
        };
        const updates = events.map((e, i) => event({ ...e, version: i, id: `e${i}` }));
        for (const u of updates) {
          run(u);
          run(u);
        }
        const owed = (state as OfferState | undefined)?.rests.back_in_stock;
        if (state && owed?.owed)
          ids.push(...foldDue(state, { ...context, rules, now: owed.until }).signals.map((s) => s.signal_id));
        expect(ids).toHaveLength(expected);
        expect(new Set(ids).size).toBe(ids.length);
        const before = ids.length;
        for (const u of updates)
          foldOffer(state, u, { ...context, rules }).signals.forEach((s) => ids.push(s.signal_id));
        expect(ids).toHaveLength(before);
      }),
      { numRuns: 500 },
    );
  });
});

describe('promise 8: snapshots, replays and late events never alert', () => {
  test('a snapshot updates silently, and a later fall is measured from it', () => {
    const { ops, ignored, state } = story([
      { units: 0, price: eur(100) },
      { units: 5, price: eur(80), snapshot: true },
    ]);
    expect(ops).toEqual([]);
    expect(ignored.slice(2)).toEqual(['back_in_stock snapshot', 'price_drop snapshot']);
    expect(state).toMatchObject({ units: 5, price: eur(80), line: 80 });
  });

  test('a snapshot closes and weakens what is open, but never strengthens it', () => {
    const open: Facts[] = [
      { units: 0, price: eur(100) },
      { units: 5, price: eur(80) },
    ];
    expect(story([...open, { units: 3, price: eur(80), snapshot: true }]).ops.slice(2)).toEqual([
      'back_in_stock moved',
    ]);
    expect(story([...open, { units: 9, price: eur(60), snapshot: true }]).ops.slice(2)).toEqual([]);
    expect(story([...open, { units: 0, price: eur(90), snapshot: true }]).ops.slice(2)).toEqual([
      'back_in_stock closed',
      'price_drop closed',
    ]);
  });

  test('an older version loses, and the same event twice does nothing', () => {
    const late = story([
      { units: 0, version: 1 },
      { units: 0, version: 3 },
      { units: 5, version: 2 },
    ]);
    expect(late.ops).toEqual([]);
    const twice = story([{ units: 0 }, { units: 5, at: 5_000, id: 'x' }, { units: 5, at: 5_000, id: 'x' }]);
    expect(twice.ops).toEqual(['back_in_stock opened']);
    expect(twice.outcomes.at(-1)).toBe('duplicate');
  });

  test('of two events of one moment the later record wins; stock and price have versions of their own', () => {
    expect(
      story([
        { units: 0, at: 7, id: 'b' },
        { units: 4, at: 7, id: 'a' },
      ]).state.units,
    ).toBe(4);
    const own = story([
      { price: eur(5), version: 9 },
      { units: 4, version: 1 },
    ]).state;
    expect(own).toMatchObject({ units: 4, price: eur(5) });
  });
});

/** Events of one SKU with versions: unique per facet, times that follow them, some fields left out. */
const history = fc
  .array(
    fc.record({
      units: fc.option(fc.nat(4), { nil: undefined }),
      price: fc.option(fc.integer({ min: 90, max: 110 }).map(eur), { nil: undefined }),
      title: fc.option(fc.constantFrom('Coat', 'Red coat'), { nil: undefined }),
      published: fc.option(fc.boolean(), { nil: undefined }),
      snapshot: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((facts) => facts.map((f, i) => event({ ...f, version: i + 1, at: 1_000 + i, id: `e${i}` })));

const seen = ({ product, units, price, published, title, options, url, image }: OfferState) => ({
  product,
  units,
  price,
  published,
  title,
  options,
  url,
  image,
});

function foldAll(events: readonly OfferUpdate[], from?: OfferState): { state: OfferState | undefined; folds: Fold[] } {
  let state = from;
  const folds = events.map((e) => {
    const fold = foldOffer(state, e, context);
    state = fold.state;
    return fold;
  });
  return { state, folds };
}

describe('properties', () => {
  test('any order and any repetition of a SKU’s versioned events ends in the same offer', () => {
    fc.assert(
      fc.property(
        history.chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.array(fc.constantFrom(...events), { maxLength: 10 }).chain((again) => {
              const all = [...events, ...again];
              return fc.shuffledSubarray(all, { minLength: all.length });
            }),
          ),
        ),
        ([events, shuffled]) => {
          const inOrder = foldAll(events).state as OfferState;
          expect(seen(foldAll(shuffled).state as OfferState)).toEqual(seen(inOrder));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('folding everything again opens nothing again and changes nothing', () => {
    fc.assert(
      fc.property(history, (events) => {
        const first = foldAll(events);
        const again = foldAll(events, first.state);
        expect(again.state).toEqual(first.state);
        expect(again.folds.flatMap((f) => [...f.signals, ...f.decisions])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('each signal is opened once, closed at most once, and in between only it is told of', () => {
    fc.assert(
      fc.property(history, (events) => {
        const signals = foldAll(events).folds.flatMap((f) => f.signals);
        for (const kind of ['back_in_stock', 'price_drop']) {
          const ops = signals.filter((s) => s.kind === kind);
          let open: Signal | undefined;
          let seq = 0;
          const ids = new Set<string>();
          for (const s of ops) {
            expect(s.seq).toBeGreaterThan(seq);
            seq = s.seq;
            if (s.op === 'opened') {
              expect(open).toBeUndefined();
              expect(ids.has(s.signal_id)).toBe(false);
              ids.add(s.signal_id);
            } else expect(open?.signal_id).toBe(s.signal_id);
            if (s.op === 'moved' && kind === 'price_drop')
              expect(s.new_price?.amount).toBeLessThan(open?.new_price?.amount ?? 0);
            open = s.op === 'closed' ? undefined : s;
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what is open is true: stock can be bought, the price is under its line', () => {
    fc.assert(
      fc.property(history, (events) => {
        let state: OfferState | undefined;
        for (const e of events) {
          state = foldOffer(state, e, context).state;
          if (state.stockSignal) expect(state.published && (state.units ?? 1) >= 1).toBe(true);
          if (state.priceSignal) {
            expect(state.published).toBe(true);
            expect(state.price?.amount).toBeLessThanOrEqual(state.priceSignal.newPrice?.amount ?? -1);
            expect(state.priceSignal.newPrice?.amount).toBeLessThan(state.priceSignal.oldPrice?.amount ?? 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
