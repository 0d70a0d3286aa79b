import type { Guard } from '../guard.js';

const erasure = 'apps/optin/src/domain/erasure.ts';
const known = 'apps/optin/src/domain/fold-known.ts';
const anyOrder = 'apps/optin/src/domain/any-order-erased.spec.ts';
const erasing = 'apps/optin/src/inbound/erasure.int.spec.ts';
const kept = 'apps/delivery/src/outbound/shopper-store.ts';
const left = 'apps/delivery/src/outbound/erased-shoppers.int.spec.ts';
const signed = 'libs/messenger/src/signed-request.ts';
const signing = 'libs/messenger/src/signed-request.spec.ts';

/** Who asks to be deleted is deleted, stays deleted, and nobody else is. */
export const privacyGuards: readonly Guard[] = [
  {
    id: 'privacy/yes-answers-a-question-of-the-hour',
    promise: 'A button of long ago would delete everything that a person has asked for since.',
    file: erasure,
    from: 'asked.filter((q) => q.at <= at && at - q.at <= ANSWER_WITHIN_MS)',
    to: 'asked.filter((q) => q.at <= at)',
    test: { suite: 'unit', file: anyOrder, name: 'is erased when the latest yes says so' },
  },
  {
    id: 'privacy/older-events-recreate-nothing',
    promise: 'A replay or a late webhook would bring a deleted person back.',
    file: known,
    from: 'const late = erasure !== undefined && event.at <= erasure.at;',
    to: 'const late = erasure !== undefined && event.at < 0;',
    test: { suite: 'unit', file: anyOrder, name: 'nothing of before the erasure is left' },
  },
  {
    id: 'privacy/newer-events-survive-a-late-yes',
    promise:
      'Who opted in again after deleting would be deleted once more, because the webhooks came in another order.',
    file: erasure,
    from: 'const consents = sub.consents.filter((c) => c.at > at);',
    to: 'const consents = sub.consents.filter((c) => c.at > at && c.at < 0);',
    test: { suite: 'unit', file: anyOrder, name: 'means the same in whatever order' },
  },
  {
    id: 'privacy/marker-is-empty',
    promise: 'The record that says "deleted" would still hold the sealed id.',
    file: erasure,
    from: "page: s.page, psid_sealed: '' }",
    to: 'page: s.page, psid_sealed: s.psid_sealed }',
    test: { suite: 'unit', file: anyOrder, name: 'the marker says nothing about anybody' },
  },
  {
    id: 'privacy/comes-back-as-somebody-new',
    promise: 'Who comes back would get the id that every reader has buried, and never hear anything.',
    file: known,
    from: 'const generation = (erasure?.generation ?? 0) + 1;',
    to: 'const generation = erasure?.generation ?? 0;',
    test: { suite: 'unit', file: anyOrder, name: 'whoever comes back is another shopper' },
  },
  {
    id: 'privacy/rows-go-with-the-person',
    promise: 'What a deleted person asked for, and the proofs of their consent, would stay in the table.',
    file: 'apps/optin/src/outbound/people.ts',
    from: "'DELETE FROM subscriptions WHERE shopper_id = $1 RETURNING sub_id'",
    to: "'SELECT sub_id FROM subscriptions WHERE shopper_id = $1'",
    test: { suite: 'int', file: erasing, name: 'leaves a mark only' },
  },
  {
    id: 'privacy/erased-this-very-moment',
    promise: 'An event that waited for the erasure to commit would answer, and publish, somebody who was just deleted.',
    file: 'apps/optin/src/inbound/erasing.ts',
    from: 'if (erased.length > 0) throw',
    to: 'if (erased.length < 0) throw',
    test: { suite: 'int', file: erasing, name: 'waits for the same row' },
  },
  {
    id: 'privacy/sealed-anew-is-not-the-last-word',
    promise:
      'A STOP that another process published would be lost when the topic is compacted: our older record lies behind it.',
    file: 'apps/optin/src/outbound/sealed-shoppers.ts',
    from: 'await settle(emitter, anew);',
    to: 'await settle(emitter, []);',
    test: {
      suite: 'int',
      file: 'apps/optin/src/outbound/sealed-shoppers.int.spec.ts',
      name: 'has the last word on the topic about one who moved on',
    },
  },
  {
    id: 'privacy/desk-deletes-only-its-own',
    promise: 'A shop could delete the shoppers of another.',
    file: 'apps/optin/src/inbound/shopper-erasure.ts',
    from: 'if (!person || (o.shop !== undefined && person.shopper.shop !== o.shop)) return false;',
    to: 'if (!person) return false;',
    test: { suite: 'int', file: erasing, name: 'knows only the shop’s own shoppers' },
  },
  {
    id: 'privacy/app-scoped-id-needs-its-prefix',
    promise: 'The platform would delete whoever happens to have the same number as the brand’s customer.',
    file: 'apps/optin/src/inbound/data-deletion.controller.ts',
    from: '`${FACEBOOK_ID}${userId}`',
    to: 'userId',
    test: { suite: 'int', file: erasing, name: 'nobody by an equal number' },
  },
  {
    id: 'privacy/deletion-request-is-signed',
    promise: 'Anybody could ask for the deletion of anybody.',
    file: signed,
    from: 'if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;',
    to: 'if (given.length !== expected.length || !timingSafeEqual(given, given)) return undefined;',
    test: { suite: 'unit', file: signing, name: 'of another app counts for nothing' },
  },
  {
    id: 'privacy/last-word-only',
    promise: 'Somebody who asked to be deleted would get answers to older messages, or alerts.',
    file: 'apps/delivery/src/outbound/gate.sql.ts',
    from: "CASE WHEN c.kind = 'reply' AND c.needs_rev >= c.known_rev THEN 'window' ELSE 'erased' END",
    to: "CASE WHEN c.kind = 'reply' THEN 'window' ELSE 'erased' END",
    test: { suite: 'int', file: left, name: 'only the reply to the erasure itself passes' },
  },
  {
    id: 'privacy/tokens-go-spent-or-not',
    promise: 'Tokens of deleted people would stay sealed in a table.',
    file: kept,
    from: "await tx.query('DELETE FROM grants WHERE shopper_id = ANY ($1)', [ids]);",
    to: "await tx.query('DELETE FROM grants WHERE shopper_id = ANY ($1) AND spent_by IS NULL', [ids]);",
    test: { suite: 'int', file: left, name: 'spent ones too' },
  },
  {
    id: 'privacy/replies-are-wiped',
    promise: 'What was said to a deleted person, and their sealed id, would stay for a week.',
    file: kept,
    from: "DELETE FROM ledger l USING replies r WHERE l.id = r.id AND r.state <> 'unknown'",
    to: "DELETE FROM ledger l USING replies r WHERE l.id = r.id AND r.state = ''",
    test: { suite: 'int', file: left, name: 'wiped once they are settled' },
  },
  {
    id: 'privacy/nothing-after-a-tombstone',
    promise: 'A replayed dead letter would put a deleted person’s sealed id back.',
    file: kept,
    from: 'UPDATE shoppers SET rev = ${LAST_REV}, psid_sealed',
    to: 'UPDATE shoppers SET psid_sealed',
    test: { suite: 'int', file: left, name: 'no older record brings anything back' },
  },
  {
    id: 'privacy/sealed-anew-keeps-what-it-holds',
    promise: 'Rotating a key would write over what somebody else has just sealed.',
    file: 'libs/service/src/sealed-column.ts',
    from: 'FOR UPDATE SKIP LOCKED',
    to: '',
    test: { suite: 'int', file: 'libs/service/src/reseal.int.spec.ts', name: 'keeps what was written' },
  },
  {
    id: 'privacy/sealed-anew-with-the-first-key',
    promise: 'A rotation would never end: everything stays under the old key, and the gauge says so for ever.',
    file: 'libs/service/src/sealer.ts',
    from: 'return sealed.startsWith(this.currentPrefix) ? sealed : this.seal(this.openBytes(sealed));',
    to: 'return sealed.length > 0 ? sealed : this.seal(this.openBytes(sealed));',
    test: { suite: 'int', file: 'libs/service/src/reseal.int.spec.ts', name: 'seals every row anew' },
  },
];
