/** The judge of webhooks accepts what is right, and refuses each run that is wrong in one way. */
import { describe, expect, it } from '@jest/globals';
import { judgeWebhooks, type Evidence, type Outage } from './judge.js';
import type { MutantEvidence } from './send-mutants.js';

const mutants: MutantEvidence = {
  ...{ mutants: 100, statuses: { 400: 10, 401: 89, none: 1 }, kinds: { 'body: a bit is turned': 100 } },
  ...{ accepted: [], acceptedCount: 0, untouched: { sent: 2, taken: 2, events: 5 } },
};
const outage: Outage = {
  ...{ awayMs: 30_000, refused: 12, caughtUpMs: 8_000 },
  writers: [
    { psid: '1', said: 4, logged: 4, records: 4, answered: 4 },
    { psid: '2', said: 3, logged: 3, records: 5, answered: 3 },
  ],
};
const right: Evidence = { wantedMutants: 100, mutants, loggedAfterMutants: 5, outage };
const [first] = outage.writers;

describe('the judge of webhooks', () => {
  it('accepts that no mutant was taken, and everything true once, however often it was sent', () => {
    expect(judgeWebhooks(right)).toMatchObject({ kept: true });
  });

  it.each<[string, Partial<Evidence>]>([
    ['a mutant that was taken', { mutants: { ...mutants, acceptedCount: 1, accepted: [{ how: 'x', request: 'y' }] } }],
    ['fewer mutants than wanted', { wantedMutants: 101 }],
    ['no mutants at all', { mutants: undefined }],
    ['an edge that refuses everything', { mutants: { ...mutants, untouched: { sent: 2, taken: 1, events: 5 } } }],
    [
      'a run without untouched ones',
      { mutants: { ...mutants, untouched: { sent: 0, taken: 0, events: 0 } }, loggedAfterMutants: 0 },
    ],
    ['an event in the log that nobody sent', { loggedAfterMutants: 6 }],
    ['an event that is not in the log', { loggedAfterMutants: 4 }],
    ['an absence that did not happen', { outage: undefined }],
    ['an absence that nobody felt', { outage: { ...outage, refused: 0 } }],
    ['an absence in which nobody wrote', { outage: { ...outage, writers: [] } }],
    ['a message that is in no record', { outage: { ...outage, writers: [{ ...first!, logged: 3 }] } }],
    ['a message that was never answered', { outage: { ...outage, writers: [{ ...first!, answered: 3 }] } }],
    ['a message that was answered twice', { outage: { ...outage, writers: [{ ...first!, answered: 5 }] } }],
  ])('refuses %s', (_, wrong) => {
    expect(judgeWebhooks({ ...right, ...wrong }).kept).toBe(false);
  });
});
