/** What a shop's own events say of its topics: lock, decide in order, write, tell. */
import type { Decision, Signal, TopicSettings } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import type { TopicEvent } from '../domain/offer-update.js';
import { decideByEvent, tellTopic, unknownTopic } from '../domain/topic-signal.js';
import type { WantedSource } from '../domain/wanted-sources.js';
import { saveSignals } from '../outbound/offer-store.js';
import { lockTopics, saveTopics } from '../outbound/topic-store.js';
import { emitSignals } from './keep-folds.js';

/** An event and the partition that it lay in. */
export interface ArrivedTopicEvent {
  readonly event: TopicEvent;
  readonly partition: number;
}

/** In the chunk's transaction. Every event is of a topic that the settings name. */
export async function takeTopicEvents(
  tx: Pick<EmittingTransaction, 'query' | 'emit'>,
  { shop, name }: Pick<WantedSource, 'shop' | 'name'>,
  arrived: readonly ArrivedTopicEvent[],
  c: { readonly topics?: readonly TopicSettings[]; readonly settingsRev: number; readonly now: number },
): Promise<void> {
  const named = [...new Set(arrived.map(({ event }) => event.topic))];
  const known = await lockTopics(
    tx,
    named.map((topic) => ({ shop, topic })),
  );
  const states = new Map(known.map(({ state }) => [state.topic, state]));
  const signals: Signal[] = [];
  const decisions: Decision[] = [];
  for (const { event, partition } of arrived) {
    const before = states.get(event.topic);
    const settings = c.topics?.find((t) => t.topic === event.topic);
    if (!before || !settings) continue;
    const { state, change } = decideByEvent(before, event);
    states.set(event.topic, state);
    if (!change) continue;
    const { kind } = settings;
    const context = { shop, source: name, sourcePartition: partition, kind, settingsRev: c.settingsRev, now: c.now };
    const told = tellTopic(state, change, context);
    states.set(event.topic, told.state);
    signals.push(told.signal);
    decisions.push(...told.decisions);
  }
  await saveTopics(
    tx,
    known.map(({ state: { topic, seq }, emitted }) => {
      const state = states.get(topic) ?? unknownTopic(topic);
      // The outbox of this partition is emitted before anything is said of how fresh the source is.
      return { shop, state, emitted: emitted || state.seq > seq };
    }),
  );
  await saveSignals(tx, signals);
  emitSignals(tx, signals, decisions);
}
