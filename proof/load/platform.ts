/**
 * The shops' platforms: tell what happens to their SKUs, each in its own way, in order of each SKU, and keep trying until it
 * was taken. Every change has a version or a time of its own, so one that was told twice counts once.
 */
import type { InputLine } from '../checker/fold-lines.js';
import { rest } from '../world/patience.js';
import type { LineFile } from '../world/run-folder.js';
import { BASE_PRICE, type PlannedSku } from './plan.js';
import type { Teller, Told } from './tellers/teller.js';

interface State {
  readonly open: boolean;
  readonly units: number;
  /** Minor units. */
  readonly price: number;
}

export class Platform {
  private readonly versions = new Map<string, number>();
  private readonly lines = new Map<string, Promise<void>>();
  private readonly taken = new Map<string, Told>();

  constructor(
    /** By shop. */
    private readonly tellers: ReadonlyMap<string, Teller>,
    private readonly inputs: LineFile<InputLine>,
    private readonly signal: AbortSignal,
  ) {}

  /** How each SKU is before anything happens: nobody is told of that. */
  async baseline(skus: readonly PlannedSku[]): Promise<void> {
    await Promise.all(
      skus.map((sku) => this.tell(sku, { open: false, units: sku.kind === 'price_drop' ? 5 : 0, price: BASE_PRICE })),
    );
  }

  /** Tells a change; settles when it was taken. Changes of one SKU are told one after the other; the first is a baseline. */
  tell(sku: PlannedSku, state: State): Promise<void> {
    const before = this.lines.get(sku.sku) ?? Promise.resolve();
    const line = before.then(() => this.write(sku, state));
    this.lines.set(sku.sku, line);
    return line;
  }

  /** How the SKUs of a shop are, by what was taken last of each. */
  howItIs(shop: string): Told[] {
    return [...this.taken.values()].filter((told) => told.shop === shop);
  }

  private async write({ shop, sku, kind }: PlannedSku, { open, units, price }: State): Promise<void> {
    const version = (this.versions.get(sku) ?? 0) + 1;
    this.versions.set(sku, version);
    const id = `${sku}:${version}`;
    const sent_at = Date.now();
    this.inputs.append({ type: 'offer', id, shop, sku, kind, open, price, snapshot: version === 1, sent_at });
    const told: Told = { shop, sku, kind, units, price, version, at: sent_at };
    const tell = this.tellers.get(shop);
    if (!tell) throw new Error(`${shop} has no way to tell`);
    while (!this.signal.aborted) {
      try {
        await tell(told);
        this.inputs.append({ type: 'ack', id, at: Date.now() });
        this.taken.set(sku, told);
        return;
      } catch {
        await rest(200, this.signal);
      }
    }
  }
}
