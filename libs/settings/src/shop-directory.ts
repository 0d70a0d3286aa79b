import { Loop, type Logger } from '@beckon/service';
import { ShopSettings, type PageSettings } from '@beckon/contracts';
import type { DataSource } from 'typeorm';

/** A shop's settings with the revision that decisions name. */
export interface ShopInForce {
  readonly shop: string;
  readonly rev: number;
  readonly settings: ShopSettings;
}

const EVERY_MS = 500;

/**
 * All shops' settings in memory, at most half a second older than this service's table. Every worker of a service has
 * its own; what one worker wrote, the others see by looking for newer changes.
 */
export class ShopDirectory {
  private readonly shops = new Map<string, ShopInForce>();
  private readonly pages = new Map<string, { shop: ShopInForce; page: PageSettings }>();
  private readonly listeners: (() => void)[] = [];
  private readonly loop: Loop;
  private seen = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Logger,
  ) {
    this.loop = new Loop({ name: 'shop settings', idleMs: EVERY_MS, log, tick: () => this.refresh() });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Look now. */
  poke(): void {
    this.loop.poke();
  }

  get(shop: string): ShopInForce | undefined {
    return this.shops.get(shop);
  }

  /** The Page's own settings and its shop's; undefined while no shop names the Page. */
  byPage(page: string): { readonly shop: ShopInForce; readonly page: PageSettings } | undefined {
    return this.pages.get(page);
  }

  all(): ShopInForce[] {
    return [...this.shops.values()];
  }

  /** Called after each change. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private async refresh(): Promise<void> {
    // A little behind what was seen, since numbers are given before commit: a slower writer may show up late.
    const rows: { shop: string; rev: number; settings: unknown; change: number }[] = await this.dataSource.query(
      'SELECT shop, rev, settings, change FROM shop_settings WHERE change > $1 ORDER BY change',
      [Math.max(0, this.seen - 100)],
    );
    let changed = false;
    for (const row of rows) {
      this.seen = Math.max(this.seen, Number(row.change));
      changed = this.take(row) || changed;
    }
    if (!changed) return;
    this.pages.clear();
    for (const shop of this.shops.values())
      for (const page of shop.settings.pages) this.pages.set(page.page, { shop, page });
    for (const listener of this.listeners) listener();
  }

  private take(row: { shop: string; rev: number; settings: unknown }): boolean {
    if (row.settings === null) return this.shops.delete(row.shop);
    if (this.shops.get(row.shop)?.rev === row.rev) return false;
    const parsed = ShopSettings.safeParse(row.settings);
    if (!parsed.success) {
      this.log.error(
        { shop: row.shop, rev: row.rev, issues: parsed.error.issues.length },
        'settings cannot be read; the old ones stay',
      );
      return false;
    }
    this.shops.set(row.shop, { shop: row.shop, rev: row.rev, settings: parsed.data });
    return true;
  }
}
