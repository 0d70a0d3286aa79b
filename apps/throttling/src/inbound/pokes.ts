/** The loops that a handler can wake after its commit. Named here so that handlers need not know the loops. */
export class Pokes {
  private readonly targets = new Map<Poked, () => void>();

  /** Says who listens. */
  connect(name: Poked, poke: () => void): void {
    this.targets.set(name, poke);
  }

  /** Wakes a loop; nobody listening yet is fine, loops look at the tables when they start. */
  poke(name: Poked): void {
    this.targets.get(name)?.();
  }
}

export type Poked = 'admission' | 'windows' | 'shards' | 'ending' | 'leases';
