/** When this process last took an event of each Page: who hears from a Page need not ask whether it is subscribed. */
export class PageActivity {
  private readonly last = new Map<string, number>();

  /** @param at milliseconds since the epoch */
  seen(page: string, at: number): void {
    this.last.set(page, at);
  }

  lastAt(page: string): number | undefined {
    return this.last.get(page);
  }
}
