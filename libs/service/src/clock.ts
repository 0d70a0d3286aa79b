/** Time as something that is handed in, so that a test can say what time it is. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. For everything stored or sent. */
  now(): number;
  /** Milliseconds since some fixed moment; never jumps. For deadlines and durations within this process. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
