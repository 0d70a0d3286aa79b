/**
 * When to stop. A terminal sends Ctrl-C to every process of its group and npm passes its own on, so one key press may
 * arrive two or three times: what comes within a second of the first is the same request. A later one means "at once":
 * we leave, and the guard stops everything without us.
 */
const SAME_REQUEST_MS = 1_000;

/** The part of `process` that is listened to. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect', listener: () => void): unknown;
  exit(code: number): never;
}

/** Aborted at the first request. `said` is called then. */
export function stopRequests(
  source: SignalSource,
  said: () => void,
  now: () => number = () => performance.now(),
): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const request = (again: boolean) => {
    if (first === undefined) {
      first = now();
      controller.abort();
      said();
    } else if (again && now() - first > SAME_REQUEST_MS) {
      source.exit(130);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) source.on(name, () => request(true));
  // Whoever started us is gone without a word (its end of the channel closed): stop in order, nobody is watching.
  source.on('disconnect', () => request(false));
  return controller.signal;
}
