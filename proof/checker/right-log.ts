/**
 * A small run in which everything went right, whatever could be doubted included: answers that were lost, a message
 * that nobody knows about and that was given up, a STOP, something that closed again, a window that filled, a price that
 * was too high for some, talks with the bot, a deletion. Each of the wrong logs is this one with one thing changed.
 */
import type { FaultLine, InputLine } from './fold-lines.js';
import { foldFaults, foldInputs } from './fold-lines.js';
import type { Accepted, Call, Decision, Doubt, Evidence, InFlight, Tap, Template } from './evidence.js';

/** The lines of a run, as its files hold them. Changed freely by the wrong logs. */
export interface Log {
  inputs: InputLine[];
  ledger: Accepted[];
  calls: Call[];
  doubts: Doubt[];
  faults: FaultLine[];
  decisions: Decision[];
}

/** The evidence in these lines. */
export const evidenceIn = ({ inputs, faults, ...rest }: Log): Evidence => ({
  ...rest,
  inputs: foldInputs(inputs),
  faults: foldFaults(faults),
});

/** The run's zero hour. */
export const T0 = 1_790_000_000_000;
const at = (seconds: number): number => T0 + seconds * 1000;

/** Appends an input and, `after` seconds later, that it was taken. */
export function put(log: Log, line: Record<string, unknown> & { id: string }, seconds: number, after = 0.1): void {
  log.inputs.push({ ...line, sent_at: at(seconds) } as unknown as InputLine);
  log.inputs.push({ type: 'ack', id: line.id, at: at(seconds + after) });
}

const kindOf = (sku: string): 'price_drop' | 'back_in_stock' =>
  sku.startsWith('price') ? 'price_drop' : 'back_in_stock';

/** An event of the platform about a SKU of shop A, of which the name tells the kind. */
export function offer(log: Log, sku: string, open: boolean, seconds: number, price = open ? 8_000 : 10_000): void {
  const about = { shop: 'a', sku, kind: kindOf(sku), open, price, snapshot: seconds < 0 };
  put(log, { type: 'offer', id: `o${log.inputs.length}`, ...about }, seconds);
}

/** A tap. */
export function tap(log: Log, psid: string, sku: string, seconds: number, more: Partial<Tap> = {}): void {
  const about = { psid, sku, kind: kindOf(sku), limit: null, recurring: false, resumed: false };
  put(log, { type: 'tap', id: `t${log.inputs.length}`, ...about, ...more }, seconds);
}

/** Something else that a person does, or that is done about them. */
export const act = (log: Log, type: string, psid: string, seconds: number, more: Record<string, unknown>): void =>
  put(log, { type, id: `${type}${log.inputs.length}`, psid, ...more }, seconds);

/** An accepted alert, with its call and the decision that tells it. */
export function alert(
  log: Log,
  id: string,
  psid: string,
  sku: string,
  seconds: number,
  fault: string | null = null,
): void {
  const page = psid.slice(0, 1);
  const word = sku.startsWith('price') ? 'drop' : 'back';
  const entry = { page, psid, mid: `m_${id}`, metadata: `beckon:alr_${id}`, text: `${word} ${sku}`, template: null };
  log.ledger.push({ ...entry, accepted_at: at(seconds) });
  log.calls.push(call(entry, seconds, entry.mid));
  if (fault !== null) doubt(log, entry, seconds, fault, true);
  decide(log, `alr_${id}`, psid, sku, 'sent', null, seconds);
}

/** A call as the sandbox notes it. */
export const call = (
  { page, psid, metadata, text }: Pick<Accepted, 'page' | 'psid' | 'metadata' | 'text'>,
  seconds: number,
  mid: string | null,
): Call => ({ at: at(seconds), token_page: page, path_page: page, psid, metadata, text, mid, rule: null });

/** What the sandbox notes when its answer leaves the caller in doubt. */
export const doubt = (
  log: Log,
  { psid, metadata }: Pick<Accepted, 'psid' | 'metadata'>,
  seconds: number,
  fault: string,
  taken: boolean,
): void => void log.doubts.push({ at: at(seconds), psid, metadata, taken, fault });

/** The last word about an alert. */
export function decide(
  log: Log,
  alert_id: string,
  psid: string,
  sku: string,
  verdict: string,
  reason: string | null,
  seconds: number,
): void {
  const facts = { alert_id, shopper_id: `shp_${psid}`, sku, at: at(seconds) };
  const n = log.decisions.length;
  log.decisions.push({ ...facts, decision_id: `dec_${n}`, verdict: 'matched', reason: null, terminal: false });
  log.decisions.push({ ...facts, decision_id: `dec_${n + 1}`, verdict, reason, terminal: true });
}

/** A fault with its end. */
export function fault(log: Log, target: string, kind: string, from: number, to: number): number {
  const id = log.faults.length;
  log.faults.push({ type: 'begin', id, target, kind, from: at(from), detail: null });
  log.faults.push({ type: 'end', id, to: at(to) });
  return id;
}

/** A message that the first process of delivery had claimed. */
export const flying = (id: string, psid: string, sku: string, seconds: number, worker = 'delivery-1'): InFlight => ({
  ...{ id, shopper_id: `shp_${psid}`, sku, claimed_at: at(seconds), seen_at: at(65), worker, worker_since: at(-20) },
});

/** The words of a confirmed STOP. */
export const CONFIRMED = 'Done. All your alerts have ended, and we will send you no more of them.';

/** What the bot says, or shows. */
export function reply(log: Log, psid: string, seconds: number, said: string | Template): void {
  const body = typeof said === 'string' ? { text: said, template: null } : { text: null, template: said };
  const head = { page: psid.slice(0, 1), psid, mid: `m_r${log.ledger.length}`, metadata: `beckon:rep_${seconds}` };
  log.ledger.push({ ...head, ...body, accepted_at: at(seconds) });
}

/** The confirmation of a STOP. */
export const confirm = (log: Log, psid: string, seconds: number): void => reply(log, psid, seconds, CONFIRMED);

/** A request to tap. */
export const request = (sku: string): Template => ({
  type: 'one_time_notif_req',
  cards: [{ title: `Tell you when ${sku} is back?`, payloads: [] }],
});

/** The confirmation of "stop this one". */
export const endedOne = (sku: string): string =>
  `Done. This alert has ended, and we will not write about it any more: ${sku} (Back in stock).`;

/** The right log, made anew each time. People `1x` are on Page 1, `2x` on Page 2. */
export function rightLog(): Log {
  const log: Log = { inputs: [], ledger: [], calls: [], doubts: [], faults: [], decisions: [] };
  const limits = [
    { scope: 'shopper' as const, limit: 2, period: 30_000 },
    { scope: 'shopper' as const, limit: 1, period: 2_000 },
    { scope: 'shopper_sku' as const, limit: 1, period: 20_000 },
  ];
  log.inputs.push({ type: 'shop', shop: 'a', limits });
  // The run's zero hour is 14:13:20 UTC, 19:58:20 in Kathmandu: quiet from second 160 to 220.
  log.inputs.push({ type: 'quiet_hours', shop: 'a', from: '20:01', to: '20:02', zone: 'Asia/Kathmandu', since: T0 });
  for (const psid of ['11', '12', '13', '14', '15', '16', '21', '22', '23', '24'])
    log.inputs.push({
      type: 'person',
      psid,
      page: psid.slice(0, 1),
      shop: 'a',
      shopper_ids: [`shp_${psid}`, `shp_${psid}_1`],
    });
  for (const sku of ['x', 'y', 'z', 'gone', 'w', 'r', 'price1', 'price2']) offer(log, sku, false, -100);
  log.inputs.push({ type: 'phase', phase: 'load', at: at(0) });

  // Back, and told at once; asked again and told again 20 s later; a window of two in 30 s fills and moves on.
  for (const psid of ['11', '12', '21']) tap(log, psid, 'x', -50);
  tap(log, '11', 'y', -50);
  tap(log, '11', 'z', -50);
  tap(log, '22', 'price1', -50);
  offer(log, 'x', true, 10);
  alert(log, 'a1', '11', 'x', 11);
  alert(log, 'a2', '12', 'x', 11, 'timeout_after_accept');
  alert(log, 'a3', '21', 'x', 11.5);
  tap(log, '12', 'x', 15);
  alert(log, 'a4', '12', 'x', 31);
  offer(log, 'y', true, 12);
  alert(log, 'a5', '11', 'y', 13);
  offer(log, 'z', true, 14);
  alert(log, 'a6', '11', 'z', 41);
  offer(log, 'price1', true, 20);
  alert(log, 'a7', '22', 'price1', 22);

  // Came and went: one was told while it was there, the other's chance is over.
  tap(log, '13', 'gone', -50);
  tap(log, '21', 'gone', -50);
  offer(log, 'gone', true, 30);
  alert(log, 'a8', '21', 'gone', 33);
  offer(log, 'gone', false, 35);
  decide(log, 'alr_a9', '13', 'gone', 'withdrawn', 'signal_closed', 36);

  // STOP, confirmed; what waited has ended; a newer request is told.
  tap(log, '13', 'y', 40);
  put(log, { type: 'stop', id: 's1', psid: '13' }, 41);
  confirm(log, '13', 42);
  decide(log, 'alr_b1', '13', 'y', 'suppressed', 'stopped', 42);
  tap(log, '13', 'z', 50);
  alert(log, 'b2', '13', 'z', 52);

  // The sender could not know: the sandbox said nothing and took nothing; another was in flight at a kill.
  tap(log, '22', 'x', 60);
  const b3 = { page: '2', psid: '22', metadata: 'beckon:alr_b3', text: 'back x' };
  log.calls.push(call(b3, 61, null));
  doubt(log, b3, 61, 'timeout_before', false);
  decide(log, 'alr_b3', '22', 'x', 'failed', 'outcome_unknown', 120);
  tap(log, '22', 'y', 60);
  const kill = fault(log, 'delivery-1', 'kill', 65, 68);
  log.faults.push({ type: 'in_flight', id: kill, in_flight: [flying('alr_b4', '22', 'y', 64.9)] });
  decide(log, 'alr_b4', '22', 'y', 'failed', 'outcome_unknown', 130);
  fault(log, 'delivery-2', 'stop', 70, 100);
  // Asked for before the night, told when it is over.
  tap(log, '21', 'z', 159);
  alert(log, 'b5', '21', 'z', 220.1);
  pricesOf(log);
  talksOf(log);
  notificationsOf(log);
  log.inputs.push({ type: 'phase', phase: 'quiet', at: at(110) }, { type: 'phase', phase: 'end', at: at(300) });
  return log;
}

/** A price falls twice: one is told of the first fall, one of the second, and one asked for an even lower price. */
function pricesOf(log: Log): void {
  tap(log, '15', 'price2', -50);
  tap(log, '14', 'price2', -50, { limit: 6_500 });
  tap(log, '16', 'price2', -50, { limit: 5_000 });
  offer(log, 'price2', true, 20, 8_500);
  alert(log, 'd1', '15', 'price2', 21);
  offer(log, 'price2', true, 25, 6_000);
  alert(log, 'd2', '14', 'price2', 26);
}

/** "Stop this one", a deletion and a new beginning, a question of the shop. */
function talksOf(log: Log): void {
  for (const psid of ['14', '15', '16']) tap(log, psid, 'w', -50);
  act(log, 'word', '14', 40, { what: 'list' });
  reply(log, '14', 41, { type: 'generic', cards: [{ title: 'w', payloads: ['beckon:end:sub_1'] }] });
  act(log, 'end_one', '14', 42, { sku: 'w', kind: 'back_in_stock', by: 'button' });
  reply(log, '14', 43, endedOne('w'));

  act(log, 'word', '16', 44, { what: 'delete' });
  reply(log, '16', 45, 'Shall we delete everything we keep about you? Your alerts end, and so on.');
  act(log, 'stop', '16', 46, { erases: true });
  reply(
    log,
    '16',
    47,
    'Your data is deleted, and your alerts have ended. Your receipt: DEL-1. This was our last message.',
  );
  tap(log, '16', 'z', 50);
  alert(log, 'e1', '16', 'z', 52);

  act(log, 'ask', '24', 50, { sku: 'w', kind: 'back_in_stock' });
  reply(log, '24', 51, request('w'));
  tap(log, '24', 'w', 52);
  act(log, 'word', '24', 54, { what: 'price' });
  reply(log, '24', 55, 'price1 costs €80.00 now. From which price on should we tell you?');

  offer(log, 'w', true, 100);
  alert(log, 'e2', '15', 'w', 101);
  alert(log, 'e3', '24', 'w', 101);
}

/** Told at every opening; not while it was stopped in Messenger, and again when it was resumed. */
function notificationsOf(log: Log): void {
  tap(log, '23', 'r', -50, { recurring: true });
  offer(log, 'r', true, 10);
  alert(log, 'f1', '23', 'r', 11);
  offer(log, 'r', false, 30);
  offer(log, 'r', true, 50);
  alert(log, 'f2', '23', 'r', 52);
  act(log, 'end_one', '23', 60, { sku: 'r', kind: 'back_in_stock', by: 'platform' });
  offer(log, 'r', false, 70);
  offer(log, 'r', true, 80);
  tap(log, '23', 'r', 90, { recurring: true, resumed: true });
  offer(log, 'r', false, 120);
  offer(log, 'r', true, 130);
  alert(log, 'f3', '23', 'r', 131);
}
