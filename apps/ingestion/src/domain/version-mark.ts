/**
 * What decides whether an event is news. Each facet of a SKU remembers the highest version it took and the ids of the
 * events that had it:
 *
 * - a lower version is old news;
 * - at an equal version, an id seen before is the same event again;
 * - else, between counters of the platform the higher id wins (so any order of arrival ends alike), and between equal
 *   times the later record wins, because the log of a SKU is in order and two ids say nothing about it.
 */
import type { Version } from './offer-update.js';

export interface VersionMark {
  readonly value: number;
  /** The value is a counter of the platform; else it is a time. */
  readonly counter?: true;
  /** Ids of the events that were taken at this version, in the order they came. */
  readonly ids: readonly string[];
}

/** Ties beyond that many events are not told apart from repetitions of the oldest ones. */
export const MOST_IDS = 16;

/** The mark after taking the event, or why it is not news. */
export function markVersion(
  mark: VersionMark | undefined,
  version: Version,
  eventId: string,
): VersionMark | 'older' | 'duplicate' {
  if (mark === undefined || version.value > mark.value) return marked(version, [eventId]);
  if (version.value < mark.value) return 'older';
  if (mark.ids.includes(eventId)) return 'duplicate';
  if (version.explicit && mark.ids.some((id) => id > eventId)) return 'older';
  return marked(mark.counter ? { ...version, explicit: true } : version, [...mark.ids, eventId].slice(-MOST_IDS));
}

const marked = ({ value, explicit }: Version, ids: readonly string[]): VersionMark => ({
  value,
  ...(explicit ? { counter: true } : {}),
  ids,
});
