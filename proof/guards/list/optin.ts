import type { Guard } from '../guard.js';

const fold = 'apps/optin/src/domain/fold-event.ts';
const folding = 'apps/optin/src/domain/fold-event.spec.ts';
const ref = 'apps/optin/src/domain/ref.ts';
const refs = 'apps/optin/src/domain/ref.spec.ts';
const eventOf = 'apps/optin/src/domain/person-event-of.ts';
const events = 'apps/optin/src/domain/person-event-of.spec.ts';
const webhook = 'apps/optin/src/inbound/webhook.controller.ts';
const hooks = 'apps/optin/src/inbound/webhook.int.spec.ts';
const stores = 'apps/optin/src/outbound/stores.int.spec.ts';

/** What a tap or a text means, and that none is lost, doubled or made up. */
export const optinGuards: readonly Guard[] = [
  {
    id: 'optin/ref-signature',
    promise: 'Anybody could make links that ask shoppers of any shop for any product.',
    file: ref,
    from: 'if (!signed) return undefined;',
    to: 'if (!signed && keys.length === 0) return undefined;',
    test: { suite: 'unit', file: refs, name: 'is read with the old key while keys change' },
  },
  {
    id: 'optin/ref-one-spelling',
    promise: 'A link could be changed by hand and still count as the one that the shop signed.',
    file: ref,
    from: " || bytes.toString('base64url') !== ref",
    to: '',
    test: { suite: 'unit', file: refs, name: 'has one spelling' },
  },
  {
    id: 'optin/late-tap-revives-nobody',
    promise: 'A tap from before a STOP that arrives after it would start messages again.',
    file: 'apps/optin/src/domain/consent.ts',
    from: 'const late = stop_at !== null && tap.at <= stop_at;',
    to: 'const late = stop_at !== null && tap.at < 0;',
    test: {
      suite: 'unit',
      file: folding,
      name: 'a consent that was given before it and comes after it revives nothing',
    },
  },
  {
    id: 'optin/tap-answered-by-the-message',
    promise: 'Somebody who tapped twice and was told would be told the same again.',
    file: 'apps/optin/src/domain/consent.ts',
    from: "s.ended_reason === 'already_told' && (s.ended_at ?? 0) >= tap.at",
    to: "s.ended_reason === 'already_told' && (s.ended_at ?? 0) < 0",
    test: { suite: 'unit', file: 'apps/optin/src/domain/end-told.spec.ts', name: 'was answered by it' },
  },
  {
    id: 'optin/stop-ends-what-is-older',
    promise: 'After a STOP the subscriptions would go on.',
    file: fold,
    from: 'const valid = sub.consents.filter((c) => c.at > stop_at).map((c) => c.at);',
    to: 'const valid = sub.consents.map((c) => c.at);',
    test: { suite: 'unit', file: folding, name: 'ends everything, in one revision' },
  },
  {
    id: 'optin/late-stop-spares-what-is-newer',
    promise: 'A STOP that arrives late would end what the shopper asked for afterwards.',
    file: fold,
    from: 'const valid = sub.consents.filter((c) => c.at > stop_at).map((c) => c.at);',
    to: 'const valid = sub.consents.filter((c) => c.at > stop_at && c.at < 0).map((c) => c.at);',
    test: { suite: 'unit', file: folding, name: 'ends only what is older' },
  },
  {
    id: 'optin/stop-drops-older-tokens',
    promise: 'A right to send that was given before a STOP would be used after it.',
    file: fold,
    from: 'grants: shopper.grants.filter((g) => g.at > stop_at) },',
    to: 'grants: shopper.grants },',
    test: { suite: 'unit', file: folding, name: 'a right that was given before it is gone' },
  },
  {
    id: 'optin/tap-opens-no-window',
    promise: 'A tap on “Notify Me” would count as a message, and alerts would go out on a window that is closed.',
    file: fold,
    from: "const opens = event.kind !== 'one_time_optin';",
    to: 'const opens = event.kind.length > 0;',
    test: { suite: 'unit', file: folding, name: 'a tap (the window is closed' },
  },
  {
    id: 'optin/overtaken-is-not-answered',
    promise: 'After a STOP the bot would go on to answer what was typed before it.',
    file: fold,
    from: 'event.at <= person.shopper.stop_at',
    to: 'event.at < 0',
    test: { suite: 'unit', file: folding, name: 'an older link that comes later is not answered' },
  },
  {
    id: 'optin/other-apps-conversation',
    promise: 'The bot would talk into a conversation that a person at the inbox is holding.',
    file: fold,
    from: 'const answerable = !event.standby && ',
    to: 'const answerable = ',
    test: { suite: 'unit', file: folding, name: 'a conversation that another app holds' },
  },
  {
    id: 'optin/closed-window-is-silence',
    promise: 'Replies would be tried outside the 24 hours in which Messenger allows them.',
    file: fold,
    from: 'person.shopper.window_until > facts.now;',
    to: 'person.shopper.window_until > 0;',
    test: { suite: 'unit', file: folding, name: 'when the window has closed' },
  },
  {
    id: 'optin/stop-wins-a-tie',
    promise: 'A STOP in the same millisecond as a START would be lost.',
    file: 'apps/optin/src/domain/person.ts',
    from: 's.stop_at >= s.resume_at',
    to: 's.stop_at > s.resume_at',
    test: { suite: 'unit', file: folding, name: 'at the same millisecond as a START' },
  },
  {
    id: 'optin/no-event-from-the-future',
    promise: 'A phone whose clock runs ahead could block every later STOP or START.',
    file: eventOf,
    from: 'Math.min(e.timestamp, receivedAt)',
    to: 'e.timestamp',
    test: { suite: 'unit', file: events, name: 'happened no later than it was received' },
  },
  {
    id: 'optin/token-sealed',
    promise: 'Tokens that send messages would lie readable in tables, topics and backups.',
    file: eventOf,
    from: 'tokenSealed: reading.seal(token),',
    to: 'tokenSealed: token,',
    test: { suite: 'unit', file: events, name: 'which is sealed' },
  },
  {
    id: 'optin/test-message-ends-nothing',
    promise: 'A test message of the shop would use up a shopper’s subscription.',
    file: 'apps/optin/src/domain/end-told.ts',
    from: ' && !d.is_test',
    to: '',
    test: { suite: 'unit', file: 'apps/optin/src/domain/end-told.spec.ts', name: 'goes on after a test message' },
  },
  {
    id: 'optin/503-when-kafka-refuses',
    promise: 'Messenger would be told “received” for events that Kafka refused: taps and STOPs would be lost.',
    file: 'apps/optin/src/outbound/event-log.ts',
    from: "throw new LogAway('Kafka refused the events', { cause });",
    to: 'void cause;',
    test: { suite: 'unit', file: 'apps/optin/src/outbound/event-log.spec.ts', name: 'rejects when Kafka refuses' },
  },
  {
    id: 'optin/401-unsigned',
    promise: 'A webhook that no app of ours signed would be answered 200 instead of refused and counted.',
    file: webhook,
    from: 'if (signedFor.size === 0) this.refuseUnsigned();',
    to: 'if (signedFor.size < 0) this.refuseUnsigned();',
    test: { suite: 'int', file: hooks, name: '401, counted, nothing stored' },
  },
  {
    id: 'optin/foreign-page',
    promise: 'One shop’s app could speak for the shoppers of another shop’s Page.',
    file: webhook,
    from: 'if (!signedFor.has(event.value.page)) {',
    to: 'if (signedFor.size === 0) {',
    test: { suite: 'int', file: hooks, name: 'may not speak for a Page of another app' },
  },
  {
    id: 'optin/in-kafka-before-200',
    promise: 'Messenger would be told “received” while Kafka is away: taps and STOPs would be lost.',
    file: webhook,
    from: 'await this.log.append(records);',
    to: 'void this.log.append(records).catch(() => undefined);',
    test: { suite: 'int', file: 'apps/optin/src/inbound/conversation.int.spec.ts', name: 'Kafka away: 503 in time' },
  },
  {
    id: 'optin/event-once',
    promise: 'A webhook that Messenger sends again would be answered, and counted as consent, again.',
    file: 'apps/optin/src/outbound/seen-events.ts',
    from: 'return new Set(rows.map((r) => r.event_key));',
    to: 'return new Set([...keys, ...rows.map((r) => r.event_key)]);',
    test: { suite: 'int', file: stores, name: 'are claimed once, also when named twice' },
  },
  {
    id: 'optin/older-revision-loses',
    promise: 'A late write would undo a STOP or a consent.',
    file: 'apps/optin/src/outbound/rows.ts',
    from: 'WHERE excluded.${version} > ${table}.${version}`;',
    to: 'WHERE excluded.${version} > 0`;',
    test: { suite: 'int', file: stores, name: 'an older revision never overwrites a newer one' },
  },
];
