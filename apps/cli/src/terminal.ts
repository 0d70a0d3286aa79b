import pc from 'picocolors';

/** Where a command reads its surroundings and writes: data to `out`, words about it to `err`. */
export interface Terminal {
  /** One line of data. */
  out(line: string): void;
  /** One line for the person. */
  err(line: string): void;
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Colour only where a person looks, and not where NO_COLOR (https://no-color.org) is set. */
export function wantsColor(isTty: boolean, env: Terminal['env']): boolean {
  return isTty && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** The terminal of this process. */
export function processTerminal(env: Terminal['env'], signal: AbortSignal): Terminal {
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    colors: pc.createColors(wantsColor(process.stdout.isTTY, env)),
    env,
    signal,
    now: () => Date.now(),
  };
}
