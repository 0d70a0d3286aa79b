/** A row of docs/reliability.md that has the load of `kills` under it and breaks something else, in its own way. */
import type { Screen } from './screen.js';
import type { FaultDriver } from './world/fault-driver.js';
import type { World } from './world/world.js';

/** Where a row plays. */
export interface Stage {
  readonly world: World;
  readonly driver: FaultDriver;
  readonly screen: Screen;
  /** Aborted when somebody wants it to end, and when the load is over. */
  readonly signal: AbortSignal;
}

/** What a row saw beside the checker. */
export interface RowVerdict {
  /** Lines for people. */
  readonly lines: readonly string[];
  readonly kept: boolean;
}

export interface Row {
  /** Begins before the load, ends after it: what is only looked at. The answer ends it. */
  watch?(stage: Stage): Promise<() => Promise<void>>;
  /** Plays while the load flows; when it settles the load is over. */
  play(stage: Stage): Promise<void>;
  /** Called when it has played and another row goes on in its world. */
  played?(): Promise<void>;
  /** What goes on, in a few words. */
  words(): string;
  /** Judges what it saw. `whole` false: it was interrupted, so that nothing can be said of what is missing. */
  judge(whole: boolean): RowVerdict;
}
