/** Matching's stores on a schema of their own, with subscriptions and signals made by the dozen. */
import {
  alertsMatched,
  catalogSignals,
  exampleSettings,
  ShopSettings,
  subscriptions,
  type MatchedAlert,
  type Signal,
  type Subscription,
} from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { systemClock } from '@beckon/service';
import type { DataSource } from 'typeorm';
import { MemoryEmitter } from './memory-emitter.js';

const shop = (name: string) => ({
  shop: name,
  rev: 1,
  settings: ShopSettings.parse({ ...exampleSettings, shop: name }),
});

const known = ['aurora', 'borealis', 'crux'].map(shop);

/** Shops `aurora`, `borealis` and `crux`; any other has no settings. */
export const shops = {
  all: () => known,
  get: (name: string) => known.find((s) => s.shop === name),
};

/** What handlers and loops of matching need beside a transaction. */
export const matchingOptions = { shops, clock: systemClock };

let counter = 0;

/** An active subscription for the price of `sku`, made different where `o` says so. */
export const subscription = (o: Partial<Subscription> = {}): Subscription => {
  counter += 1;
  const id = String(counter).padStart(8, '0');
  return {
    ...subscriptions.example,
    sub_id: `sub_${id}`,
    shopper_id: `shp_${id}`,
    condition: { type: 'price_at_most', amount: 9_900, currency: 'EUR' },
    consented_at: 1_790_000_000_000 + counter,
    ...o,
  };
};

/** A price signal of its own, made different where `o` says so. */
export const signal = (o: Partial<Signal> = {}): Signal => ({
  ...catalogSignals.example,
  signal_id: `sig_${(counter += 1)}`,
  ...o,
});

export class MatchingBed {
  readonly emitter: MemoryEmitter;

  constructor(
    readonly dataSource: DataSource,
    private readonly service: {
      takeSignals(tx: EmittingTransaction, records: readonly Signal[], now: number): Promise<void>;
      takeSubscriptions(
        tx: EmittingTransaction,
        last: ReadonlyMap<string, Subscription | null>,
        now: number,
      ): Promise<void>;
      servePages(
        tx: EmittingTransaction,
        o: typeof matchingOptions & { pageSize?: number; mostFanouts?: number },
      ): Promise<boolean>;
      lookAtSignals(tx: EmittingTransaction, o: typeof matchingOptions): Promise<boolean>;
    },
  ) {
    this.emitter = new MemoryEmitter(dataSource);
  }

  /** Handles a chunk of signals. */
  signals = (...records: Signal[]): Promise<void> =>
    this.emitter.transaction((tx) => this.service.takeSignals(tx, records, Date.now()));

  /** Handles a chunk of subscriptions. */
  subscriptions = (...records: Subscription[]): Promise<void> =>
    this.emitter.transaction((tx) =>
      this.service.takeSubscriptions(tx, new Map(records.map((r) => [r.sub_id, r])), Date.now()),
    );

  /** One step of the fan-out loop; `beforeCommit` may crash it. */
  page = (pageSize?: number, beforeCommit?: () => unknown, mostFanouts?: number): Promise<boolean> =>
    this.emitter.transaction(
      (tx) => this.service.servePages(tx, { ...matchingOptions, pageSize, mostFanouts }),
      beforeCommit,
    );

  /** One step of the looks loop. */
  look = (): Promise<boolean> => this.emitter.transaction((tx) => this.service.lookAtSignals(tx, matchingOptions));

  /** Both loops until nothing is left to do. */
  async settle(pageSize?: number): Promise<void> {
    while ((await this.look()) || (await this.page(pageSize)));
  }

  alerts = (): MatchedAlert[] => this.emitter.values<MatchedAlert>(alertsMatched);

  /** Subscriptions told of a signal so far, once per alert. */
  told = (signalId?: string): string[] =>
    this.alerts().flatMap((a) => (signalId === undefined || a.signal_id === signalId ? [a.sub_id] : []));

  async count(table: 'fanouts' | 'looks' | 'subscriptions'): Promise<number> {
    const rows: { n: number }[] = await this.dataSource.query(`SELECT count(*) AS n FROM ${table}`);
    return Number(rows[0]?.n);
  }
}
