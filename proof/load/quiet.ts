/**
 * After the load: nothing more is put in and nothing is broken, until all that is owed has come or time is up.
 *
 * An outcome that nobody can know is given up after a day. The run cannot wait so long, and must not shorten the day while
 * anything is broken: an echo that comes after minutes must still be in time. So the day passes at the end, when every
 * accepted message is known to have been sent: delivery is started again with a day of two seconds.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { alertsOf } from '../checker/alerts.js';
import { rest } from '../world/patience.js';
import type { DecisionsReader } from '../world/decisions-reader.js';
import type { Witness } from '../world/witness.js';

/** Longest wait, and how long everything must have stood still before nothing more is expected, in milliseconds. */
const LONGEST_MS = 600_000;
const STILL_MS = 12_000;
const EVERY_MS = 4_000;
/** After so long a standstill nothing more comes of a peer; ours must come to its end, or time is up. */
const HOPELESS_MS = 90_000;

/** What the files of a run say is still to come: alerts, and answers to people (confirmations of STOPs among them). */
export interface Owed {
  readonly owed: number;
  readonly answers: number;
}

/** What is still expected. */
export interface Expected extends Owed {
  /** Alerts without a terminal decision. */
  readonly undecided: number;
  /** Of these, accepted ones. */
  readonly unsettled: number;
}

export interface Quiet {
  readonly folder: string;
  readonly witness: Witness;
  /** Undefined: nobody explains anything. */
  readonly decisions: DecisionsReader | undefined;
  /** A day passes for messages of unknown outcome. */
  readonly letTheDayPass: () => Promise<void>;
  readonly show: (expected: Expected) => void;
}

/** Settles when all is there, or when it was waited long enough. */
export async function waitForQuiet(o: Quiet, signal: AbortSignal): Promise<void> {
  const { witness, decisions } = o;
  const deadline = performance.now() + LONGEST_MS;
  let last = '';
  let since = performance.now();
  let dayPassed = false;
  while (performance.now() < deadline && !signal.aborted) {
    await rest(EVERY_MS, signal);
    await witness.noteDoubts();
    const expected: Expected = {
      ...(await owedIn(o.folder)),
      undecided: decisions?.open.size ?? 0,
      unsettled: decisions
        ? alertsOf([...witness.ledger.values()]).filter((a) => !decisions.ended.has(a.alert_id)).length
        : 0,
    };
    o.show(expected);
    const now = `${witness.ledger.size} ${expected.undecided}`;
    if (now !== last) [last, since] = [now, performance.now()];
    if (performance.now() - since < STILL_MS || !(decisions ? await decisions.caughtUp() : true)) continue;
    if (expected.undecided === 0 && expected.owed + expected.answers + expected.unsettled === 0) return;
    if (!decisions) {
      if (performance.now() - since > HOPELESS_MS) return;
      continue;
    }
    if (dayPassed || expected.unsettled > 0) continue;
    dayPassed = true;
    await o.letTheDayPass();
    since = performance.now();
  }
}

/** @throws what the thread threw */
async function owedIn(folder: string): Promise<Owed> {
  const worker = new Worker(new URL('./count-owed.js', import.meta.url), { workerData: folder });
  const [answer] = (await once(worker, 'message')) as [Owed];
  return answer;
}
