import type { Guard } from '../guard.js';

const fold = 'apps/matching/src/domain/fold-signal.ts';
const folding = 'apps/matching/src/domain/fold-signal.spec.ts';
const fanouts = 'apps/matching/src/outbound/fanout-store.ts';
const matching = 'apps/matching/src/inbound/matching.int.spec.ts';

/** Who asked for it, each once. */
export const matchingGuards: readonly Guard[] = [
  {
    id: 'matching/one-name-for-one-alert',
    promise: 'A signal and a subscription that find each other from both sides would make two messages.',
    file: 'apps/matching/src/domain/match.ts',
    from: 'alert_id: alertId(sub.sub_id, signal_id),',
    to: 'alert_id: alertId(sub.sub_id, `${signal_id} ${signal.seq}`),',
    test: { suite: 'unit', file: 'apps/matching/src/domain/match.spec.ts', name: 'the same whoever derives them' },
  },
  {
    id: 'matching/older-signal-changes-nothing',
    promise: 'A redelivered record would open a signal again that is closed.',
    file: fold,
    from: 'if (known && record.seq <= known.record.seq) return undefined;',
    to: 'if (known && record.seq < 0) return undefined;',
    test: { suite: 'unit', file: folding, name: 'a record seen before, or older, changes nothing' },
  },
  {
    id: 'matching/newer-signal-ends-the-one-before',
    promise: 'People would go on being told of a price that a newer one has replaced.',
    file: fold,
    from: "known.record.op !== 'closed' ? known.record.signal_id : undefined",
    to: "known.record.op === 'closed' ? known.record.signal_id : undefined",
    test: { suite: 'unit', file: folding, name: 'another signal ends the one before' },
  },
  {
    id: 'matching/told-once-per-signal',
    promise: 'Each further fall of a price would match everybody again who was matched before.',
    file: 'apps/matching/src/domain/threshold.ts',
    from: 'high: before.value - 1 }',
    to: 'high: NO_LIMIT }',
    test: {
      suite: 'unit',
      file: 'apps/matching/src/domain/threshold.spec.ts',
      name: 'a further fall adds only those who wanted less',
    },
  },
  {
    id: 'matching/cursor-goes-on-behind',
    promise: 'The last person of every page of a fan-out would be told twice.',
    file: fanouts,
    from: '(s.threshold, s.rank, s.sub_id) > (f.cursor_threshold',
    to: '(s.threshold, s.rank, s.sub_id) >= (f.cursor_threshold',
    test: { suite: 'int', file: matching, name: 'goes on behind its cursor after a crash' },
  },
  {
    id: 'matching/fan-out-held-by-one',
    promise: 'Two workers would tell the same thousand people each.',
    file: fanouts,
    from: 'ORDER BY served_at LIMIT $2\n                 FOR UPDATE SKIP LOCKED) held',
    to: 'ORDER BY served_at LIMIT $2) held',
    test: { suite: 'int', file: matching, name: 'that one worker is serving is left alone' },
  },
  {
    id: 'matching/subscription-looks-too',
    promise: 'Who subscribes just after a price fell would never hear of it.',
    file: 'apps/matching/src/inbound/subscriptions.controller.ts',
    from: "kept.filter((s) => s.state === 'active'),",
    to: "kept.filter((s) => s.state === 'ended'),",
    test: { suite: 'int', file: matching, name: 'a subscription that comes later is told of what is open' },
  },
  {
    id: 'matching/older-subscription-loses',
    promise: 'A redelivered record would revive a subscription that has ended.',
    file: 'apps/matching/src/outbound/subscription-store.ts',
    from: 'WHERE excluded.rev > subscriptions.rev`',
    to: 'WHERE excluded.rev > 0`',
    test: { suite: 'int', file: matching, name: 'an older revision, an ended and an erased subscription' },
  },
];
