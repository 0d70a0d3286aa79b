/** Keeps the last items, oldest first, as many as weigh no more than `limit` together; the youngest in any case. */
export class Recent<T> {
  private items: { readonly item: T; readonly weight: number }[] = [];
  private weight = 0;

  constructor(private readonly limit: number) {}

  /** Adds an item; the oldest ones give way. */
  add(item: T, weight = 1): void {
    this.items.push({ item, weight });
    this.weight += weight;
    // Cutting now and then instead of shifting each time keeps adding cheap.
    if (this.weight > this.limit * 2) {
      this.items = this.items.slice(this.firstKept());
      this.weight = this.items.reduce((sum, one) => sum + one.weight, 0);
    }
  }

  /** The kept items, oldest first. */
  list(): readonly T[] {
    return this.items.slice(this.firstKept()).map(({ item }) => item);
  }

  /** Forgets everything. */
  clear(): void {
    this.items = [];
    this.weight = 0;
  }

  private firstKept(): number {
    let first = this.items.length;
    let room = this.limit;
    while (first > 0) {
      room -= this.items[first - 1]!.weight;
      if (room < 0 && first < this.items.length) break;
      first -= 1;
    }
    return first;
  }
}
