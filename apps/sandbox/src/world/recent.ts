/** Keeps the last `limit` items, oldest first. */
export class Recent<T> {
  private items: T[] = [];

  constructor(private readonly limit: number) {}

  /** Adds an item; the oldest ones give way. */
  add(item: T): void {
    this.items.push(item);
    // Cutting now and then instead of shifting each time keeps adding cheap.
    if (this.items.length > this.limit * 2) this.items = this.items.slice(-this.limit);
  }

  /** The kept items, oldest first. */
  list(): readonly T[] {
    return this.items.slice(-this.limit);
  }

  /** Forgets everything. */
  clear(): void {
    this.items = [];
  }
}
