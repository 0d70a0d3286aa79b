/** Several rows over one world, one after the other: a world takes longer to start than a short row to play. */
import type { Row, RowVerdict, Stage } from './row.js';

export class RowsInTurn implements Row {
  private now: Row | undefined;

  constructor(private readonly rows: readonly Row[]) {}

  async watch(stage: Stage): Promise<() => Promise<void>> {
    const ends: (() => Promise<void>)[] = [];
    for (const row of this.rows) if (row.watch) ends.push(await row.watch(stage));
    return async () => {
      for (const end of ends.reverse()) await end();
    };
  }

  async play(stage: Stage): Promise<void> {
    for (const row of this.rows) {
      if (stage.signal.aborted) return;
      this.now = row;
      await row.play(stage);
      await row.played?.();
    }
  }

  words(): string {
    return this.now?.words() ?? '';
  }

  judge(whole: boolean): RowVerdict {
    const verdicts = this.rows.map((row) => row.judge(whole));
    return { lines: verdicts.flatMap(({ lines }) => ['', ...lines]), kept: verdicts.every(({ kept }) => kept) };
  }
}
