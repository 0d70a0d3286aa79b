/**
 * Stock that is told by location: what can be sold is the sum of the locations that sell online. A source may also tell
 * a total (Shopify says of a whole variant that it is not counted). The total holds until a location tells something
 * newer, and the other way round, so the outcome does not depend on the order of arrival.
 */
import type { StockUpdate } from './offer-update.js';
import { markVersion, type VersionMark } from './version-mark.js';

/** What was told of one location. */
export interface LocationStock {
  readonly units: number | null;
  readonly mark: VersionMark;
}

/** All that is known about the stock of a SKU. */
export interface KnownStock {
  /** Of the last total; missing: only locations were told, or nothing. */
  readonly stockMark: VersionMark | undefined;
  readonly locations: Readonly<Record<string, LocationStock>>;
  /** What can be sold; null: not counted. */
  readonly units: number | null;
}

/** The stock with an update, and what that says of the time before. */
export interface StockNews {
  readonly stock: KnownStock;
  /** Units of all locations before, as the event itself has it; undefined: it does not say. */
  readonly previous: number | null | undefined;
  /** Whether the units known before can be compared with those of now: not if a place was never heard of. */
  readonly comparable: boolean;
}

/** Whether anybody has told how many there are. */
export const knowsStock = ({ stockMark, locations }: KnownStock): boolean =>
  stockMark !== undefined || Object.keys(locations).length > 0;

/** Takes an update, or says why it is not news. @param sells the locations that sell online; undefined: all */
export function takeStock(
  known: KnownStock,
  update: StockUpdate,
  eventId: string,
  sells: ReadonlySet<string> | undefined,
): StockNews | 'older' | 'duplicate' {
  const { location } = update;
  if (location === undefined) return takeTotal(known, update, eventId);
  const entry = Object.hasOwn(known.locations, location) ? known.locations[location] : undefined;
  const mark = markVersion(entry?.mark, update.version, eventId);
  if (typeof mark === 'string') return mark;
  const locations = { ...known.locations, [location]: { units: update.units, mark } };
  const total = known.stockMark !== undefined && known.stockMark.value >= newest(locations);
  const { stockMark } = known;
  const stock = { stockMark, locations, units: total ? known.units : sum(locations, sells) };
  if (sells && !sells.has(location)) return { stock, previous: undefined, comparable: knowsStock(known) };
  const { [location]: _, ...others } = locations;
  const elsewhere = sum(others, sells);
  const { previous } = update;
  const before =
    previous === undefined || previous === null ? previous : elsewhere === null ? null : elsewhere + previous;
  return { stock, previous: before, comparable: entry !== undefined };
}

function takeTotal(known: KnownStock, update: StockUpdate, eventId: string): StockNews | 'older' | 'duplicate' {
  const mark = markVersion(known.stockMark, update.version, eventId);
  if (typeof mark === 'string') return mark;
  const holds = mark.value >= newest(known.locations);
  const { locations, units } = known;
  const stock = { stockMark: mark, locations, units: holds ? update.units : units };
  return { stock, previous: holds ? update.previous : undefined, comparable: knowsStock(known) };
}

const newest = (locations: KnownStock['locations']): number =>
  Math.max(...Object.values(locations).map(({ mark }) => mark.value));

/** A place that counts nothing has as many as anybody wants. */
function sum(locations: KnownStock['locations'], sells: ReadonlySet<string> | undefined): number | null {
  let units = 0;
  for (const [location, stock] of Object.entries(locations)) {
    if (sells && !sells.has(location)) continue;
    if (stock.units === null) return null;
    units += stock.units;
  }
  return units;
}
