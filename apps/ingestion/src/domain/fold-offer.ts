/**
 * The fold: what one event of a platform makes of what is known about its SKU. Pure, and the only place that decides
 * whether an offer crossed a line. Events may come late, twice or in another order: versions sort them out, so a SKU
 * ends in the same offer whatever the order, and an event that was folded once does nothing the second time.
 */
import { decisionId, signalId, type Decision, type Kind, type Signal } from '@beckon/contracts';
import { knowsStock, takeStock, type StockNews } from './location-stock.js';
import { LISTING_FIELDS, unknownOffer, type OfferRules, type OfferState, type OpenSignal } from './offer-state.js';
import type { OfferUpdate } from './offer-update.js';
import { decidePrice, type PriceChange } from './price-signal.js';
import { decideStock, type SignalChange } from './stock-signal.js';
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

  const { snapshot } = update;
  const flipped = news.state.published !== before.published;
  const stock: SignalChange =
    news.stock || flipped
      ? decideStock(before, news.state, { ...(news.stock ?? { comparable: knowsStock(before) }), snapshot }, c.rules)
      : { ops: [] };
  const price: PriceChange =
    news.price || flipped
      ? decidePrice(
          before,
          news.state,
          { previous: news.price ? update.price?.previous : undefined, snapshot },
          c.rules,
        )
      : { ops: [], line: before.line };
  const offerChanged = !sameOffer(before, news.state);
  const seq = before.seq + (offerChanged || stock.ops.length + price.ops.length > 0 ? 1 : 0);
  const next = { ...news.state, seq, line: price.line, updated_at: Math.max(before.updated_at, update.sourceAt) };
  const stockTold = tell('back_in_stock', stock, before.stockSignal, next, update, c);
  const priceTold = tell('price_drop', price, before.priceSignal, next, update, c);
  return {
    outcome: 'applied',
    offerChanged: offerChanged || priceTold.seq > before.seq,
    signals: [...stockTold.signals, ...priceTold.signals],
    decisions: [...stockTold.decisions, ...priceTold.decisions],
    state: { ...next, seq: priceTold.seq, stockSignal: stockTold.open, priceSignal: priceTold.open },
  };
}

/** The state with every facet of the update that is news; or, if none is, why not. */
function takeNews(
  before: OfferState,
  update: OfferUpdate,
  sells: ReadonlySet<string> | undefined,
): { state: OfferState; stock: Omit<StockNews, 'stock'> | undefined; price: boolean } | 'older' | 'duplicate' {
  const state: { -readonly [K in keyof OfferState]: OfferState[K] } = { ...before };
  const refused = new Set<'older' | 'duplicate'>();
  let taken = 0;
  const take = (mark: VersionMark | 'older' | 'duplicate'): mark is VersionMark => {
    if (typeof mark === 'string') refused.add(mark);
    else taken += 1;
    return typeof mark !== 'string';
  };

  const marks = { ...before.listingMarks };
  for (const field of LISTING_FIELDS) {
    if (update.listing?.[field] === undefined) continue;
    const mark = markVersion(marks[field], update.listing.version, update.eventId);
    if (!take(mark)) continue;
    marks[field] = mark;
    Object.assign(state, { [field]: update.listing[field] });
  }
  state.listingMarks = marks;

  let stock: Omit<StockNews, 'stock'> | undefined;
  const told = update.stock && takeStock(before, update.stock, update.eventId, sells);
  if (typeof told === 'object') {
    const { stockMark, locations, units } = told.stock;
    Object.assign(state, { stockMark, locations, units });
    stock = told;
    taken += 1;
  } else if (told !== undefined) refused.add(told);
  const price = update.price && markVersion(before.priceMark, update.price.version, update.eventId);
  const priceIsNews = price !== undefined && take(price);
  if (priceIsNews && update.price) Object.assign(state, { priceMark: price, price: update.price.price });

  if (taken === 0) return refused.has('older') ? 'older' : 'duplicate';
  return { state, stock, price: priceIsNews };
}

/** Puts a change of one signal into the records that say so. A second record of one key needs a `seq` of its own. */
function tell(
  kind: Kind & ('back_in_stock' | 'price_drop'),
  change: SignalChange,
  open: OpenSignal | null,
  next: OfferState & { readonly line: number | null },
  update: OfferUpdate,
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
        oldPrice: isPrice && next.line !== null && next.price ? { ...next.price, amount: next.line } : null,
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
