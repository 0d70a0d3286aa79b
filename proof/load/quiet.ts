/** After the load: nothing more is put in and nothing is broken, until all that is owed has come or time is up. */
import { stopUnconfirmed } from '../checker/rows/after-stop.js';
import { lost } from '../checker/rows/lost.js';
import { readFolder } from '../checker/read-folder.js';
import { rest } from '../world/patience.js';
import type { DecisionsReader } from '../world/decisions-reader.js';
import type { Witness } from '../world/witness.js';

/** Longest wait, and how long everything must have stood still before nothing more is expected, in milliseconds. */
const LONGEST_MS = 420_000;
const STILL_MS = 8_000;
/** A minute until unknowns are given up, two until forgotten flights are: whoever is owed something is waited for. */
const EVERY_MS = 5_000;

/** What is still expected, for the screen. */
export interface Expected {
  readonly owed: number;
  readonly undecided: number;
  readonly stops: number;
}

/** Settles when all is there, or when it was waited long enough. */
export async function waitForQuiet(
  folder: string,
  witness: Witness,
  decisions: DecisionsReader,
  show: (expected: Expected) => void,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + LONGEST_MS;
  let last = '';
  let since = performance.now();
  while (performance.now() < deadline && !signal.aborted) {
    await rest(EVERY_MS, signal);
    const evidence = readFolder(folder);
    const expected = {
      owed: lost(evidence).length,
      undecided: decisions.open.size,
      stops: stopUnconfirmed(evidence).length,
    };
    show(expected);
    const now = `${witness.ledger.size} ${decisions.open.size}`;
    if (now !== last) [last, since] = [now, performance.now()];
    const isStill = performance.now() - since >= STILL_MS;
    if (isStill && expected.owed + expected.undecided + expected.stops === 0 && (await decisions.caughtUp())) return;
  }
}
