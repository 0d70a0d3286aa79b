/** The list that `npm start` prints: one line per thing that is ready, with what was chosen and how long it took. */
import { createColors } from 'picocolors';

/** Where lines go. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Prints the steps of a start. Colour only on a terminal, and never with NO_COLOR (no-color.org). */
export class Checklist {
  readonly #begun = performance.now();
  readonly colors: ReturnType<typeof createColors>;

  constructor(
    private readonly screen: Screen,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.colors = createColors(Boolean(screen.isTTY) && !env.NO_COLOR);
  }

  /** Something is ready. @param ms how long it took; left out when it took no time worth telling */
  done(name: string, what: string, ms?: number): void {
    const time = ms === undefined ? '' : this.colors.dim(` ${seconds(ms)}`);
    this.line(`  ${this.colors.green('✓')} ${name.padEnd(12)} ${what}${time}`);
  }

  /** Something takes time. */
  note(what: string): void {
    this.line(this.colors.dim(`    ${what}`));
  }

  /** Something went wrong while the rest goes on. */
  trouble(what: string): void {
    this.line(`  ${this.colors.yellow('!')} ${what}`);
  }

  /** Something cannot be done: the cause first, then what else is known. */
  failed(what: string): void {
    const [first = '', ...rest] = what.split('\n');
    this.line(`  ${this.colors.red('✗')} ${this.colors.bold(first)}`);
    for (const line of rest) this.line(`    ${line}`);
  }

  /** A line of its own. */
  line(text = ''): void {
    this.screen.write(`${text}\n`);
  }

  /** Milliseconds since the list was begun. */
  elapsedMs(): number {
    return performance.now() - this.#begun;
  }
}

/** "0.4 s", "12.1 s" from milliseconds. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
