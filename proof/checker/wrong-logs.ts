/**
 * The checker checked: for every way of being wrong a log that is wrong in this one way, and the row that must say so.
 * A checker that accepts one of them would have accepted a run of that kind.
 */
import type { InFlight, RowName } from './evidence.js';
import {
  act,
  alert,
  call,
  confirm,
  decide,
  endedOne,
  fault,
  flying,
  type Log,
  offer,
  put,
  reply,
  request,
  rightLog,
  T0,
  tap,
} from './right-log.js';

/** A log that is wrong, and where it must be noticed. */
export interface WrongLog {
  readonly what: string;
  readonly row: RowName;
  readonly log: Log;
}

const without = <T>(list: T[], test: (one: T) => boolean): void => {
  const at = list.findIndex(test);
  if (at < 0) throw new Error('the right log has no such line');
  list.splice(at, 1);
};
const unsend = (log: Log, id: string): void => without(log.ledger, (e) => e.metadata === `beckon:alr_${id}`);
const undecide = (log: Log, id: string): void => {
  log.decisions = log.decisions.filter((d) => !(d.alert_id === `alr_${id}` && d.terminal));
};
const forget = (log: Log, id: string): void => {
  log.decisions = log.decisions.filter((d) => d.alert_id !== `alr_${id}`);
};
const move = (log: Log, id: string, seconds: number): void => {
  log.ledger = log.ledger.map((e) =>
    e.metadata === `beckon:alr_${id}` ? { ...e, accepted_at: T0 + seconds * 1000 } : e,
  );
};

/** The bot did not say what begins so. */
const unsay = (log: Log, words: string): void => without(log.ledger, (e) => e.text?.startsWith(words) === true);

/** Changes what was in flight at the kill. */
const reflight = (log: Log, change: (one: InFlight) => InFlight): void => {
  log.faults = log.faults.map((f) => (f.type === 'in_flight' ? { ...f, in_flight: f.in_flight.map(change) } : f));
};
/** Something else than the first sender was struck, or it was struck otherwise, when its messages were in flight. */
const strike = (log: Log, target: string, kind: string): void => {
  log.faults = log.faults.map((f) => (f.type === 'begin' && f.kind === 'kill' ? { ...f, target, kind } : f));
};

/** A sender was frozen (seconds) with an alert in its hand. */
const frozen = (log: Log, alert: string, from: number, to: number, other: Partial<InFlight> = {}): void => {
  const id = fault(log, 'delivery-1', 'stop', from, to);
  const held = { ...flying(`alr_${alert}`, '', '', from - 0.1), seen_at: T0 + from * 1000, ...other };
  log.faults.push({ type: 'in_flight', id, in_flight: [held] });
};
/** Other quiet hours. */
const aNight = (log: Log, from: string, to: string, zone: string): void => {
  log.inputs = log.inputs.map((line) => (line.type === 'quiet_hours' ? { ...line, from, to, zone } : line));
};

const ways: readonly (readonly [what: string, row: RowName, break_: (log: Log) => void])[] = [
  ['a message was never sent', 'lost', (log) => unsend(log, 'a1')],
  ['only the second request of a shopper was forgotten', 'lost', (log) => unsend(log, 'a4')],
  ['a price alert was never sent', 'lost', (log) => unsend(log, 'a7')],
  ['a request made while it was true already was forgotten', 'lost', (log) => tap(log, '12', 'y', 55)],
  ['a request after a STOP was forgotten', 'lost', (log) => unsend(log, 'b2')],
  [
    'the sandbox refused in words that prove it, and nothing more was tried',
    'lost',
    (log) => without(log.doubts, (d) => !d.taken),
  ],
  [
    'the doubt was about an opening before the last',
    'lost',
    (log) => {
      offer(log, 'x', false, 70);
      offer(log, 'x', true, 90);
    },
  ],
  [
    'the doubtful call was about another SKU',
    'lost',
    (log) => {
      log.calls = log.calls.map((c) => (c.mid === null ? { ...c, text: 'back z' } : c));
    },
  ],
  ['nothing was in flight at the kill', 'lost', (log) => without(log.faults, (f) => f.type === 'in_flight')],
  [
    'one alert was accepted twice',
    'twice',
    (log) => {
      const entry = log.ledger.find((e) => e.metadata === 'beckon:alr_a3');
      if (entry) log.ledger.push({ ...entry, mid: 'm_again', accepted_at: T0 + 80_000 });
    },
  ],
  [
    'an answer was lost, and the message was sent again',
    'twice',
    (log) => {
      const entry = log.ledger.find((e) => e.metadata === 'beckon:alr_a2');
      if (entry) log.ledger.push({ ...entry, mid: 'm_again', accepted_at: entry.accepted_at + 400 });
    },
  ],
  ['two alerts with different ids for one request', 'twice', (log) => alert(log, 'c1', '21', 'x', 80)],
  [
    'what was asked for once was told at both openings',
    'twice',
    (log) => {
      offer(log, 'gone', true, 100);
      alert(log, 'c2', '21', 'gone', 101);
      offer(log, 'gone', false, 102);
    },
  ],
  ['somebody was told who had asked for something else', 'unasked', (log) => alert(log, 'c3', '12', 'z', 80)],
  [
    'an alert that names nothing',
    'unasked',
    (log) => {
      log.ledger = log.ledger.map((e) => (e.metadata === 'beckon:alr_a3' ? { ...e, text: 'Good news!' } : e));
    },
  ],
  [
    'asked for the price, told of the stock',
    'unasked',
    (log) => {
      log.ledger = log.ledger.map((e) => (e.metadata === 'beckon:alr_a7' ? { ...e, text: 'back price1' } : e));
    },
  ],
  ['three in half a minute', 'over_limit', (log) => move(log, 'a6', 40.9)],
  ['one millisecond too close', 'over_limit', (log) => move(log, 'a5', 12.999)],
  ['the same SKU again within its period', 'over_limit', (log) => move(log, 'a4', 30.9)],
  [
    'three in half a minute to somebody who came back after a deletion',
    'over_limit',
    (log) => {
      for (const [i, sku] of ['x', 'y'].entries()) {
        tap(log, '16', sku, 50);
        alert(log, `h${i}`, '16', sku, 54.5 + 2.5 * i);
      }
    },
  ],
  [
    'told 31 s after it was gone',
    'stale',
    (log) => {
      move(log, 'a8', 66.2);
      without(log.faults, (f) => f.type === 'begin' && f.target === 'delivery-2');
    },
  ],
  ['told before it had ever been there', 'stale', (log) => move(log, 'a3', 9)],
  [
    'a price alert long after the price rose',
    'stale',
    (log) => {
      offer(log, 'price1', false, 23);
      move(log, 'a7', 54);
    },
  ],
  [
    'late after a thaw, and stale already when the freeze began',
    'stale',
    (log) => {
      move(log, 'a8', 100.5);
      frozen(log, 'a8', 70, 100);
    },
  ],
  [
    'late after a thaw, and held by the process that was not frozen',
    'stale',
    (log) => {
      move(log, 'a8', 69.5);
      frozen(log, 'a8', 64, 69.4, { worker: 'delivery-2' });
    },
  ],
  [
    'late after a thaw, and claimed only then',
    'stale',
    (log) => {
      move(log, 'a8', 69.5);
      frozen(log, 'a8', 64, 69.4, { claimed_at: T0 + 64_100 });
    },
  ],
  [
    'late long after a thaw',
    'stale',
    (log) => {
      move(log, 'a8', 72);
      frozen(log, 'a8', 64, 69.4);
    },
  ],
  [
    'late because Kafka was frozen',
    'stale',
    (log) => {
      move(log, 'a8', 69.5);
      fault(log, 'kafka', 'stop', 64, 69.4);
    },
  ],
  [
    'three in half a minute after the thaw of a process that held none of them',
    'over_limit',
    (log) => {
      move(log, 'a6', 40.9);
      frozen(log, 'a8', 36, 40.8);
    },
  ],
  [
    'after STOP, by a sender that was frozen only after the confirmation',
    'after_stop',
    (log) => {
      forget(log, 'b1');
      alert(log, 'b1', '13', 'y', 44);
      frozen(log, 'b1', 42.5, 43.9);
    },
  ],
  [
    'an alert came after the confirmation of STOP',
    'after_stop',
    (log) => {
      forget(log, 'b1');
      alert(log, 'b1', '13', 'y', 43);
    },
  ],
  [
    'after STOP, only the newer request was asked for',
    'after_stop',
    (log) => {
      forget(log, 'b1');
      alert(log, 'b1', '13', 'y', 56);
    },
  ],
  [
    'a second STOP was not heeded',
    'after_stop',
    (log) => {
      tap(log, '13', 'x', 53);
      put(log, { type: 'stop', id: 's2', psid: '13', erases: false }, 54);
      confirm(log, '13', 55);
      alert(log, 'c4', '13', 'x', 72.5);
    },
  ],
  ['told in the middle of the night', 'at_night', (log) => move(log, 'b5', 190)],
  ['told a second before the night is over', 'at_night', (log) => move(log, 'b5', 219)],
  [
    'told after midnight, in a night that began before it',
    'at_night',
    (log) => aNight(log, '23:50', '00:18', 'Australia/Brisbane'),
  ],
  ['told before midnight, in a night that ends after it', 'at_night', (log) => aNight(log, '14:16', '06:00', 'UTC')],
  [
    'late after a thaw, and frozen only when it was night already',
    'at_night',
    (log) => {
      move(log, 'b5', 171);
      frozen(log, 'b5', 162, 170.9);
    },
  ],
  ['what waited for the end of the night was forgotten', 'lost', (log) => unsend(log, 'b5')],
  [
    'a STOP was never confirmed',
    'stop_unconfirmed',
    (log) => put(log, { type: 'stop', id: 's2', psid: '21', erases: false }, 90),
  ],
  [
    'sent by another Page',
    'wrong_page',
    (log) => {
      log.ledger = log.ledger.map((e) => (e.metadata === 'beckon:alr_a3' ? { ...e, page: '1' } : e));
    },
  ],
  [
    "tried with another Page's token",
    'wrong_page',
    (log) => {
      const entry = { page: '2', psid: '21', metadata: 'beckon:rep_1', text: 'Hello' };
      log.calls.push({ ...call(entry, 80, null), token_page: '1', rule: 5 });
    },
  ],
  [
    'tried with a token that is none',
    'wrong_page',
    (log) => {
      const entry = { page: '2', psid: '21', metadata: 'beckon:rep_1', text: 'Hello' };
      log.calls.push({ ...call(entry, 80, null), token_page: null });
    },
  ],
  [
    'given up as unknown though the sandbox had refused',
    'unknown',
    (log) => {
      without(log.doubts, (d) => !d.taken);
    },
  ],
  [
    'given up as unknown, in flight at no fault',
    'unknown',
    (log) => without(log.faults, (f) => f.type === 'in_flight'),
  ],
  [
    'given up as unknown, in flight when the other sender was killed',
    'unknown',
    (log) => reflight(log, (one) => ({ ...one, worker: 'delivery-2' })),
  ],
  [
    'given up as unknown, claimed after its sender had been started again',
    'unknown',
    (log) =>
      reflight(log, (one) => ({ ...one, worker_since: T0 + 66_000, claimed_at: T0 + 67_000, seen_at: T0 + 68_000 })),
  ],
  [
    'given up as unknown, claimed after its sender was thawed',
    'unknown',
    (log) => {
      strike(log, 'delivery-1', 'stop');
      reflight(log, (one) => ({ ...one, claimed_at: T0 + 69_500, seen_at: T0 + 69_600 }));
    },
  ],
  [
    'given up as unknown, in flight before its sender was killed and answered by then',
    'unknown',
    (log) => reflight(log, (one) => ({ ...one, seen_at: T0 + 64_950 })),
  ],
  [
    'given up as unknown, claimed by a life that nobody saw',
    'unknown',
    (log) => reflight(log, (one) => ({ ...one, worker: null, worker_since: null })),
  ],
  ['given up as unknown because Postgres was killed', 'unknown', (log) => strike(log, 'postgres', 'kill')],
  ['given up as unknown because the way to Postgres was cut', 'unknown', (log) => strike(log, 'proxy:postgres', 'cut')],
  [
    'given up as unknown because Postgres was away, long after its sender was killed',
    'unknown',
    (log) => {
      strike(log, 'postgres', 'stop');
      fault(log, 'delivery-1', 'kill', 40, 42);
    },
  ],
  ['lost because Postgres was killed', 'lost', (log) => strike(log, 'postgres', 'kill')],
  ['an alert without an end', 'unexplained', (log) => undecide(log, 'a9')],
  ['an accepted alert without an end', 'unexplained', (log) => undecide(log, 'a1')],
  ['an accepted alert that nobody speaks of', 'unexplained', (log) => forget(log, 'a1')],
  [
    'accepted, and told as unknown',
    'unexplained',
    (log) => {
      forget(log, 'a2');
      decide(log, 'alr_a2', '12', 'x', 'failed', 'outcome_unknown', 70);
      log.faults.push({ type: 'in_flight', id: 0, in_flight: [flying('alr_a2', '12', 'x', 64.9)] });
    },
  ],
  ['told as sent, and never accepted', 'unexplained', (log) => decide(log, 'alr_c5', '12', 'y', 'sent', null, 70)],
  [
    'two ends that contradict each other',
    'unexplained',
    (log) => decide(log, 'alr_a1', '11', 'x', 'withdrawn', 'signal_closed', 70),
  ],
  ['two ends of a failure', 'unexplained', (log) => decide(log, 'alr_b3', '22', 'x', 'failed', 'no_grant', 125)],
  ['told of a price above the one that was asked for', 'stale', (log) => alert(log, 'g1', '16', 'price2', 27)],
  ['told of the first fall who waited for the second', 'stale', (log) => move(log, 'd2', 22)],
  ['the second fall was not told', 'lost', (log) => unsend(log, 'd2')],
  ['told of both falls', 'twice', (log) => alert(log, 'g2', '15', 'price2', 48)],
  ['one opening was told twice', 'twice', (log) => alert(log, 'g3', '23', 'r', 14)],
  ['the opening after the resumption was not told', 'lost', (log) => unsend(log, 'f3')],
  ['told of what was ended alone', 'after_stop', (log) => alert(log, 'g4', '14', 'w', 102)],
  ['"stop this one" was never confirmed', 'stop_unconfirmed', (log) => unsay(log, endedOne('w'))],
  [
    '"stop this one" was confirmed for another one',
    'stop_unconfirmed',
    (log) => {
      unsay(log, endedOne('w'));
      reply(log, '14', 43, endedOne('x'));
    },
  ],
  ['told after everything was deleted', 'after_stop', (log) => alert(log, 'g5', '16', 'w', 103)],
  ['a deletion was never confirmed', 'stop_unconfirmed', (log) => unsay(log, 'Your data is deleted')],
  [
    'a deletion was answered with the words for STOP',
    'stop_unconfirmed',
    (log) => {
      unsay(log, 'Your data is deleted');
      confirm(log, '16', 47);
    },
  ],
  ['who was deleted and came back was not told', 'lost', (log) => unsend(log, 'e1')],
  ['the list never came', 'unanswered', (log) => without(log.ledger, (e) => e.template?.type === 'generic')],
  ['"delete my data" was not answered', 'unanswered', (log) => unsay(log, 'Shall we delete')],
  ['a link to a price was not answered', 'unanswered', (log) => unsay(log, 'price1 costs')],
  [
    'the question of the shop never came',
    'unanswered',
    (log) => without(log.ledger, (e) => e.template?.type === 'one_time_notif_req'),
  ],
  [
    'the question of the shop was about something else',
    'unanswered',
    (log) => {
      without(log.ledger, (e) => e.template?.type === 'one_time_notif_req');
      reply(log, '24', 51, request('x'));
    },
  ],
  ['the question of the shop came twice', 'twice', (log) => reply(log, '24', 53, request('w'))],
  ['a request that nothing speaks of', 'unexplained', (log) => tap(log, '12', 'y', 55)],
];

/** Logs that differ from the right one and are right all the same: they must be accepted. */
const harmless: readonly (readonly [what: string, change: (log: Log) => void])[] = [
  ['nothing at all', () => undefined],
  [
    'an unknown that its echo settled later',
    (log) => {
      decide(log, 'alr_a2', '12', 'x', 'failed', 'outcome_unknown', 20);
    },
  ],
  [
    'a tap of which nobody knows whether it was taken',
    (log) => {
      tap(log, '12', 'y', 100);
      log.inputs.pop();
    },
  ],
  [
    'a tap that was refused',
    (log) => {
      tap(log, '12', 'y', 100);
      const { id } = log.inputs.pop() as { id: string };
      log.inputs.push({ type: 'nack', id, at: T0 + 100_001 });
    },
  ],
  ['told 29 s after it was gone', (log) => move(log, 'a8', 64)],
  [
    'what was to be ended had ended by itself',
    (log) => {
      unsay(log, endedOne('w'));
      reply(log, '14', 43, 'That alert has ended already.');
    },
  ],
  [
    'more than a limit allows, but for the deletion between them',
    (log) => {
      for (const [i, sku] of ['x', 'y'].entries()) {
        tap(log, '16', sku, 35);
        alert(log, `h${i}`, '16', sku, 40 + 2.5 * i);
      }
      log.ledger.sort((a, b) => a.accepted_at - b.accepted_at);
    },
  ],
  [
    'a list without anything, after what the bot had to say first',
    (log) => {
      act(log, 'word', '21', 60, { what: 'list' });
      reply(log, '21', 61, 'This is our automated service.\n\nYou have no alerts at the moment. To be told, tap.');
    },
  ],
  [
    'an answer that was in flight at the kill of its sender',
    (log) => {
      act(log, 'word', '21', 64.5, { what: 'list' });
      log.faults.push({ type: 'in_flight', id: 0, in_flight: [flying('rep_1', '21', '', 64.9)] });
    },
  ],
  [
    'a request that nobody knows the platform to have taken',
    (log) => {
      act(log, 'ask', '21', 60, { sku: 'y', kind: 'back_in_stock' });
      log.inputs.pop();
    },
  ],
  ['told at an hour that is night elsewhere', (log) => aNight(log, '20:02', '20:05', 'Asia/Kolkata')],
  ['on the wire when the night began', (log) => move(log, 'b5', 160.4)],
  [
    'told at an hour that was night before the shop had quiet hours',
    (log) => {
      aNight(log, '19:58', '20:00', 'Asia/Kathmandu');
      log.inputs = log.inputs.map((line) => (line.type === 'quiet_hours' ? { ...line, since: T0 + 99_000 } : line));
    },
  ],
  [
    'late because its sender was frozen since before the night: counted apart',
    (log) => {
      move(log, 'b5', 165);
      frozen(log, 'b5', 159.5, 164.9);
    },
  ],
  [
    'in flight at a kill, seen when the way to Postgres was free again',
    (log) => {
      log.faults = log.faults.map((f) => (f.type === 'in_flight' ? { ...f, id: 70 } : f));
      const seen = { type: 'begin', id: 70, target: 'proxy:postgres', kind: 'black_hole', detail: null } as const;
      log.faults.unshift({ ...seen, from: T0 + 64_000 }, { type: 'end', id: 70, to: T0 + 69_000 });
      reflight(log, (one) => ({ ...one, claimed_at: T0 + 68_900, seen_at: T0 + 69_000 }));
    },
  ],
  ['in flight when its sender was frozen', (log) => strike(log, 'delivery-1', 'stop')],
  [
    'late because its sender was frozen: counted apart',
    (log) => {
      move(log, 'a8', 69.5);
      frozen(log, 'a8', 64, 69.4);
    },
  ],
  [
    'late because its sender was frozen, and then one too many: counted apart',
    (log) => {
      move(log, 'a6', 40.9);
      frozen(log, 'a6', 36, 40.8);
    },
  ],
  [
    'late because its sender was frozen, since before the confirmation of STOP: counted apart',
    (log) => {
      forget(log, 'b1');
      alert(log, 'b1', '13', 'y', 44);
      frozen(log, 'b1', 41.5, 43.9);
    },
  ],
];

/** Every wrong log. */
export function wrongLogs(): WrongLog[] {
  return ways.map(([what, row, break_]) => {
    const log = rightLog();
    break_(log);
    return { what, row, log };
  });
}

/** Every right one. */
export function rightLogs(): { readonly what: string; readonly log: Log }[] {
  return harmless.map(([what, change]) => {
    const log = rightLog();
    change(log);
    return { what, log };
  });
}
