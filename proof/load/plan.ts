/**
 * A load whose right answer follows from itself: who asks for what, and when it comes, goes and comes back. Decided
 * beforehand from the seed. Pure. Times are milliseconds after the load began.
 *
 * Every SKU has one kind of news. Most come to stay; a third come and go before they stay (what was promised must be
 * told at one of these openings, once); a tenth come and go for good (who was told was lucky; nobody is told later). Half of
 * the prices fall twice: who asked for a lower one is told at the second fall, and nobody is told of both.
 */
import { Chance } from '../chance.js';
import type { Kind, Limit } from '../checker/evidence.js';
import { planDialogs, type PlannedDialog } from './plan-dialogs.js';

/**
 * How a shop's platform tells: events of Beckon's own format, records of its own that settings map (and snapshots beside
 * them), or Shopify's webhooks.
 */
export type Telling = 'native' | 'mapped' | 'shopify';

/** A shop with its Pages. */
export interface PlannedShop {
  readonly shop: string;
  readonly pages: readonly string[];
  readonly limits: readonly Limit[];
  readonly minGapMs: number;
  /** One of the Pages; it asks for notification messages. */
  readonly notifications: string | null;
  /** Messages that each of its Pages may send. */
  readonly pacePerSecond: number;
  readonly telling: Telling;
}

/** A person to be made on a Page. `id` is the plan's own name for them. */
export interface PlannedPerson {
  readonly id: number;
  readonly shop: string;
  readonly page: string;
}

/** A SKU and its story. */
export interface PlannedSku {
  readonly shop: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly changes: readonly {
    readonly at: number;
    readonly open: boolean;
    readonly units: number;
    readonly price: number;
  }[];
  /** Whether it is there at the end. */
  readonly stays: boolean;
}

/** Somebody asks for something; `at` negative: before the load begins. */
export interface PlannedTap {
  readonly at: number;
  readonly person: number;
  readonly sku: string;
  readonly kind: Kind;
  readonly threshold: Threshold | null;
}

/** From which price on somebody wants to be told, as links say it. */
export type Threshold =
  | { readonly type: 'any' }
  | { readonly type: 'percent'; readonly percent: number }
  | {
      readonly type: 'at_most';
      readonly amount: number;
      readonly currency: 'EUR';
    };

/** The whole load. */
export interface LoadPlan {
  readonly forMs: number;
  readonly shops: readonly PlannedShop[];
  readonly people: readonly PlannedPerson[];
  readonly skus: readonly PlannedSku[];
  readonly taps: readonly PlannedTap[];
  /** Somebody writes STOP. They ask for a few things anew afterwards. */
  readonly stops: readonly { readonly at: number; readonly person: number }[];
  /** Somebody talks with the bot; each of them once, and nobody who writes STOP. */
  readonly dialogs: readonly PlannedDialog[];
}

/** How much: alerts that are asked for before the load, per minute of it; taps and STOPs per second during it. */
export interface LoadSize {
  readonly alertsPerMinute: number;
  readonly shops: number;
  readonly pagesPerShop: number;
  readonly peoplePerPage: number;
  readonly tapsPerSecond: number;
  readonly stopsPerSecond: number;
  /** Talks with the bot; 0: none, and prices are asked for only as "any lower one", of one fall. */
  readonly dialogsPerSecond: number;
  /** Of each Page; high enough, unless the pace itself is looked at. */
  readonly pacePerSecond: number;
  /** Of the shops, in turn. */
  readonly tellings: readonly Telling[];
}

/** What `npm run proof -- kills` does. */
export const FULL: LoadSize = {
  alertsPerMinute: 2_300,
  shops: 3,
  pagesPerShop: 5,
  peoplePerPage: 44,
  tapsPerSecond: 2,
  stopsPerSecond: 0.15,
  dialogsPerSecond: 0.4,
  pacePerSecond: 100,
  tellings: ['native', 'shopify', 'mapped'],
};

/** Minor units. */
export const BASE_PRICE = 10_000;
/** From which price on shoppers ask to be told. Half of the prices that fall once stay above the second and the third. */
export const THRESHOLDS: readonly Threshold[] = [
  { type: 'any' },
  { type: 'percent', percent: 30 },
  { type: 'at_most', amount: 6_500, currency: 'EUR' },
];
/** The highest price (minor units) that is told to somebody who asked at the price of before; null: any lower one. */
export function limitOf(threshold: Threshold | null): number | null {
  if (threshold === null || threshold.type === 'any') return null;
  return threshold.type === 'at_most' ? threshold.amount : (BASE_PRICE * (100 - threshold.percent)) / 100;
}

/** How many ask for one SKU before the load. */
const ASKERS_PER_SKU = 55;
/** The windows of the three shops: short enough to fill within a run. */
const WINDOWS: readonly { limits: Limit[]; minGapMs: number }[] = [
  {
    limits: [
      { scope: 'shopper', limit: 3, period: 30_000 },
      { scope: 'shopper_sku', limit: 1, period: 15_000 },
    ],
    minGapMs: 1_500,
  },
  {
    limits: [
      { scope: 'shopper', limit: 5, period: 45_000 },
      { scope: 'shopper_kind', limit: 3, period: 25_000 },
    ],
    minGapMs: 0,
  },
  { limits: [{ scope: 'shopper', limit: 2, period: 20_000 }], minGapMs: 3_000 },
];

/** The load of a run of `forMs` milliseconds. */
export function planLoad(seed: number, forMs: number, size: LoadSize = FULL): LoadPlan {
  const chance = new Chance(seed ^ 0x10ad);
  const shops = Array.from({ length: size.shops }, (_, i): PlannedShop => {
    const { limits, minGapMs } = WINDOWS[i % WINDOWS.length] as (typeof WINDOWS)[number];
    const pages = Array.from({ length: size.pagesPerShop }, (__, p) => String(1001 + i * 100 + p));
    const notifications = size.dialogsPerSecond > 0 ? (pages.at(-1) ?? null) : null;
    const telling = size.tellings[i % size.tellings.length] ?? 'native';
    const { pacePerSecond } = size;
    return { shop: `shop-${i + 1}`, pages, limits, minGapMs, notifications, pacePerSecond, telling };
  });
  const people = shops.flatMap(({ shop, pages }) =>
    pages.flatMap((page) => Array.from({ length: size.peoplePerPage }, () => ({ shop, page }))),
  );
  const wanted = Math.round((size.alertsPerMinute * forMs) / 60_000);
  const perShop = Math.max(4, Math.round(wanted / ASKERS_PER_SKU / size.shops));
  const skus = shops.flatMap(({ shop }) => planSkus(shop, perShop, forMs, size, chance.fork()));
  const all = people.map((p, id): PlannedPerson => ({ id, ...p }));
  return { forMs, shops, people: all, skus, ...planPeople(all, skus, shops, wanted, forMs, size, chance.fork()) };
}

function planSkus(shop: string, count: number, forMs: number, size: LoadSize, chance: Chance): PlannedSku[] {
  return Array.from({ length: count }, (_, i): PlannedSku => {
    const kind: Kind = i % 4 === 3 ? 'price_drop' : 'back_in_stock';
    const letter = kind === 'price_drop' ? 'p' : 's';
    // One after the other over the whole time, so that something comes all the time; the last with room to go and return.
    const opens = Math.round(((i + chance.next()) / count) * forMs * 0.93) + 1_000;
    const fate = chance.next();
    const stays = fate > 0.1;
    const changes: PlannedSku['changes'][number][] = [];
    let at = opens;
    const change = (open: boolean, low = 0.5, high = 0.9): void => {
      const price = kind === 'price_drop' && open ? Math.round(BASE_PRICE * chance.between(low, high)) : BASE_PRICE;
      changes.push({ at: Math.round(at), open, units: kind === 'price_drop' || open ? 2 + chance.below(9) : 0, price });
    };
    if (kind === 'price_drop' && size.dialogsPerSecond > 0 && chance.next() < 0.5) {
      change(true, 0.75, 0.9);
      at += chance.between(300, 6_000);
      change(true, 0.5, 0.64);
    } else change(true);
    for (let goings = !stays ? 1 : fate < 0.43 ? 1 + chance.below(3) : 0; goings > 0; goings--) {
      const [gone, back] = [at + chance.between(800, 14_000), chance.between(300, 9_000)];
      if (stays && gone + back > forMs) break;
      at = Math.min(gone, forMs);
      change(false);
      at += back;
      change(true);
    }
    return { shop, sku: `${shop}-${letter}${i + 1}`, kind, changes: stays ? changes : changes.slice(0, -1), stays };
  });
}

function planPeople(
  people: readonly PlannedPerson[],
  skus: readonly PlannedSku[],
  shops: readonly PlannedShop[],
  wanted: number,
  forMs: number,
  size: LoadSize,
  chance: Chance,
): Pick<LoadPlan, 'taps' | 'stops' | 'dialogs'> {
  const pairs = chance.shuffle(
    people.flatMap(({ id, shop }) =>
      skus.flatMap((s, n) => (s.shop === shop ? [{ person: id, n, sku: s.sku, kind: s.kind }] : [])),
    ),
  );
  const early = pairs.slice(0, wanted);
  // Of any lower price only early requests have a known answer, and of what goes for good late ones say nothing.
  const rest = pairs.slice(wanted).filter(({ n, kind }) => kind === 'back_in_stock' && skus[n]?.stays);
  const during = Math.min(rest.length, Math.round((size.tapsPerSecond * forMs) / 1000));
  const late = rest.slice(0, during).map((pair, i) => ({ at: Math.round(((i + 0.5) / during) * forMs), ...pair }));
  const threshold = (kind: Kind): Threshold | null =>
    kind === 'price_drop' && size.dialogsPerSecond > 0 ? chance.pick(THRESHOLDS) : null;
  const taps = [...early.map((pair) => ({ at: -1, ...pair })), ...late].map(
    ({ at, person, sku, kind }): PlannedTap => ({ at, person, sku, kind, threshold: threshold(kind) }),
  );
  const stops = Math.round((size.stopsPerSecond * forMs) / 1000);
  const shuffled = chance.shuffle(people);
  return {
    taps,
    stops: shuffled
      .slice(0, stops)
      .map(({ id }, i) => ({ at: Math.round(((i + chance.next()) / stops) * forMs * 0.95), person: id })),
    dialogs: planDialogs(
      { people: shuffled.slice(stops), skus, shops, taps },
      { forMs, count: Math.round((size.dialogsPerSecond * forMs) / 1000) },
      chance.fork(),
    ),
  };
}
