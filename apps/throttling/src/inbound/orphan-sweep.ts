/**
 * Walks the windows in Redis, a thousand keys at a time: values of an epoch that is over are forgotten, and old
 * reservations without a row in Postgres are given back (a process died between taking the place and writing it).
 */
import type { Emitter } from '@beckon/kafka';
import type { Clock, Logger } from '@beckon/service';
import { oldReservations, ORPHAN_AFTER_MS, truthOf } from '../domain/orphans.js';
import { alertTag } from '../domain/tags.js';
import type { Entry } from '../domain/windows.js';
import { orphans } from '../metrics.js';
import type { OpenShard, RedisWindows } from '../outbound/redis-windows.js';
import { heldPlaces } from '../outbound/reservations-store.js';
import type { Shards } from '../outbound/shards.js';

const REST_MS = 30_000;

interface Suspect {
  readonly shopper: string;
  readonly entry: Entry;
}

export class OrphanSweep {
  private cursor = '0';
  private nextWalkAt = 0;

  constructor(
    private readonly emitter: Pick<Emitter, 'transaction'>,
    private readonly windows: RedisWindows,
    private readonly shards: Shards,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Looks at some keys; between two walks it rests. */
  async run(): Promise<void> {
    if (this.clock.monotonic() < this.nextWalkAt || this.shards.at(0) === undefined) return;
    await this.step();
    if (this.cursor === '0') this.nextWalkAt = this.clock.monotonic() + REST_MS;
  }

  /** One step of the walk; true once the walk is at its end. */
  async step(): Promise<boolean> {
    const { cursor, keys } = await this.windows.scan(this.cursor);
    const over: string[] = [];
    const suspects = new Map<OpenShard, Suspect[]>();
    await Promise.all(
      keys.map(async ({ key, shard, epoch, shopper }) => {
        const at = this.shards.at(shard);
        if (!at || epoch > at.epoch) return;
        if (epoch < at.epoch) return void over.push(key);
        const entries = await this.windows.entriesOf(shard, epoch, shopper);
        const old = oldReservations(entries, this.clock.now()).map((entry) => ({ shopper, entry }));
        if (old.length > 0) suspects.set(at, [...(suspects.get(at) ?? []), ...old]);
      }),
    );
    await this.windows.forget(over);
    for (const [at, found] of suspects) await this.compare(at, found);
    this.cursor = cursor;
    return cursor === '0';
  }

  private async compare(at: OpenShard, suspects: readonly Suspect[]): Promise<void> {
    const takenBy = this.clock.now() - ORPHAN_AFTER_MS;
    const freed = await this.emitter.transaction(async (tx) => {
      const held = await heldPlaces(tx, at.shard, at.epoch, [...new Set(suspects.map((s) => s.shopper))]);
      if (!held) return 0;
      const corrections = suspects.flatMap(({ shopper, entry }) => {
        const rows = held.filter((h) => h.shopper_id === shopper && alertTag(h.alert_id) === entry.alert);
        const truth = truthOf(entry, rows);
        return truth ? [{ ...entry, shopper, ...truth, takenBy }] : [];
      });
      if (corrections.length > 0) await this.windows.settle(at, corrections);
      return corrections.length;
    });
    if (freed === 0) return;
    orphans.add(freed);
    this.log.warn({ reservations: freed, shard: at.shard }, 'places without an admission were given back');
  }
}
