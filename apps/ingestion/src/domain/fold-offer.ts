/**
 * The fold: what one event of a platform makes of what is known about its SKU. Pure, and the only place that decides
 * whether an offer crossed a line. Events may come late, twice or in another order: versions sort them out, so a SKU
 * ends in the same offer whatever the order, and an event that was folded once does nothing the second time.
 */
import { decisionId, signalId, type Decision, type Signal } from '@beckon/contracts';
import { knowsStock, takeStock, type StockNews } from './location-stock.js';
import { decideLowStock, isLow } from './low-stock-signal.js';
import {
  LISTING_FIELDS,
  SKU_KINDS,
  unknownOffer,
  type ListingField,
  type OfferRules,
  type OfferState,
  type OpenSignal,
  type SkuKind,
} from './offer-state.js';
import type { OfferUpdate } from './offer-update.js';
import { decidePrice, referenceOf, stillFallen } from './price-signal.js';
import { takeRest } from './rest.js';
import { decideStock, isAvailable, type SignalChange } from './stock-signal.js';
import { markVersion, type VersionMark } from './version-mark.js';

/** Where the update came from, by which rules, and when it is folded (milliseconds since the epoch). */
export interface FoldContext {
  readonly shop: string;
  readonly source: string;
  readonly sourcePartition: number;
  readonly rules: OfferRules;
  /** Locations that sell online; undefined: all. */
  readonly locations?: ReadonlySet<string> | undefined;
  readonly settingsRev: number;
  readonly now: number;
}

export interface Fold {
  readonly state: OfferState;
  /** `applied`: at least one facet was news. Otherwise the state is the one given. */
  readonly outcome: 'applied' | 'older' | 'duplicate';
  /** Whether what a reader of the offer sees is different now (its `seq` has advanced). */
  readonly offerChanged: boolean;
  readonly signals: readonly Signal[];
  readonly decisions: readonly Decision[];
}

/** Folds one update into what is known of its SKU (undefined: nothing yet). */
export function foldOffer(known: OfferState | undefined, update: OfferUpdate, c: FoldContext): Fold {
  const before = known ?? unknownOffer(update.sku);
  const news = takeNews(before, update, c.locations);
  if (typeof news === 'string')
    return { state: before, outcome: news, offerChanged: false, signals: [], decisions: [] };

  const { snapshot, sourceAt: at } = update;
  const after = news.draft;
  const flipped = after.published !== before.published;
  const changes: Changes = { rests: before.rests };
  if (news.stock || flipped) {
    const { stock } = news;
    const event = { previous: stock?.previous, comparable: stock?.comparable ?? knowsStock(before), snapshot, at };
    const available = isAvailable(after, c.rules);
    if (knowsStock(after)) after.goneSince = available ? null : (before.goneSince ?? at);
    settle(changes, 'back_in_stock', decideStock(before, after, event, c.rules), available, event, c);
    settle(changes, 'low_stock', decideLowStock(before, after, event, c.rules), isLow(after, c.rules), event, c);
  }
  let reference = before.line;
  if (news.price || flipped) {
    const event = { previous: news.price ? update.price?.previous : undefined, snapshot, at };
    const price = decidePrice(before, after, event, c.rules);
    after.line = price.line;
    after.prices = price.prices;
    reference = price.reference;
    settle(changes, 'price_drop', price, price.holds, event, c);
  }
  return conclude(before, after, reference, changes, update, c);
}

/**
 * Opens what is owed and due at `c.now`, if it is still true: the cool-down of an earlier alert is over. `source` and
 * `sourcePartition` of the context are not used: what opens names who told it.
 */
export function foldDue(before: OfferState, c: FoldContext): Fold {
  const holds: Record<SkuKind, boolean> = {
    back_in_stock: before.stockSignal === null && isAvailable(before, c.rules),
    low_stock: before.lowSignal === null && isLow(before, c.rules),
    price_drop: before.priceSignal === null && before.published && stillFallen(before, c.rules, c.now),
  };
  let fold: Fold = { state: before, outcome: 'applied', offerChanged: false, signals: [], decisions: [] };
  for (const kind of SKU_KINDS) {
    const { state } = fold;
    const rest = state.rests[kind];
    if (rest?.owed === undefined || rest.until > c.now) continue;
    const { owed } = rest;
    const changes: Changes = { rests: state.rests };
    const own = { ...c, source: owed.source, sourcePartition: owed.partition };
    settle(changes, kind, { ops: [] }, holds[kind], { at: c.now, snapshot: false }, own);
    const cause = { eventId: `due ${rest.until}`, sourceAt: owed.at };
    const opened = conclude(state, { ...state }, referenceOf(state, c.rules, c.now), changes, cause, own);
    fold = {
      ...opened,
      offerChanged: fold.offerChanged || opened.offerChanged,
      signals: [...fold.signals, ...opened.signals],
      decisions: [...fold.decisions, ...opened.decisions],
    };
  }
  return fold;
}

/** A state on its way: one object for the whole fold, since copies of so many fields were half of its cost. */
type Draft = { -readonly [K in keyof OfferState]: OfferState[K] };

/** What each kind of signal does, and the rests from then on. */
type Changes = { [K in SkuKind]?: SignalChange } & { rests: OfferState['rests'] };

/** Notes the change of one kind as far as its rest lets it be told. */
function settle(
  changes: Changes,
  kind: SkuKind,
  change: SignalChange,
  holds: boolean,
  event: { readonly at: number; readonly snapshot: boolean },
  c: FoldContext,
): void {
  const told = { source: c.source, partition: c.sourcePartition, at: event.at, holds, snapshot: event.snapshot };
  const before = changes.rests[kind];
  const { change: now, rest } = takeRest(change, before, told, c.rules.cool_down);
  changes[kind] = now;
  if (rest === before) return;
  const { [kind]: _, ...others } = changes.rests;
  changes.rests = rest ? { ...others, [kind]: rest } : others;
}

/** What caused a fold: an event, or that its time has come. */
type Cause = Pick<OfferUpdate, 'eventId' | 'sourceAt'> & Partial<Pick<OfferUpdate, 'stock' | 'price'>>;

/** The state after the changes, which `draft` becomes, and the records that tell of them. */
function conclude(
  before: OfferState,
  draft: Draft,
  reference: number | null,
  changes: Changes,
  cause: Cause,
  c: FoldContext,
): Fold {
  const offerChanged = !sameOffer(before, draft);
  const tells = SKU_KINDS.some((kind) => (changes[kind]?.ops.length ?? 0) > 0);
  draft.rests = changes.rests;
  draft.seq = before.seq + (offerChanged || tells ? 1 : 0);
  draft.updated_at = Math.max(before.updated_at, cause.sourceAt);
  const signals: Signal[] = [];
  const decisions: Decision[] = [];
  let priceSeq = draft.seq;
  const told = (kind: SkuKind, open: OpenSignal | null): OpenSignal | null => {
    const change = changes[kind];
    if (change === undefined || (change.ops.length === 0 && change.silenced === undefined)) return open;
    const tale = tell(kind, change, open, draft, reference, cause, c);
    signals.push(...tale.signals);
    decisions.push(...tale.decisions);
    if (kind === 'price_drop') priceSeq = tale.seq;
    return tale.open;
  };
  const stockSignal = told('back_in_stock', before.stockSignal);
  const priceSignal = told('price_drop', before.priceSignal);
  const lowSignal = told('low_stock', before.lowSignal);
  draft.seq = priceSeq;
  draft.stockSignal = stockSignal;
  draft.priceSignal = priceSignal;
  draft.lowSignal = lowSignal;
  const amount = priceSignal?.newPrice?.amount;
  if (amount !== undefined && changes.price_drop?.ops.some((op) => op !== 'closed'))
    draft.prices = { ...draft.prices, told: [amount, cause.sourceAt] };
  return { state: draft, outcome: 'applied', offerChanged: offerChanged || priceSeq > before.seq, signals, decisions };
}

/** The state with every facet of the update that is news; or, if none is, why not. */
function takeNews(
  before: OfferState,
  update: OfferUpdate,
  sells: ReadonlySet<string> | undefined,
): { draft: Draft; stock: Omit<StockNews, 'stock'> | undefined; price: boolean } | 'older' | 'duplicate' {
  const draft: Draft = { ...before };
  let taken = 0;
  let older = false;
  const take = (mark: VersionMark | 'older' | 'duplicate'): mark is VersionMark => {
    if (typeof mark === 'string') older ||= mark === 'older';
    else taken += 1;
    return typeof mark !== 'string';
  };

  const { listing } = update;
  if (listing) {
    const marks = { ...before.listingMarks };
    for (const field of LISTING_FIELDS) {
      if (listing[field] === undefined) continue;
      const mark = markVersion(marks[field], listing.version, update.eventId);
      if (!take(mark)) continue;
      marks[field] = mark;
      (draft as Record<ListingField, unknown>)[field] = listing[field];
    }
    draft.listingMarks = marks;
  }

  let stock: Omit<StockNews, 'stock'> | undefined;
  const told = update.stock && takeStock(before, update.stock, update.eventId, sells);
  if (typeof told === 'object') {
    draft.stockMark = told.stock.stockMark;
    draft.locations = told.stock.locations;
    draft.units = told.stock.units;
    stock = told;
    taken += 1;
  } else older ||= told === 'older';
  const price = update.price && markVersion(before.priceMark, update.price.version, update.eventId);
  const priceIsNews = price !== undefined && take(price);
  if (priceIsNews && update.price) {
    draft.priceMark = price;
    draft.price = update.price.price;
  }

  if (taken === 0) return older ? 'older' : 'duplicate';
  return { draft, stock, price: priceIsNews };
}

/** Puts a change of one signal into the records that say so. A second record of one key needs a `seq` of its own. */
function tell(
  kind: SkuKind,
  change: SignalChange,
  open: OpenSignal | null,
  next: OfferState,
  reference: number | null,
  update: Cause,
  c: FoldContext,
): { open: OpenSignal | null; signals: Signal[]; decisions: Decision[]; seq: number } {
  const signals: Signal[] = [];
  const decisions: Decision[] = [];
  let { seq } = next;
  const facts = { shop: c.shop, product: next.product, sku: next.sku, kind };
  const decide = (id: string, d: Pick<Decision, 'verdict' | 'reason' | 'signal_id' | 'detail'>, n: number): void => {
    decisions.push({
      decision_id: decisionId(id, 'ingestion', n),
      alert_id: null,
      stage: 'ingestion',
      seq: n,
      terminal: false,
      page: null,
      shopper_id: null,
      sub_id: null,
      ...facts,
      ...d,
      settings_rev: c.settingsRev,
      at: c.now,
    });
  };
  change.ops.forEach((op, i) => {
    if (i > 0) seq += 1;
    const isPrice = kind === 'price_drop';
    if (op === 'opened') {
      open = {
        signalId: signalId(c.shop, next.sku, kind, seq),
        openedAt: c.now,
        oldPrice: isPrice && reference !== null && next.price ? { ...next.price, amount: reference } : null,
        newPrice: next.price,
        units: next.units,
      };
    }
    if (open === null) return;
    const current: OpenSignal = { ...open, newPrice: next.price, units: next.units };
    signals.push({
      op,
      signal_id: current.signalId,
      ...facts,
      seq,
      source: c.source,
      source_partition: c.sourcePartition,
      opened_at: current.openedAt,
      source_at: update.sourceAt,
      at: c.now,
      old_price: current.oldPrice,
      new_price: current.newPrice,
      units: current.units,
      tiers: null,
    });
    if (op !== 'moved') {
      const detail = isPrice
        ? `price ${words(current.oldPrice)} → ${words(next.price)}`
        : `units now ${next.units ?? 'not counted'}`;
      decide(
        current.signalId,
        { verdict: op, reason: null, signal_id: current.signalId, detail },
        op === 'opened' ? 0 : 1,
      );
    }
    open = op === 'closed' ? null : current;
  });
  const facet = kind === 'price_drop' ? update.price : update.stock;
  if (change.silenced && facet)
    decide(
      JSON.stringify([c.shop, next.sku, kind, update.eventId]),
      { verdict: 'ignored', reason: change.silenced, signal_id: null, detail: `event ${update.eventId}` },
      0,
    );
  return { open, signals, decisions, seq };
}

const words = (money: { amount: number; currency: string } | null): string =>
  money ? `${money.amount} ${money.currency} (minor units)` : 'unknown';

/** Whether a reader of the offer would see no difference. */
function sameOffer(a: OfferState, b: OfferState): boolean {
  return (
    a.seq > 0 &&
    a.product === b.product &&
    a.units === b.units &&
    a.price?.amount === b.price?.amount &&
    a.price?.currency === b.price?.currency &&
    a.published === b.published &&
    a.title === b.title &&
    a.url === b.url &&
    a.image === b.image &&
    a.options.length === b.options.length &&
    a.options.every((text, i) => text === b.options[i])
  );
}
