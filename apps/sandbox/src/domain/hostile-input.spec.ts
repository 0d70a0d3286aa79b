import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readUpload } from './attachment.js';
import { PERSON_NODE, readFields } from './fields.js';
import { deleteFromProfile, readProfile, setProfile } from './messenger-profile.js';
import { peekMedia, peekMetadata, peekRecipient, readSend } from './read-send.js';
import { rule39Batch } from './rules-batch.js';
import { samplePage } from './sample.spec-data.js';
import { rule41Fields } from './subscription.js';

/** Anything that JSON can carry, with the names that the platform knows among its keys. */
const key = fc.constantFrom(
  'id',
  'text',
  'type',
  'payload',
  'attachment',
  'title',
  'locale',
  'url',
  '__proto__',
  'toString',
  'x',
);
const { value } = fc.letrec<{ value: unknown; list: unknown[]; object: object }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('image', 'template', 'default', '{"a":'),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));
const params = (...names: string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });

/** Either it is taken, or it is refused with a code and words. */
function decided(outcome: object): void {
  if (!('refusal' in outcome)) return;
  expect(outcome.refusal).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
}

describe('whatever a caller sends is taken or refused, and nothing throws', () => {
  it('messages', () => {
    fc.assert(
      fc.property(params('recipient', 'message', 'messaging_type', 'tag', 'sender_action'), (given) => {
        decided(readSend(given, samplePage()));
        [peekRecipient(given), peekMedia(given), peekMetadata(given)].forEach(() => undefined);
      }),
      { numRuns: 2000 },
    );
  });

  it('profiles', () => {
    const names = ['get_started', 'greeting', 'ice_breakers', 'persistent_menu', 'whitelisted_domains', 'fields'];
    fc.assert(
      fc.property(params(...names, 'account_linking_url'), (given) => {
        decided(setProfile({}, given));
        decided(readProfile({}, given.fields));
        decided(deleteFromProfile({}, given.fields));
      }),
      { numRuns: 2000 },
    );
  });

  it('files, fields, batches and subscriptions', () => {
    fc.assert(
      fc.property(value, (given) => {
        decided(readUpload({ attachment: given }));
        decided(readFields(given, PERSON_NODE));
        decided(rule39Batch(given));
        decided(rule41Fields(given));
      }),
      { numRuns: 2000 },
    );
  });
});
