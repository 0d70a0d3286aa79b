import { describe, expect, it } from '@jest/globals';
import { alertsAdmitted, messagesRequested } from '@beckon/contracts';
import { ERROR_TABLE, classifyAnswer, type RecipientKind } from '@beckon/messenger';
import type { Fact } from './facts.js';
import type { AlertRow, LedgerRow, ReplyRow, Told } from './ledger-row.js';
import { settle, type Settlement } from './settle-answer.js';

const T = 1_790_000_001_000;
const TOLD: Told = { template: 'price_drop', locale: 'de', price_amount: 9900, price_currency: 'EUR' };
const columns = {
  shop: 'aurora',
  page: '1001',
  shopper_id: 'shp_1',
  state: 'sending',
  reason: null,
  not_before: null,
  send_by: T + 10_000,
  epoch: 7,
  grant_id: 'grt_1',
  grant_kind: 'one_time',
  claimed_at: T - 100,
  posted_at: null,
  answered_at: null,
  settled_at: null,
  unknown_since: null,
  echoed_at: null,
  mid: null,
  error_code: null,
  error_subcode: null,
  seq: 0,
  answer_seq: 0,
  decision_seq: 0,
  template: null,
  locale: null,
  price_amount: null,
  price_currency: null,
  delivered_at: null,
  read_at: null,
} as const;
const alert = (over: Partial<AlertRow> = {}): AlertRow => ({
  ...columns,
  id: 'alr_1',
  kind: 'alert',
  admission_no: 2,
  body: alertsAdmitted.example,
  ...over,
});
const reply = (over: Partial<ReplyRow> = {}): ReplyRow => ({
  ...columns,
  id: 'rep_1',
  kind: 'reply',
  admission_no: 0,
  grant_id: null,
  grant_kind: 'window',
  body: messagesRequested.example,
  ...over,
});

const answered = (status: number, bodyText: string, kind: RecipientKind = 'one_time'): Fact => ({
  type: 'answered',
  epoch: 7,
  at: T,
  posted_at: T - 50,
  told: TOLD,
  token_mark: 'mark',
  answer: classifyAnswer({ status, bodyText, recipientKind: kind }),
});
const ok = answered(200, '{"recipient_id":"200","message_id":"m_1"}');
const error = (code: number, error_subcode?: number, kind?: RecipientKind): Fact =>
  answered(400, JSON.stringify({ error: { code, error_subcode } }), kind);
const echo: Fact = { type: 'echoed', page: '1001', shopper_id: 'shp_1', mid: 'm_1', at: T + 5 };
const lost: Fact = { type: 'answer_lost', epoch: 7, at: T, posted_at: T - 50, told: TOLD };

/** Applies facts one after the other. */
function play(row: LedgerRow, ...facts: Fact[]): { row: LedgerRow; told: Settlement[] } {
  const told: Settlement[] = [];
  for (const fact of facts) {
    const s = settle(row, fact);
    if (s) {
      row = s.row;
      told.push(s);
    }
  }
  return { row, told };
}
const records = (told: Settlement[]) => told.flatMap((s) => (s.tell ? [s.tell] : []));
const terminal = (told: Settlement[]) => told.flatMap((s) => (s.verdict?.terminal ? [s.verdict.verdict] : []));
const effects = (told: Settlement[]) => told.flatMap((s) => s.effects.map((e) => e.type));

describe('an accepted message', () => {
  it('is told once, with what was said and when', () => {
    const { row, told } = play(alert(), ok, ok, lost, echo);
    expect(row).toMatchObject({ state: 'accepted', mid: 'm_1', answered_at: T, posted_at: T - 50, ...TOLD, seq: 1 });
    expect(records(told)).toEqual(['accepted']);
    expect(terminal(told)).toEqual(['sent']);
    expect(effects(told)).not.toContain('free_grant');
  });

  it.each([
    ['answer, echo', [ok, echo]],
    ['echo, answer', [echo, ok]],
    ['echo, lost answer', [echo, lost]],
    ['lost answer, echo', [lost, echo]],
    ['echo, death of the worker', [echo, { type: 'orphaned', at: T + 9 } as Fact]],
    ['death of the worker, echo', [{ type: 'orphaned', at: T + 9 } as Fact, echo]],
    ['echo, an answer that says no', [echo, error(613)]],
    ['death of the worker, answer', [{ type: 'orphaned', at: T + 9 } as Fact, ok]],
  ])('ends the same for %s', (_, facts) => {
    const { row, told } = play(alert(), ...facts);
    expect(row).toMatchObject({ state: 'accepted', mid: 'm_1', reason: null });
    expect(terminal(told)).toEqual(['sent']);
    expect(records(told).at(-1)).toBe('accepted');
    expect(effects(told)).not.toContain('free_grant');
  });

  it('may become so a day after it was given up, and only then are there two terminal lines', () => {
    const { row, told } = play(alert(), lost, { type: 'given_up', at: T + 86_400_000 }, echo, echo);
    expect(row.state).toBe('accepted');
    expect(terminal(told)).toEqual(['failed', 'sent']);
    expect(records(told)).toEqual(['unknown', 'failed', 'accepted']);
    expect(row.seq).toBe(3);
  });

  it('gets delivered and read marks once each, and read without delivered', () => {
    const { told, row } = play(
      alert(),
      ok,
      { type: 'received', how: 'delivered', at: T + 10 },
      { type: 'received', how: 'delivered', at: T + 11 },
      { type: 'received', how: 'read', at: T + 20 },
    );
    expect(records(told)).toEqual(['accepted', 'delivered', 'read']);
    expect(row).toMatchObject({ delivered_at: T + 10, read_at: T + 20, seq: 3, answer_seq: 1 });
    expect(play(alert(), ok, { type: 'received', how: 'read', at: T + 20 }).row).toMatchObject({
      delivered_at: T + 20,
      read_at: T + 20,
    });
  });
});

describe('an unknown outcome', () => {
  it.each([
    ['time-out or reset', lost],
    ['1', error(1)],
    ['2', error(2)],
    ['1200', error(1200, 2018024)],
    ['an unlisted code', error(424242)],
    ['500', answered(500, '<html>')],
    ['200 without JSON', answered(200, 'OK')],
  ])('%s: keeps the grant spent and is never in line again', (_, fact) => {
    const { row, told } = play(alert(), fact, { type: 'asked_again', admission_no: 3, at: T });
    expect(row).toMatchObject({ state: 'unknown', reason: 'outcome_unknown', unknown_since: T });
    expect(effects(told)).not.toContain('free_grant');
    expect(terminal(told)).toEqual([]);
    expect(records(told)[0]).toBe('unknown');
  });

  it('a late refusal proves that nothing was sent: the alert comes back', () => {
    const { row, told } = play(alert(), { type: 'orphaned', at: T }, error(613));
    expect(row).toMatchObject({ state: 'refused', reason: 'rate_limited' });
    expect(records(told)).toEqual(['unknown', 'refused']);
    expect(terminal(told)).toEqual([]);
    expect(effects(told)).toContain('free_grant');
  });

  it('what was provably not sent, after it was told unknown, comes back, and is given up no more', () => {
    const late: Fact = { type: 'not_sent', why: 'late', epoch: 7, at: T + 1 };
    const { row, told } = play(alert(), { type: 'orphaned', at: T }, late);
    expect(row).toMatchObject({ state: 'returned', reason: 'past_send_by' });
    expect(records(told)).toEqual(['unknown', 'returned']);
    expect(terminal(told)).toEqual([]);
    expect(effects(told)).toEqual(['free_grant']);
    expect(play(row, late, { type: 'given_up', at: T + 86_400_000 }).told).toEqual([]);
  });

  it('that is told as unknown already: that it was posted is noted, and nothing told again', () => {
    for (const fact of [lost, error(1)]) {
      const { row, told } = play(alert(), { type: 'orphaned', at: T }, fact);
      expect(row.posted_at).not.toBeNull();
      expect(records(told)).toEqual(['unknown']);
    }
  });

  it('a reply that nobody posted, after its outcome was unknown, goes back to the line', () => {
    const unheard: Fact = { type: 'not_sent', why: 'not_heard', epoch: 7, at: T + 1 };
    expect(play(reply(), { type: 'orphaned', at: T }, unheard).row).toMatchObject({ state: 'queued' });
  });

  it('a reply that was provably not sent, after its outcome was unknown, ends there', () => {
    const late: Fact = { type: 'not_sent', why: 'not_connected', epoch: 7, at: T + 1 };
    expect(play(reply(), { type: 'orphaned', at: T }, late).row).toMatchObject({ state: 'failed' });
  });

  it('is not settled by an echo for another person or Page', () => {
    const { row } = play(alert(), lost, { ...echo, shopper_id: 'shp_2' } as Fact, { ...echo, page: '1' } as Fact);
    expect(row.state).toBe('unknown');
  });
});

describe('an echo that proves nothing', () => {
  it('an echo of what was never claimed changes nothing: it is not ours', () => {
    expect(play(alert({ state: 'queued', claimed_at: null }), echo).told).toEqual([]);
    expect(play(alert({ state: 'returned', claimed_at: null }), echo).told).toEqual([]);
  });

  it('a failure with a proven reason stands, whatever is echoed afterwards', () => {
    const { row, told } = play(alert(), error(100), echo);
    expect(row).toMatchObject({ state: 'failed', reason: 'grant_dead' });
    expect(terminal(told)).toEqual(['failed']);
  });
});

describe('a proven refusal', () => {
  it.each([
    ['613', error(613), 'refused', 'rate_limited', ['free_grant', 'rest_page']],
    ['4', error(4), 'refused', 'rate_limited', ['free_grant', 'rest_page']],
    ['80006', error(80006), 'refused', 'rate_limited', ['free_grant', 'rest_page']],
    ['190', error(190, 460), 'refused', 'page_stopped', ['free_grant', 'stop_page']],
    ['10', error(10), 'refused', 'page_stopped', ['free_grant', 'stop_page']],
    ['551', error(551), 'refused', 'suspended', ['free_grant', 'suspend_shopper']],
    ['10/2018108', error(10, 2018108), 'refused', 'suspended', ['free_grant', 'suspend_shopper']],
    ['100 on a token', error(100), 'failed', 'grant_dead', ['kill_grant']],
    ['100/2018008', error(100, 2018008, 'psid'), 'deferred', 'refused', ['free_grant']],
    ['10/2018300', error(10, 2018300), 'deferred', 'refused', ['free_grant']],
    ['100 on a person', error(100, 2018034, 'psid'), 'failed', 'bad_request', ['free_grant']],
    ['10/2018278 on a person', error(10, 2018278, 'psid'), 'refused', 'window_closed', ['free_grant', 'refute_window']],
    ['10/2018336', error(10, 2018336), 'failed', 'refused', ['free_grant']],
  ])('%s', (_, fact, state, reason, all) => {
    const { row, told } = play(alert(), fact);
    expect(row).toMatchObject({ state, reason, seq: 1, posted_at: T - 50 });
    expect(effects(told)).toEqual(all);
    expect(terminal(told)).toEqual(state === 'failed' ? ['failed'] : []);
    expect(row.error_code).not.toBeNull();
  });

  it('names the time of a deferral', () => {
    expect(play(alert(), error(10, 2018300)).row.not_before).toBe(T + 300_000);
  });

  it('every row of the error table leads somewhere, and only unknown ones keep a grant alive and spent', () => {
    for (const line of ERROR_TABLE) {
      const code = typeof line.code === 'number' ? line.code : line.code[0];
      const sub = line.subcode === 'any' || line.subcode === null ? undefined : line.subcode;
      const kind = line.recipient ?? 'psid';
      const { row, told } = play(alert(), error(code, sub, kind));
      const gone = effects(told).some((e) => e === 'free_grant' || e === 'kill_grant');
      expect(gone).toBe(row.state !== 'unknown');
      expect(row.state).not.toBe('sending');
    }
  });

  it('of a reply puts it in line again until it expires', () => {
    expect(play(reply(), error(613)).row).toMatchObject({ state: 'queued', not_before: T });
    expect(play(reply({ send_by: T - 1 }), error(613)).row).toMatchObject({ state: 'failed', reason: 'expired' });
    expect(play(reply(), lost).row.state).toBe('unknown');
    expect(records(play(reply(), ok).told)).toEqual([]);
  });
});

describe('what was provably not sent', () => {
  it.each([
    ['late', 'returned', 'past_send_by', ['free_grant']],
    ['not_connected', 'returned', 'not_connected', ['free_grant', 'rest_page']],
    ['no_token', 'refused', 'page_stopped', ['free_grant', 'stop_page']],
    ['unreadable', 'refused', 'refused', ['free_grant']],
  ] as const)('%s', (why, state, reason, all) => {
    const { row, told } = play(alert(), { type: 'not_sent', why, epoch: 7, at: T });
    expect(row).toMatchObject({ state, reason, grant_id: null });
    expect(effects(told)).toEqual(all);
    expect(terminal(told)).toEqual([]);
  });

  it('an unwordable alert fails and gives its grant back', () => {
    const { row, told } = play(alert(), { type: 'not_worded', detail: 'a value is missing: price', epoch: 7, at: T });
    expect(row).toMatchObject({ state: 'failed', reason: 'not_worded' });
    expect(effects(told)).toEqual(['free_grant']);
    expect(told[0]?.verdict).toMatchObject({ terminal: true, detail: 'a value is missing: price' });
  });
});

describe('in line', () => {
  const queued = (over: Partial<AlertRow> = {}): AlertRow => alert({ state: 'queued', grant_id: null, ...over });

  it('a passed time gives the admission back', () => {
    expect(play(queued(), { type: 'too_late', at: T }).row).toMatchObject({
      state: 'returned',
      reason: 'past_send_by',
    });
    expect(play(reply({ state: 'queued' }), { type: 'too_late', at: T }).row).toMatchObject({ state: 'failed' });
    expect(play(alert(), { type: 'too_late', at: T }).told).toEqual([]);
  });

  it.each([
    ['stopped', 'refused', []],
    ['subscription_ended', 'refused', []],
    ['suspended', 'refused', []],
    ['erased', 'refused', []],
    ['no_grant', 'failed', ['failed']],
    ['grant_resting', 'deferred', []],
  ] as const)('barred as %s', (reason, state, ends) => {
    const until = reason === 'grant_resting' ? T + 5000 : null;
    const fact: Fact = { type: 'barred', admission_no: 2, reason, until, at: T };
    const { row, told } = play(queued(), fact, fact);
    expect(row).toMatchObject({ state, reason, seq: 1, not_before: until });
    expect(terminal(told)).toEqual(ends);
  });

  it('a token that Messenger says must rest is put off with its alert, for as long as it says', () => {
    const { row, told } = play(
      alert({ grant_kind: 'notification', grant_id: 'grt_n' }),
      error(4, 2018354, 'notification'),
    );
    const until = T + 48 * 3_600_000;
    expect(row).toMatchObject({ state: 'deferred', reason: 'grant_resting', not_before: until, grant_id: null });
    expect(terminal(told)).toEqual([]);
    expect(told.flatMap((s) => s.effects)).toEqual([
      { type: 'free_grant', grant_id: 'grt_n', spent_by: 'alr_1' },
      { type: 'rest_grant', grant_id: 'grt_n', until },
    ]);
  });

  it.each([
    [10, 1893015, 'kill_grant'],
    [100, undefined, 'kill_grant'],
    [10, undefined, 'free_grant'],
  ] as const)('a notification token refused with %d/%s: %s', (code, subcode, effect) => {
    const { row, told } = play(
      alert({ grant_kind: 'notification', grant_id: 'grt_n' }),
      error(code, subcode, 'notification'),
    );
    expect(row.state).toBe('failed');
    expect(effects(told)).toEqual([effect]);
  });

  it('a verdict about an older admission is ignored', () => {
    expect(play(queued(), { type: 'barred', admission_no: 1, reason: 'stopped', until: null, at: T }).told).toEqual([]);
  });

  it('a stopped Page puts alerts off and lets replies wait', () => {
    expect(play(queued(), { type: 'page_stopped', at: T }).row).toMatchObject({
      state: 'deferred',
      not_before: T + 30_000,
    });
    expect(play(reply({ state: 'queued' }), { type: 'page_stopped', at: T }).told).toEqual([]);
  });
});

describe('asked again', () => {
  it('says the same under the same number and changes nothing', () => {
    const { row } = play(alert(), ok);
    const again = settle(row, { type: 'asked_again', admission_no: 2, at: T + 99 });
    expect(again).toMatchObject({ tell: 'accepted', verdict: null });
    expect(again?.row).toBe(row);
  });

  it('says nothing while the answer is out, nor for an older number', () => {
    expect(settle(alert(), { type: 'asked_again', admission_no: 2, at: T })).toBeUndefined();
    expect(settle(play(alert(), ok).row, { type: 'asked_again', admission_no: 1, at: T })).toBeUndefined();
  });
});

it('an answer of an older epoch is not taken for ours', () => {
  expect(settle(alert({ epoch: 8 }), ok)).toBeUndefined();
});
