/** The verdict over one run: every row of every promise. Pure. */
import { alertsOf, notTaken } from './alerts.js';
import { EXCUSED, type Evidence, type Fault, ROWS, type RowName, type Violation } from './evidence.js';
import { struckInFlight } from './in-flight.js';
import { afterStop, stopUnconfirmed } from './rows/after-stop.js';
import { atNight } from './rows/at-night.js';
import { lost, owed } from './rows/lost.js';
import { overLimit } from './rows/over-limit.js';
import { stale, staleness } from './rows/stale.js';
import { twice } from './rows/twice.js';
import { askedTwice, unanswered } from './rows/unanswered.js';
import { excusableUnknowns, givenUp, unexplained, unknown } from './rows/unexplained.js';
import { wrongPage } from './rows/wrong-page.js';

/** What was seen beside the violations, so that a run that did nothing cannot pass for one that did it right. */
export interface Figures {
  readonly accepted: number;
  /** Of these, while at least one fault was under way. */
  readonly accepted_during_faults: number;
  readonly owed: number;
  readonly taps: number;
  /** Of these, taps for a price of at most so much, and for being told at every opening. */
  readonly limited: number;
  readonly recurring: number;
  readonly stops: number;
  readonly ended_ones: number;
  readonly erasures: number;
  readonly words: number;
  readonly asks: number;
  readonly faults: number;
  readonly faults_by_class: Readonly<Record<string, number>>;
  /** Processes that ended although nobody had killed them, and were started again. */
  readonly own_ends: number;
  /** Calls that left the sender in doubt and took nothing. */
  readonly doubtful_calls: number;
  /** Calls whose message was taken although the answer was lost. */
  readonly lost_answers: number;
  /** Messages in flight when their sender was killed or frozen. */
  readonly in_flight_at_faults: number;
  readonly given_up: number;
  /** Milliseconds that the stalest accepted alert had not been true for, at the most favourable. */
  readonly stalest_ms: number;
}

/** Violations of every row, oldest first, and the figures. */
export interface Verdict {
  readonly rows: Readonly<Record<RowName, readonly Violation[]>>;
  readonly figures: Figures;
  /** Of the rows that condemn, the violation that came first. */
  readonly first: Violation | undefined;
  /** Rows of which nothing is said. */
  readonly notJudged: readonly RowName[];
}

const always = [twice, askedTwice, overLimit, stale, atNight, afterStop, wrongPage];
/** Only a run that has come to its end can show that something never came. */
const atTheEnd = [lost, stopUnconfirmed, unanswered, unknown, unexplained];
const ROWS_AT_THE_END: readonly RowName[] = ['lost', 'stop_unconfirmed', 'unanswered', 'unknown', 'unexplained'];
/** What only the topic `decisions` can show. A peer of ours promises nothing about it. */
const ROWS_OF_DECISIONS: readonly RowName[] = ['unknown', 'unexplained'];

/**
 * Judges the evidence. `whole` false: the run was ended before its quiet, so nothing can be said of what is missing.
 * `decided` false: it was the run of a peer, which explains nothing.
 */
export function check(
  evidence: Evidence,
  { whole = true, decided = true }: { readonly whole?: boolean; readonly decided?: boolean } = {},
): Verdict {
  const notJudged = [...(whole ? [] : ROWS_AT_THE_END), ...(decided ? [] : ROWS_OF_DECISIONS)];
  const checks = whole ? [...always, ...atTheEnd] : always;
  const all = checks
    .flatMap((row) => row(evidence))
    .filter(({ row }) => !notJudged.includes(row))
    .sort((a, b) => a.at - b.at);
  const names = Object.keys(ROWS) as RowName[];
  const rows = Object.fromEntries(names.map((row) => [row, all.filter((v) => v.row === row)])) as Record<
    RowName,
    Violation[]
  >;
  return { rows, figures: figuresOf(evidence), first: all.find((v) => v.row !== EXCUSED), notJudged };
}

/** In the timeline, but nothing that was done to a process. */
const ENDED_ITSELF = 'ended_itself';

/** Whether a fault was under way at an instant. */
export const underWay = ({ from, to }: Fault, at: number): boolean => from <= at && (to === null || at <= to);

function figuresOf(evidence: Evidence): Figures {
  const { inputs, ledger } = evidence;
  const faults = evidence.faults.filter(({ kind }) => kind !== ENDED_ITSELF);
  const alerts = alertsOf(ledger);
  const classes: Record<string, number> = {};
  for (const { target, kind } of faults) {
    const name = `${target.replace(/-\d+$/, '')} ${kind}`;
    classes[name] = (classes[name] ?? 0) + 1;
  }
  return {
    accepted: alerts.length,
    accepted_during_faults: alerts.filter((a) => faults.some((f) => underWay(f, a.accepted_at))).length,
    owed: owed(evidence).length,
    taps: inputs.taps.length,
    limited: inputs.taps.filter((t) => t.limit !== null).length,
    recurring: inputs.taps.filter((t) => t.recurring).length,
    stops: inputs.stops.filter((s) => !s.erases).length,
    ended_ones: inputs.end_ones.length,
    erasures: inputs.stops.filter((s) => s.erases).length,
    words: inputs.words.length,
    asks: inputs.asks.length,
    faults: faults.length,
    faults_by_class: classes,
    own_ends: evidence.faults.length - faults.length,
    doubtful_calls: notTaken(evidence).length,
    lost_answers: evidence.doubts.filter(({ taken }) => taken).length,
    in_flight_at_faults: new Set(struckInFlight({ faults }).map(({ id }) => id)).size,
    given_up: givenUp(evidence).filter((id) => excusableUnknowns(evidence).has(id)).length,
    stalest_ms: Math.max(0, ...staleness(evidence).filter(Number.isFinite)),
  };
}
