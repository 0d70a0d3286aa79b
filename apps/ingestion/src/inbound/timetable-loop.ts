/**
 * Keeps the timetable of the shops' topics: opens collections and sales when their time comes, lets others in, closes them.
 *
 * Any number of processes may keep it: they take turns at a topic, and a change that one of them committed and did not live
 * to emit is emitted again by the next. So when a round is over, everything that was due when it began is on its topic; and
 * only then it is said how fresh the timetable is. Throttling lets an alert about a topic leave only on that word.
 */
import { SCHEDULE, freshness, skuOfTopic, type Decision, type Signal, type TopicSettings } from '@beckon/contracts';
import type { Emitter } from '@beckon/kafka';
import { Loop, type Clock, type Logger } from '@beckon/service';
import type { ShopDirectory, ShopInForce } from '@beckon/settings';
import { decideByTime, openSignalOf, tellTopic, unknownTopic, type TopicState } from '../domain/topic-signal.js';
import { saveSignals } from '../outbound/offer-store.js';
import { lockTopics, noteEmitted, readTopics, saveTopics, type KnownTopic } from '../outbound/topic-store.js';
import { emitSignals } from './keep-folds.js';

const EVERY_MS = 1000;
const FRESH_EVERY_MS = 2000;

export interface TimetableOptions {
  readonly emitter: Pick<Emitter, 'transaction'>;
  readonly directory: Pick<ShopDirectory, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

export function timetableLoop(o: TimetableOptions & { readonly log: Logger }): Loop {
  let toldAt = 0;
  const tick = async (): Promise<void> => {
    const now = o.clock.now();
    const shops = await keepTimetable(o, now);
    if (now - toldAt < FRESH_EVERY_MS && now >= toldAt) return;
    await tellTimetableFresh(o, shops, now);
    toldAt = now;
  };
  return new Loop({ name: 'timetable', idleMs: EVERY_MS, log: o.log, tick });
}

/**
 * One round: everything that is due at `now` (milliseconds since the epoch) is decided, committed and emitted when it
 * resolves. Answers the shops whose topics go by time.
 */
export async function keepTimetable(o: TimetableOptions, now: number): Promise<string[]> {
  const shops = new Map(o.directory.all().map((shop) => [shop.shop, shop]));
  const known = await o.emitter.transaction((tx) => readTopics(tx, [...shops.keys()]));
  const due = [...topicsOf(shops, known)].filter(({ shop, state, emitted }) => !emitted || changeOf(shop, state, now));
  if (due.length > 0) {
    const told = await o.emitter.transaction(async (tx) => {
      const locked = await lockTopics(
        tx,
        due.map(({ shop, state }) => ({ shop: shop.shop, topic: state.topic })),
      );
      const kept: KnownTopic[] = [];
      const signals: Signal[] = [];
      const decisions: Decision[] = [];
      for (const topic of locked) {
        const shop = shops.get(topic.shop);
        const change = shop && changeOf(shop, topic.state, now);
        const next = change && tellTopic(topic.state, change, contextOf(shop, topic.state, now));
        if (next) {
          kept.push({ shop: topic.shop, state: next.state, emitted: false });
          signals.push(next.signal);
          decisions.push(...next.decisions);
        } else if (!topic.emitted && topic.state.record) {
          kept.push(topic);
          signals.push(topic.state.record);
        }
      }
      await saveTopics(tx, kept);
      await saveSignals(tx, signals);
      emitSignals(tx, signals, decisions);
      return kept;
    });
    await o.emitter.transaction((tx) => noteEmitted(tx, told));
  }
  return [...shops.values()].filter((shop) => goesByTime(shop, known)).map(({ shop }) => shop);
}

/** Says of these shops that everything which was due at `at` is told. */
export async function tellTimetableFresh(
  { emitter }: Pick<TimetableOptions, 'emitter'>,
  shops: readonly string[],
  at: number,
): Promise<void> {
  if (shops.length === 0) return;
  await emitter.transaction((tx) => {
    for (const shop of shops) tx.emit(freshness, `${shop}:${SCHEDULE}:0`, { shop, source: SCHEDULE, partition: 0, at });
    return Promise.resolve();
  });
}

/** Every topic that settings name, and every one that is remembered. */
function* topicsOf(
  shops: ReadonlyMap<string, ShopInForce>,
  known: readonly KnownTopic[],
): Generator<{ readonly shop: ShopInForce; readonly state: TopicState; readonly emitted: boolean }> {
  const seen = new Set<string>();
  for (const { shop: name, state, emitted } of known) {
    seen.add(JSON.stringify([name, state.topic]));
    const shop = shops.get(name);
    if (shop) yield { shop, state, emitted };
  }
  for (const shop of shops.values())
    for (const { topic } of shop.settings.topics)
      if (!seen.has(JSON.stringify([shop.shop, topic]))) yield { shop, state: unknownTopic(topic), emitted: true };
}

const settingsOf = ({ settings }: ShopInForce, topic: string): TopicSettings | undefined =>
  settings.topics.find((t) => t.topic === topic);

/** Whoever has older settings than those by which a topic was decided leaves it alone. */
const changeOf = (shop: ShopInForce, state: TopicState, now: number): ReturnType<typeof decideByTime> =>
  shop.rev < state.settingsRev ? undefined : decideByTime(state, settingsOf(shop, state.topic), now);

function contextOf(shop: ShopInForce, state: TopicState, now: number): Parameters<typeof tellTopic>[2] {
  const kind = openSignalOf(state)?.kind ?? settingsOf(shop, state.topic)?.kind;
  if (kind !== 'new_collection' && kind !== 'early_sale')
    throw new Error(`topic ${skuOfTopic(state.topic)} of ${shop.shop} has the kind of an offer`);
  return { shop: shop.shop, source: SCHEDULE, sourcePartition: 0, kind, settingsRev: shop.rev, now };
}

/** Whether the shop has a topic that opens by time, or one that time has opened. */
const goesByTime = (shop: ShopInForce, known: readonly KnownTopic[]): boolean =>
  shop.settings.topics.some((t) => t.opens_at !== undefined) ||
  known.some((k) => k.shop === shop.shop && openSignalOf(k.state)?.source === SCHEDULE);
