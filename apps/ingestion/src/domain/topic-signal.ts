/**
 * Topics: collections and sales that a shop announces. What opens, moves and closes their signals, by the timetable in the
 * settings or by the shop's own events. Pure.
 *
 * An opening is named by the instant from which on it holds, and each is later than the one before: so a restart, a replay
 * or an event that comes twice opens nothing again, and a topic that was closed opens only when it is given a new time.
 */
import { decisionId, signalId, skuOfTopic, type Decision, type Signal, type TopicSettings } from '@beckon/contracts';
import type { TopicEvent } from './offer-update.js';

/** All that is remembered about one topic of a shop. */
export interface TopicState {
  readonly topic: string;
  /** Of the last record; 0: nothing was ever told. */
  readonly seq: number;
  /** The instant of the latest opening, or letting in, that was told, milliseconds since the epoch. */
  readonly opening: number | null;
  /** The last event that was taken. */
  readonly event: { readonly at: number; readonly id: string } | null;
  /** The record told last; of op `closed`: nothing is open. */
  readonly record: Signal | null;
  /** The settings by which it was decided last: older ones decide nothing. */
  readonly settingsRev: number;
}

/** A topic of which nothing is known yet. */
export const unknownTopic = (topic: string): TopicState => ({
  topic,
  seq: 0,
  opening: null,
  event: null,
  record: null,
  settingsRev: 0,
});

/** What is to be told. `since`: the instant from which on it holds. */
export type TopicChange =
  | { readonly op: 'opened' | 'moved'; readonly since: number; readonly tiers: readonly string[] | null }
  | { readonly op: 'closed'; readonly since: number };

/** The signal that is open, if one is. */
export const openSignalOf = ({ record }: TopicState): Signal | undefined =>
  record === null || record.op === 'closed' ? undefined : record;

/**
 * What the settings make of a topic at `now`; undefined: it is as it should be. `settings` undefined: the shop has no such
 * topic (any more). A topic without `opens_at` is only closed here, when the shop takes it away; its events open it.
 */
export function decideByTime(
  state: TopicState,
  settings: TopicSettings | undefined,
  now: number,
): TopicChange | undefined {
  const signal = openSignalOf(state);
  if (signal && settings?.kind !== signal.kind) return { op: 'closed', since: now };
  if (settings?.opens_at === undefined) return undefined;
  const stage = stageAt(settings, now);
  if (signal) {
    if (stage === undefined) return { op: 'closed', since: Math.min(settings.closes_at ?? now, now) };
    return sameTiers(signal.tiers, stage.tiers) ? undefined : { op: 'moved', ...stage };
  }
  return stage && stage.since > (state.opening ?? -1) ? { op: 'opened', ...stage } : undefined;
}

/**
 * What an event makes of a topic: the state that remembers it, and what is to be told of it, if anything is. Of two events
 * the one with the later time counts, of equal times the one that comes later in the log.
 */
export function decideByEvent(
  state: TopicState,
  event: TopicEvent,
): { readonly state: TopicState; readonly change: TopicChange | undefined } {
  const last = state.event;
  if (last && (event.at < last.at || event.eventId === last.id)) return { state, change: undefined };
  const taken = { ...state, event: { at: event.at, id: event.eventId } };
  const signal = openSignalOf(state);
  if (!event.opens) return { state: taken, change: signal && { op: 'closed', since: event.at } };
  if (signal || event.at <= (state.opening ?? -1)) return { state: taken, change: undefined };
  return { state: taken, change: { op: 'opened', since: event.at, tiers: null } };
}

/** Where the change comes from and when it is decided (milliseconds since the epoch). */
export interface TopicContext {
  readonly shop: string;
  /** Whose word the opening is: freshness of that source lets alerts leave. */
  readonly source: string;
  readonly sourcePartition: number;
  /** Of the topic in the settings; a signal that is open keeps its own. */
  readonly kind: TopicSettings['kind'];
  readonly settingsRev: number;
  readonly now: number;
}

/** The state after a change, and the records that tell of it. */
export function tellTopic(
  state: TopicState,
  change: TopicChange,
  c: TopicContext,
): { readonly state: TopicState; readonly signal: Signal; readonly decisions: readonly Decision[] } {
  const sku = skuOfTopic(state.topic);
  const seq = state.seq + 1;
  const opened: Omit<Signal, 'op' | 'seq' | 'source_at' | 'at' | 'tiers'> = {
    signal_id: signalId(c.shop, sku, c.kind, change.since),
    shop: c.shop,
    product: sku,
    sku,
    kind: c.kind,
    source: c.source,
    source_partition: c.sourcePartition,
    opened_at: c.now,
    old_price: null,
    new_price: null,
    units: null,
  };
  const open = openSignalOf(state);
  const tiers = change.op === 'closed' ? (open?.tiers ?? null) : change.tiers && [...change.tiers];
  const signal: Signal = {
    ...(change.op === 'opened' || open === undefined ? opened : open),
    ...{ op: change.op, seq, source_at: change.since, at: c.now, tiers },
  };
  const opening = change.op === 'closed' ? state.opening : Math.max(state.opening ?? change.since, change.since);
  return {
    state: { ...state, seq, opening, record: signal, settingsRev: Math.max(state.settingsRev, c.settingsRev) },
    signal,
    decisions: change.op === 'moved' ? [] : [decisionOf(signal, change.op, c.settingsRev)],
  };
}

/** Who is in at `now`, and since when; undefined: nobody. */
function stageAt(
  { opens_at, closes_at, early_access = [] }: TopicSettings,
  now: number,
): { readonly since: number; readonly tiers: string[] | null } | undefined {
  if (opens_at === undefined || (closes_at !== undefined && closes_at <= now)) return undefined;
  if (opens_at <= now) return { since: opens_at, tiers: null };
  const early = early_access.filter((e) => e.opens_at <= now);
  if (early.length === 0) return undefined;
  return { since: Math.max(...early.map((e) => e.opens_at)), tiers: early.map((e) => e.tier).sort() };
}

const sameTiers = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

function decisionOf(s: Signal, verdict: 'opened' | 'closed', settingsRev: number): Decision {
  const seq = verdict === 'opened' ? 0 : 1;
  return {
    ...{ decision_id: decisionId(s.signal_id, 'ingestion', seq), alert_id: null, stage: 'ingestion', seq },
    ...{ verdict, reason: null, terminal: false, page: null, shopper_id: null, sub_id: null },
    ...{ shop: s.shop, product: s.product, sku: s.sku, kind: s.kind, signal_id: s.signal_id },
    detail: verdict === 'closed' ? 'over' : s.tiers === null ? 'open to everybody' : `open to ${s.tiers.join(', ')}`,
    settings_rev: settingsRev,
    at: s.at,
  };
}
