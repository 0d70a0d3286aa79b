/** The verdict in words: a table, and around the first violation what was broken at the time. Pure. */
import { type Verdict, underWay } from './check.js';
import { EXCUSED, type Evidence, type Fault, ROWS, type RowName } from './evidence.js';

/** Violations that are shown of each row. */
const SHOWN = 3;
/** The slice of the timeline around the first violation, in milliseconds. */
const BEFORE_MS = 45_000;
const AFTER_MS = 5_000;

/** The lines of the report. `seed` null: the run did not say. */
export function printVerdict(verdict: Verdict, evidence: Evidence, seed: number | null): string[] {
  const { figures: f, rows, first } = verdict;
  const share = f.accepted === 0 ? 0 : (100 * f.accepted_during_faults) / f.accepted;
  const lines = [
    ...(Object.keys(ROWS) as RowName[]).map((row) => {
      if (verdict.notJudged.includes(row)) return `   ${row.padEnd(17)} not judged`;
      const n = rows[row].length;
      const mark = n === 0 ? ' ' : row === EXCUSED ? '·' : '✗';
      return ` ${mark} ${row.padEnd(17)} ${String(n).padStart(6)}   ${ROWS[row]}`;
    }),
    '',
    `   ${f.accepted} alerts accepted, ${share.toFixed(0)} % of them while something was broken; ${f.owed} were owed`,
    `   ${f.taps} taps (${f.limited} with a price, ${f.recurring} for every time), ${f.stops} STOPs, ${f.ended_ones} times "stop this one", ` +
      `${f.erasures} deletions, ${f.words} questions of shoppers, ${f.asks} of shops`,
    `   ${f.faults} faults, ${f.own_ends} processes ended by themselves; ${f.lost_answers} answers lost after acceptance, ` +
      `${f.doubtful_calls} calls in doubt and not taken`,
    `   ${f.in_flight_at_faults} messages in flight when their sender was struck; ${f.given_up} alerts given up as unknown; ` +
      `the stalest had not been true for ${(f.stalest_ms / 1000).toFixed(1)} s`,
    `   ${Object.entries(f.faults_by_class)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, n]) => `${name} ${n}`)
      .join(' · ')}`,
  ];
  for (const row of Object.keys(ROWS) as RowName[]) {
    const shown = rows[row].slice(0, SHOWN);
    for (const { at, what, psid, sku } of shown)
      lines.push(`   ${row}: ${clock(at)} ${psid ?? ''} ${sku ?? ''} ${what}`);
    if (rows[row].length > SHOWN) lines.push(`   ${row}: and ${rows[row].length - SHOWN} more`);
  }
  if (!first) return lines;
  return [
    ...lines,
    '',
    `   First violation (${first.row}) at ${clock(first.at)}; seed ${seed ?? 'unknown'}. What was broken around it:`,
    ...slice(evidence.faults, first.at).map((fault) => `     ${describe(fault, first.at)}`),
  ];
}

/** Whether the run must fail. */
export const condemns = (verdict: Verdict): boolean => verdict.first !== undefined;

const slice = (faults: readonly Fault[], at: number): Fault[] =>
  faults.filter((f) => f.from <= at + AFTER_MS && (f.to ?? Infinity) >= at - BEFORE_MS);

function describe(fault: Fault, at: number): string {
  const { target, kind, from, to, detail } = fault;
  const until = to === null ? 'to the end' : `${((to - from) / 1000).toFixed(1)} s`;
  const when = `${from <= at ? '-' : '+'}${(Math.abs(from - at) / 1000).toFixed(1)} s`;
  return `${when.padStart(8)}  ${target} ${kind}${detail ? ` (${detail})` : ''}, ${until}${underWay(fault, at) ? ' *' : ''}`;
}

/** Time of day with milliseconds, UTC. */
const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);
