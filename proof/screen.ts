/** What a run says while it goes on: one line that changes on a terminal, a line now and then elsewhere. */

/** Where it is written. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const ELSEWHERE_EVERY_MS = 10_000;

export class Screen {
  private readonly begun = performance.now();
  private shown = '';
  private last = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly output: Output) {}

  /** A line that stays. */
  say(line = ''): void {
    this.wipe();
    this.output.write(line === '' ? '\n' : `  ${this.clock()}  ${line}\n`);
    this.draw();
  }

  /** A line as it is, that stays. */
  print(line: string): void {
    this.wipe();
    this.output.write(`${line}\n`);
  }

  /** Shows what this says, again and again, until the answer is called. */
  follow(words: () => string): () => void {
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      const now = performance.now();
      if (!this.output.isTTY && now - this.last < ELSEWHERE_EVERY_MS) return;
      this.last = now;
      this.wipe();
      this.shown = `  ${this.clock()}  ${words()}`;
      if (this.output.isTTY) this.draw();
      else this.output.write(`${this.shown}\n`);
    }, 500);
    return () => {
      clearInterval(this.timer);
      this.wipe();
      this.shown = '';
    };
  }

  private wipe(): void {
    if (this.output.isTTY && this.shown !== '') this.output.write('\r\x1b[2K');
  }

  private draw(): void {
    if (this.output.isTTY && this.shown !== '') this.output.write(this.shown.slice(0, 160));
  }

  private clock(): string {
    const seconds = Math.floor((performance.now() - this.begun) / 1000);
    return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
  }
}
