import { GraphFault } from '@beckon/messenger';
import { describe, expect, it } from '@jest/globals';
import { findingOf, oneTimeFinding } from './page-finding.js';

describe('what a refusal means', () => {
  it.each<[string, number, number | undefined, number | undefined, RegExp]>([
    ['no answer', 0, undefined, undefined, /GRAPH_BASE_URL/],
    ['a dead token', 400, 190, 463, /token that does not expire/],
    ['a permission', 400, 200, undefined, /pages_manage_metadata/],
    ['a permission, by its older code', 403, 10, undefined, /pages_manage_metadata/],
    ['too many calls', 400, 613, undefined, /ten minutes/],
    ['too many calls for Messenger', 400, 80006, undefined, /ten minutes/],
    ['another Page', 400, 100, 33, /numeric id/],
    ['anything else', 500, 1, undefined, /error reference/],
  ])('%s', (_, status, code, subcode, fix) => {
    const finding = findingOf('webhook fields', new GraphFault(status, 'said', code, subcode), 'pages_manage_metadata');
    expect(finding).toMatchObject({ state: 'missing', says: expect.stringContaining('said') });
    expect(finding.fix).toMatch(fix);
  });
});

describe('one-time notifications', () => {
  const review = (status: string) => [
    { feature: 'gender', status: 'approved' },
    { feature: 'one_time_notification', status },
  ];
  it.each<[string, { feature: string; status: string }[], boolean, boolean | undefined, string]>([
    ['approved', review('APPROVED'), true, false, 'ok'],
    ['limited', review('limited'), true, false, 'missing'],
    ['rejected', review('rejected'), true, undefined, 'missing'],
    ['not told', [{ feature: 'gender', status: 'approved' }], true, true, 'note'],
    ['not wanted', review('rejected'), false, false, 'note'],
  ])('%s', (_, reviews, wanted, inEurope, state) => {
    expect(oneTimeFinding(reviews, wanted, inEurope).state).toBe(state);
  });
  it('in Europe it is said beside it', () => {
    expect(oneTimeFinding(review('approved'), true, true).says).toContain('Europe');
    expect(oneTimeFinding(review('approved'), true, false).says).not.toContain('Europe');
  });
});
