import { describe, expect, it } from '@jest/globals';
import { classifyAnswer } from './classify-answer.js';
import { ERROR_TABLE, findErrorRow } from './error-table.js';
import type { RecipientKind } from './error-table.js';

const KINDS: RecipientKind[] = ['psid', 'one_time', 'notification'];

function answer(code: number, subcode?: number, status = 400): { status: number; bodyText: string } {
  const error = { message: '(#x) words', type: 'OAuthException', code, error_subcode: subcode, fbtrace_id: 'Atrace' };
  return { status, bodyText: JSON.stringify({ error }) };
}

describe('accepted', () => {
  it('gives the message id and the recipient', () => {
    const bodyText = '{"recipient_id":"200","message_id":"m_1"}';
    expect(classifyAnswer({ status: 200, bodyText, recipientKind: 'psid' })).toEqual({
      outcome: 'accepted',
      messageId: 'm_1',
      recipientId: '200',
    });
  });

  it('does without a recipient, which some kinds of recipient never return', () => {
    expect(classifyAnswer({ status: 200, bodyText: '{"message_id":"m_1"}', recipientKind: 'one_time' })).toEqual({
      outcome: 'accepted',
      messageId: 'm_1',
    });
  });
});

describe('proven refusals', () => {
  it.each<[number, number | undefined, RecipientKind, string, string]>([
    [3, undefined, 'psid', 'page', 'not_permitted'],
    [4, undefined, 'psid', 'throttle', 'app_limit'],
    [4, 99, 'psid', 'throttle', 'app_limit'],
    [4, 2018022, 'psid', 'throttle', 'page_limit'],
    [4, 2018354, 'notification', 'later', 'cooldown'],
    [9, 2018352, 'psid', 'drop', 'optin_request_limit'],
    [10, undefined, 'psid', 'page', 'not_permitted'],
    [10, 2018278, 'psid', 'drop', 'window_closed'],
    [10, 2018278, 'one_time', 'grant', 'token_dead'],
    [10, 2534022, 'psid', 'drop', 'window_closed'],
    [10, 2018065, 'psid', 'bug', 'not_permitted'],
    [10, 2018108, 'one_time', 'person', 'person_unavailable'],
    [10, 1893015, 'notification', 'grant', 'opted_out'],
    [10, 1404170, 'psid', 'drop', 'optin_requests_restricted'],
    [10, 1893063, 'one_time', 'page', 'page_restricted'],
    [10, 2018300, 'psid', 'later', 'thread_owned'],
    [10, 2018336, 'psid', 'drop', 'region_blocked'],
    [10, 777, 'psid', 'bug', 'bad_request'],
    [10, 777, 'one_time', 'grant', 'token_dead'],
    [17, undefined, 'psid', 'throttle', 'app_limit'],
    [32, undefined, 'psid', 'throttle', 'page_limit'],
    [100, undefined, 'psid', 'bug', 'bad_request'],
    [100, undefined, 'one_time', 'grant', 'token_dead'],
    [100, 2018034, 'one_time', 'grant', 'token_dead'],
    [100, undefined, 'notification', 'grant', 'token_dead'],
    [100, 2018034, 'notification', 'bug', 'bad_request'],
    [100, 33, 'psid', 'person', 'no_such_person'],
    [100, 2018001, 'psid', 'person', 'no_such_person'],
    [100, 2018008, 'psid', 'later', 'attachment_fetch'],
    [100, 2018014, 'psid', 'bug', 'bad_request'],
    [190, 460, 'one_time', 'page', 'access_token_dead'],
    [190, undefined, 'psid', 'page', 'access_token_dead'],
    [200, 1545041, 'psid', 'person', 'person_unavailable'],
    [200, 2018028, 'psid', 'page', 'not_permitted'],
    [230, undefined, 'psid', 'page', 'not_permitted'],
    [341, undefined, 'psid', 'throttle', 'app_limit'],
    [368, undefined, 'psid', 'page', 'page_restricted'],
    [506, undefined, 'psid', 'bug', 'bad_request'],
    [551, undefined, 'psid', 'person', 'person_unavailable'],
    [551, 1545041, 'one_time', 'person', 'person_unavailable'],
    [613, undefined, 'one_time', 'throttle', 'page_limit'],
    [613, 1996, 'psid', 'throttle', 'page_limit'],
    [613, 1893016, 'psid', 'drop', 'optin_request_limit'],
    [613, 2018338, 'psid', 'page', 'page_restricted'],
    [2022, undefined, 'psid', 'page', 'page_restricted'],
    [10303, undefined, 'psid', 'bug', 'bad_request'],
    [10903, undefined, 'psid', 'drop', 'not_replyable'],
    [80001, undefined, 'psid', 'throttle', 'page_limit'],
    [80006, undefined, 'psid', 'throttle', 'page_limit'],
    [2018300, undefined, 'psid', 'later', 'thread_owned'],
    [2018321, undefined, 'psid', 'later', 'thread_owned'],
  ])('%i/%s for %s: %s (%s)', (code, subcode, recipientKind, action, reason) => {
    const verdict = classifyAnswer({ ...answer(code, subcode), recipientKind });
    expect(verdict).toMatchObject({
      outcome: 'refused',
      code,
      subcode: subcode ?? null,
      action,
      reason,
      trace: 'Atrace',
    });
  });

  it('reads an error inside a 200 and behind any 4xx alike', () => {
    for (const status of [200, 400, 401, 403, 429]) {
      const verdict = classifyAnswer({ ...answer(613, undefined, status), recipientKind: 'psid' });
      expect(verdict).toMatchObject({ outcome: 'refused', action: 'throttle' });
    }
  });

  it('tells how long to wait wherever it says later', () => {
    for (const row of ERROR_TABLE) {
      if (row.proof === 'refused' && row.action === 'later') expect(row.waitMs).toBeGreaterThan(0);
    }
  });
});

describe('unknown: never sent again because of such an answer', () => {
  it.each(
    [1, 2, 99, 1200].flatMap((code) => [undefined, 1357046, 2018024, 2018344].map((sub) => [code, sub] as const)),
  )('%i/%s may have gone out', (code, subcode) => {
    for (const recipientKind of KINDS) {
      expect(classifyAnswer({ ...answer(code, subcode), recipientKind })).toMatchObject({
        outcome: 'unknown',
        why: 'ambiguous_code',
        code,
      });
    }
  });

  it.each([
    ['a 500 with a page of HTML', 500, '<html>', 'server_error'],
    ['a 503 that carries a listed code', 503, answer(613).bodyText, 'server_error'],
    ['a 500 that carries a message id', 500, '{"message_id":"m_1"}', 'server_error'],
    ['a redirect', 302, '', 'unexpected_status'],
    ['a 200 without JSON', 200, 'OK', 'unreadable'],
    ['a 200 with other JSON', 200, '{"success":true}', 'unreadable'],
    ['a 200 with null', 200, 'null', 'unreadable'],
    ['a 200 that is empty', 200, '', 'unreadable'],
    ['a 400 without JSON', 400, 'Bad Request', 'unreadable'],
    ['a 400 with an error of another shape', 400, '{"error":"nope"}', 'unreadable'],
    ['a 400 with a message id', 400, '{"message_id":"m_1"}', 'contradiction'],
    ['a 200 with both', 200, '{"message_id":"m_1","error":{"code":100}}', 'contradiction'],
    ['a code nobody lists', 400, answer(424242).bodyText, 'unlisted_code'],
    ['a code whose listed subcode is another', 400, answer(9, 1).bodyText, 'unlisted_code'],
  ])('%s', (_, status, bodyText, why) => {
    for (const recipientKind of KINDS) {
      expect(classifyAnswer({ status, bodyText, recipientKind })).toMatchObject({ outcome: 'unknown', why });
    }
  });
});

describe('the table', () => {
  it('has no row that an earlier one hides', () => {
    for (const row of ERROR_TABLE) {
      const candidates = typeof row.code === 'number' ? [row.code] : range(row.code[0], row.code[1]);
      const subcodes = row.subcode === 'any' ? [null, 987654] : [row.subcode];
      const kinds = row.recipient ? [row.recipient] : KINDS;
      const reached = candidates.some((c) => subcodes.some((s) => kinds.some((k) => findErrorRow(c, s, k) === row)));
      expect({ code: row.code, subcode: row.subcode, recipient: row.recipient, reached }).toMatchObject({
        reached: true,
      });
    }
  });

  it('names a source in every row', () => {
    for (const row of ERROR_TABLE)
      expect(row.source).toMatch(/^(ERR|SEND|GRAPH|FAQ|SEEN|OURS)( (ERR|SEND|GRAPH|FAQ|SEEN|OURS))*$/);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
