import type { Guard } from '../guard.js';

const signal = 'apps/ingestion/src/domain/topic-signal.ts';
const signals = 'apps/ingestion/src/domain/topic-signal.spec.ts';
const loop = 'apps/ingestion/src/inbound/timetable-loop.ts';
const loops = 'apps/ingestion/src/inbound/timetable-loop.int.spec.ts';
const matching = 'apps/matching/src/inbound/matching.int.spec.ts';
const tiers = 'apps/optin/src/inbound/api/tiers.int.spec.ts';
const gate = 'apps/delivery/src/outbound/gate.int.spec.ts';

/** Collections and sales: opened once, for whom they are open, and withdrawn when they are over. */
export const topicGuards: readonly Guard[] = [
  {
    id: 'topics/opened-once',
    promise: 'A topic that is put back into the settings, or a restart, would tell everybody once more.',
    file: signal,
    from: 'return stage && stage.since > (state.opening ?? -1) ?',
    to: 'return stage && stage.since > -1 ?',
    test: { suite: 'unit', file: signals, name: 'does not open again when it is put back' },
  },
  {
    id: 'topics/over-at-its-end',
    promise: 'Shoppers would be told of a sale after it was over.',
    file: signal,
    from: '(closes_at !== undefined && closes_at <= now)',
    to: 'closes_at === -1',
    test: { suite: 'unit', file: signals, name: 'closes at its end' },
  },
  {
    id: 'topics/taken-away',
    promise: 'What a shop took out of its settings would go on being told.',
    file: signal,
    from: "if (signal && settings?.kind !== signal.kind) return { op: 'closed', since: now };",
    to: '',
    test: { suite: 'unit', file: signals, name: 'closed when the shop takes it away' },
  },
  {
    id: 'topics/later-event-counts',
    promise: 'A late event would close what was opened after it.',
    file: signal,
    from: 'event.at < last.at || ',
    to: '',
    test: { suite: 'unit', file: signals, name: 'an end that is older than the opening' },
  },
  {
    id: 'topics/only-by-event',
    promise: 'An event would open, or close, a topic against its own timetable.',
    file: 'apps/ingestion/src/domain/adapters/cloudevents.ts',
    from: 'if (known.opens_at !== undefined)',
    to: 'if (known.opens_at === -1)',
    test: {
      suite: 'unit',
      file: 'apps/ingestion/src/domain/adapters/cloudevents.spec.ts',
      name: 'that opens by the settings',
    },
  },
  {
    id: 'topics/no-sku-is-a-topic',
    promise: 'A SKU called as a topic is would be told in the words of that topic.',
    file: 'apps/ingestion/src/domain/reserved-sku.ts',
    from: 'topicOfSku(item.sku) !== undefined',
    to: "topicOfSku(item.sku) === ''",
    test: {
      suite: 'unit',
      file: 'apps/ingestion/src/domain/reserved-sku.spec.ts',
      name: 'no SKU is taken for a topic',
    },
  },
  {
    id: 'topics/emitted-before-fresh',
    promise: 'A process that dies after its commit would leave alerts of a sale that is over on their way.',
    file: loop,
    from: '} else if (!topic.emitted && topic.state.record) {',
    to: '} else if (topic.state.seq === -1 && topic.state.record) {',
    test: { suite: 'int', file: loops, name: 'did not live to emit' },
  },
  {
    id: 'topics/newer-settings-count',
    promise: 'A process that has not read the new settings yet would close the topic that they brought, for good.',
    file: loop,
    from: 'shop.rev < state.settingsRev ? undefined :',
    to: '',
    test: { suite: 'int', file: loops, name: 'settings of before' },
  },
  {
    id: 'topics/early-fan-out',
    promise: 'Everybody would be matched with a sale that opens early for some, and wait in front of them.',
    file: 'apps/matching/src/outbound/fanout-store.ts',
    from: 'AND (f.tiers IS NULL OR f.tiers::jsonb ? s.tier)',
    to: 'AND (f.tiers IS NULL OR s.active)',
    test: { suite: 'int', file: matching, name: 'an early access tells its tiers' },
  },
  {
    id: 'topics/early-look',
    promise: 'Whoever asks while a sale is open early would be matched, whatever their tier.',
    file: 'apps/matching/src/outbound/subscription-store.ts',
    from: "OR g.record -> 'tiers' ? s.tier)",
    to: 'OR s.active)',
    test: { suite: 'int', file: matching, name: 'an early access tells its tiers' },
  },
  {
    id: 'topics/lets-in-others',
    promise: 'Of a sale that opened early nobody else would ever be told.',
    file: 'apps/matching/src/domain/fold-signal.ts',
    from: 'same && !others ? known.reach',
    to: 'same && others !== undefined ? known.reach',
    test: { suite: 'int', file: matching, name: 'an early access tells its tiers' },
  },
  {
    id: 'topics/early-admission',
    promise: 'A shopper who lost their tier while they waited would be told early all the same.',
    file: 'apps/throttling/src/domain/decide-admission.ts',
    from: 'return signal.tiers === null || (tier !== null && signal.tiers.includes(tier));',
    to: 'return signal.tiers === null || tier !== null || signal.tiers.length > 0;',
    test: {
      suite: 'unit',
      file: 'apps/throttling/src/domain/decide-admission.spec.ts',
      name: 'a topic that is open to',
    },
  },
  {
    id: 'topics/offers-are-still-asked-for',
    promise: 'An alert about an offer that delivery does not know would leave, worded with nothing.',
    file: 'apps/delivery/src/outbound/gate.sql.ts',
    from: "CASE WHEN l.condition_type = 'topic_open' THEN true WHEN o.published THEN",
    to: "CASE WHEN l.condition_type = 'topic_open' OR o.sku IS NULL THEN true WHEN o.published THEN",
    test: { suite: 'int', file: gate, name: 'an alert about a topic' },
  },
  {
    id: 'topics/tier-of-whoever-is-linked',
    promise: 'A customer whose tier was set before they first wrote would be told with the public.',
    file: 'apps/optin/src/inbound/conversation.ts',
    from: 'await this.tiers.ofLinked(tx, shop, [...ids])',
    to: 'await this.tiers.ofLinked(tx, shop, [...ids].slice(ids.size))',
    test: { suite: 'int', file: tiers, name: 'set before the customer was linked' },
  },
  {
    id: 'topics/tier-of-who-is-linked-meanwhile',
    promise: 'A tier that is set while the customer follows their link would reach neither side.',
    file: 'apps/optin/src/outbound/tiers.ts',
    from: 'await hold(tx, shop, externalIds);',
    to: '',
    test: { suite: 'int', file: tiers, name: 'waits for whoever is just being linked' },
  },
  {
    id: 'topics/tier-is-deleted',
    promise: 'What a shop said of a customer would outlive the deletion of their data.',
    file: 'apps/optin/src/outbound/people.ts',
    from: 't.shop = s.shop AND t.external_id = s.external_id',
    to: 't.shop = s.shop AND t.external_id = s.page',
    test: { suite: 'int', file: tiers, name: 'goes with the shopper who is deleted' },
  },
  {
    id: 'topics/collection-is-not-offered-again',
    promise: 'Whoever was told of a collection would be offered to be told again, and be told the same at once.',
    file: 'apps/optin/src/domain/end-told.ts',
    from: ' || sub.topic !== null ?',
    to: ' ?',
    test: { suite: 'unit', file: 'apps/optin/src/domain/end-told.spec.ts', name: 'that comes out once' },
  },
];
