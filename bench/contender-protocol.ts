/** What the frame and a contender's process say to each other. */
import type { Bed } from './row.js';

/** What a contender is told to do. `growth`: index of the growth whose own way of opening applies. */
export type Order =
  | { do: 'open'; row: string; contender: string; growth: number | undefined; bed: Bed }
  | { do: 'round' }
  | { do: 'close' };

/** What a round took. */
export interface RoundAnswer {
  readonly units: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly wallMicros: number;
  readonly cpuMicros: number;
}

/** Its answers. */
export type Answer = RoundAnswer | { opened: true } | { closed: true } | { failed: string };
