/**
 * The state machine of the ledger: one row and one fact make the row as it is from now on, what to tell (a record in
 * `deliveries`, a line in `decisions`), and what follows for grant, shopper and Page.
 *
 * Invariants kept here: a row goes back to where it may be sent again only after a proven refusal or when not a byte
 * was written; each admission number gets one answer; an alert gets one terminal decision, except that
 * `failed:outcome_unknown` may become `sent`; a fact that comes twice or too late changes nothing.
 */
import type { Decision, Delivery, Reason } from '@beckon/contracts';
import type { Classified } from '@beckon/messenger';
import { actsBefore } from './choose-grant.js';
import type { Fact } from './facts.js';
import { isAnswered, type LedgerRow, type LedgerState, type Told } from './ledger-row.js';
import { consequenceOf, retryStoppedPageAfter } from './refusals.js';

/** What else changes, beside the row. */
export type Effect =
  | { readonly type: 'free_grant'; readonly grant_id: string; readonly spent_by: string }
  | { readonly type: 'kill_grant'; readonly grant_id: string; readonly at: number }
  /** Not to be used before `until`; free again from then on. */
  | { readonly type: 'rest_grant'; readonly grant_id: string; readonly until: number }
  /** The shopper cannot be reached until they act after our attempt; see `actsBefore`. */
  | { readonly type: 'suspend_shopper'; readonly shopper_id: string; readonly until_window_after: number }
  | { readonly type: 'refute_window'; readonly shopper_id: string; readonly until_window_after: number }
  | { readonly type: 'rest_page'; readonly page: string; readonly at: number }
  | { readonly type: 'page_works'; readonly page: string; readonly at: number }
  | {
      readonly type: 'stop_page';
      readonly page: string;
      readonly at: number;
      /** What is wrong, for people: Messenger's reason, or that there is no token. */
      readonly why: string;
      /** Milliseconds after which it is tried again; null: only with another access token. */
      readonly retry_after: number | null;
      readonly token_mark: string | null;
    };

/** One line for `decisions`. */
export interface Verdict {
  readonly verdict: Extract<Decision['verdict'], 'sent' | 'returned' | 'held' | 'failed'>;
  readonly reason: Reason | null;
  readonly terminal: boolean;
  readonly detail: string | null;
}

/** The row from now on and all that follows. `tell` is null where nobody needs to hear of it. */
export interface Settlement {
  readonly row: LedgerRow;
  readonly tell: Delivery['state'] | null;
  readonly verdict: Verdict | null;
  readonly effects: readonly Effect[];
}

/** A returned alert of a stopped Page is worth trying again after this time, in milliseconds. */
export const STOPPED_PAGE_RETRY_MS = 30_000;

/** What one fact makes of one row; undefined when it changes nothing. */
export function settle(row: LedgerRow, fact: Fact): Settlement | undefined {
  switch (fact.type) {
    case 'answered':
      return isOurs(row, fact.epoch) ? onAnswer(row, fact, fact.answer) : undefined;
    case 'answer_lost':
      return isOurs(row, fact.epoch) ? onNoAnswer(withTold(row, fact.told, fact.posted_at), fact.at) : undefined;
    case 'not_sent':
      if (!isOurs(row, fact.epoch)) return undefined;
      return onNotSent(row, fact.why, fact.at);
    case 'not_worded':
      if (!isOurs(row, fact.epoch)) return undefined;
      return end(row, fact.at, 'failed', 'not_worded', freed(row), fact.detail);
    case 'barred':
      if (row.state !== 'queued' || row.admission_no !== fact.admission_no) return undefined;
      if (fact.reason === 'grant_resting')
        return giveBack({ ...row, not_before: fact.until }, fact.at, 'deferred', fact.reason, []);
      return fact.reason === 'no_grant' || row.kind === 'reply'
        ? end(row, fact.at, 'failed', fact.reason, [])
        : giveBack(row, fact.at, 'refused', fact.reason, []);
    case 'echoed':
      return onEcho(row, fact);
    case 'orphaned':
      if (row.state !== 'sending') return undefined;
      return onLostAnswer(row, fact.at, [], 'the process that sent it ended before it could note the answer');
    case 'too_late':
      if (row.state !== 'queued') return undefined;
      return row.kind === 'reply'
        ? end(row, fact.at, 'failed', 'expired', [])
        : giveBack(row, fact.at, 'returned', 'past_send_by', []);
    case 'page_stopped':
      if (row.state !== 'queued' || row.kind === 'reply') return undefined;
      return giveBack({ ...row, not_before: fact.at + STOPPED_PAGE_RETRY_MS }, fact.at, 'deferred', 'page_stopped', []);
    case 'given_up':
      return row.state === 'unknown' ? end(row, fact.at, 'failed', 'outcome_unknown', []) : undefined;
    case 'received':
      return onReceived(row, fact.how, fact.at);
    case 'asked_again':
      return onAskedAgain(row, fact.admission_no);
  }
}

/** The answer to a claim of this epoch, unless the row was settled otherwise meanwhile. */
function isOurs(row: LedgerRow, epoch: number): boolean {
  return row.epoch === epoch && (row.state === 'sending' || row.state === 'unknown');
}

type Answered = Extract<Fact, { type: 'answered' }>;

function onAnswer(before: LedgerRow, fact: Answered, answer: Classified): Settlement | undefined {
  const row = withTold(before, fact.told, fact.posted_at);
  if (answer.outcome === 'accepted')
    return accept({ ...row, mid: answer.messageId }, fact.at, [{ type: 'page_works', page: row.page, at: fact.at }]);
  const coded = { ...row, error_code: answer.code ?? null, error_subcode: answer.subcode ?? null };
  if (answer.outcome === 'unknown') {
    if (row.state === 'unknown') return marked(row);
    return onLostAnswer(coded, fact.at, [restPage(row, fact.at)], `Messenger’s answer proves nothing (${answer.why})`);
  }
  // An echo is stronger than words: what was echoed has gone out, whatever the answer said.
  if (row.echoed_at !== null) return accept(coded, row.echoed_at, []);
  const c = consequenceOf(answer);
  const sentAt = row.claimed_at ?? fact.at;
  const not_before = answer.waitMs === undefined ? null : fact.at + answer.waitMs;
  const effects: Effect[] = c.grant === 'dead' ? killed(row, fact.at) : freed(row);
  if (c.grant === 'rests' && row.grant_id !== null && not_before !== null)
    effects.push({ type: 'rest_grant', grant_id: row.grant_id, until: not_before });
  if (c.page === 'rests') effects.push(restPage(row, fact.at));
  if (c.page === 'stops')
    effects.push({
      type: 'stop_page',
      page: row.page,
      at: fact.at,
      why: answer.reason,
      retry_after: retryStoppedPageAfter(answer),
      token_mark: fact.token_mark,
    });
  const mark = { shopper_id: row.shopper_id, until_window_after: actsBefore(sentAt) };
  if (c.shopper === 'unreachable') effects.push({ type: 'suspend_shopper', ...mark });
  if (c.shopper === 'window_refuted') effects.push({ type: 'refute_window', ...mark });
  if (c.state === 'failed') return end(coded, fact.at, 'failed', c.reason, effects);
  return giveBack({ ...coded, not_before }, fact.at, c.state, c.reason, effects);
}

/** What was told as unknown is told no more; that it was posted is noted, so that nobody takes it for unposted. */
const onNoAnswer = (row: LedgerRow, at: number): Settlement =>
  row.state === 'unknown' ? marked(row) : onLostAnswer(row, at, [restPage(row, at)], 'no answer came');

const marked = (row: LedgerRow): Settlement => ({ row, tell: null, verdict: null, effects: [] });

/** Nobody knows: the grant stays spent, the row waits for its echo. An echo that already came settles it. */
function onLostAnswer(row: LedgerRow, at: number, effects: Effect[], detail: string): Settlement {
  if (row.echoed_at !== null) return accept(row, row.echoed_at, []);
  const now: LedgerRow = { ...row, state: 'unknown', reason: 'outcome_unknown', unknown_since: at, settled_at: at };
  const verdict: Verdict = { verdict: 'held', reason: 'outcome_unknown', terminal: false, detail };
  return told(now, 'unknown', verdict, effects);
}

/** Not one byte left: the grant is free again, and the message may go again. */
function onNotSent(row: LedgerRow, why: Extract<Fact, { type: 'not_sent' }>['why'], at: number): Settlement {
  const free = freed(row);
  if (why === 'late') return giveBack(row, at, 'returned', 'past_send_by', free);
  // Nobody posted it, so a reply, too, has missed nothing but a moment.
  if (why === 'not_heard') return giveBack({ ...row, state: 'sending' }, at, 'returned', 'page_unleased', free);
  // A sealed id or token that our keys do not open: an operator's fault, cured by adding the key. Nothing is lost.
  if (why === 'unreadable') return giveBack(row, at, 'refused', 'refused', free);
  if (why === 'not_connected') return giveBack(row, at, 'returned', 'not_connected', [...free, restPage(row, at)]);
  const stop: Effect = { type: 'stop_page', page: row.page, at, why: 'no_token', retry_after: null, token_mark: null };
  return giveBack(row, at, 'refused', 'page_stopped', [...free, stop]);
}

function accept(row: LedgerRow, at: number, effects: Effect[]): Settlement {
  const now: LedgerRow = { ...row, state: 'accepted', reason: null, answered_at: at, settled_at: at, not_before: null };
  return told(now, 'accepted', { verdict: 'sent', reason: null, terminal: true, detail: null }, effects);
}

/**
 * An echo while the POST is out only leaves a mark, so that both orders end with the same record: the answer (or its
 * loss) settles. Metadata is visible to other apps of the Page, so an echo counts only for its own person and Page.
 */
function onEcho(row: LedgerRow, echo: Extract<Fact, { type: 'echoed' }>): Settlement | undefined {
  if (row.page !== echo.page || row.shopper_id !== echo.shopper_id) return undefined;
  const echoed: LedgerRow = { ...row, echoed_at: row.echoed_at ?? echo.at, mid: row.mid ?? echo.mid };
  if (row.state === 'sending') return marked(echoed);
  if (row.state === 'accepted' || row.claimed_at === null) return undefined;
  // A terminal failure with a proven reason stands; only "nobody knows" gives way to evidence.
  if (row.state === 'failed' && row.reason !== 'outcome_unknown') return undefined;
  return accept(echoed, echo.at, []);
}

function onReceived(row: LedgerRow, how: 'delivered' | 'read', at: number): Settlement | undefined {
  if (row.state !== 'accepted') return undefined;
  if (how === 'delivered' ? row.delivered_at !== null : row.read_at !== null) return undefined;
  const delivered_at = row.delivered_at ?? at;
  const now: LedgerRow = { ...row, delivered_at, ...(how === 'read' ? { read_at: at } : {}) };
  if (now.kind === 'reply') return marked(now);
  return { row: { ...now, seq: row.seq + 1 }, tell: how, verdict: null, effects: [] };
}

/** The same answer again, under the same number; a higher admission number gets it as an answer of its own. */
function onAskedAgain(row: LedgerRow, admissionNo: number): Settlement | undefined {
  if (row.kind === 'reply' || !isAnswered(row.state) || admissionNo < row.admission_no) return undefined;
  const tell = row.state as Delivery['state'];
  if (admissionNo === row.admission_no) return { row, tell, verdict: null, effects: [] };
  const seq = row.seq + 1;
  return { row: { ...row, admission_no: admissionNo, seq, answer_seq: seq }, tell, verdict: null, effects: [] };
}

/**
 * An answer after which the alert may be admitted again, told as unknown before or not: this is the proof that it did not
 * go. Replies have nobody who admits them: they queue again, but for one whose outcome was unknown; its moment is over.
 */
function giveBack(
  row: LedgerRow,
  at: number,
  state: Extract<LedgerState, 'refused' | 'returned' | 'deferred'>,
  reason: Reason,
  effects: readonly Effect[],
): Settlement {
  if (row.kind === 'reply') {
    if (row.state === 'unknown') return end(row, at, 'failed', reason, effects);
    if (at >= row.send_by) return end(row, at, 'failed', 'expired', effects);
    const not_before = row.not_before ?? at;
    return { row: { ...row, state: 'queued', reason, not_before, grant_id: null }, tell: null, verdict: null, effects };
  }
  const now: LedgerRow = { ...row, state, reason, settled_at: at, grant_id: null };
  return told(now, state, { verdict: 'returned', reason, terminal: false, detail: null }, effects);
}

function end(
  row: LedgerRow,
  at: number,
  state: 'failed',
  reason: Reason,
  effects: readonly Effect[],
  detail: string | null = null,
): Settlement {
  const now: LedgerRow = { ...row, state, reason, settled_at: at, not_before: null };
  return told(now, 'failed', { verdict: 'failed', reason, terminal: true, detail }, effects);
}

/** Numbers the record and the decision; replies are nobody's alert and tell nothing. */
function told(row: LedgerRow, tell: Delivery['state'], verdict: Verdict, effects: readonly Effect[]): Settlement {
  if (row.kind === 'reply') return { row, tell: null, verdict: null, effects };
  const seq = row.seq + 1;
  return { row: { ...row, seq, answer_seq: seq, decision_seq: row.decision_seq + 1 }, tell, verdict, effects };
}

const withTold = (row: LedgerRow, told: Told, posted_at: number): LedgerRow => ({ ...row, ...told, posted_at });
const restPage = (row: LedgerRow, at: number): Effect => ({ type: 'rest_page', page: row.page, at });
const freed = (row: LedgerRow): Effect[] =>
  row.grant_id === null ? [] : [{ type: 'free_grant', grant_id: row.grant_id, spent_by: row.id }];
const killed = (row: LedgerRow, at: number): Effect[] =>
  row.grant_id === null ? [] : [{ type: 'kill_grant', grant_id: row.grant_id, at }];
