/**
 * Opens and rebuilds the shards of the windows. Postgres is the truth; a shard in Redis may be used only while three
 * things agree: its epoch in Postgres, the epoch key in Redis, and the identity of the Redis that it was built in.
 *
 * A rebuild holds the row of its shard FOR UPDATE; every transaction that reserves or tells Redis holds it FOR SHARE
 * and checks the epoch. So a reservation is either committed before the rebuild reads, or fails after it.
 */
import type { Kind } from '@beckon/contracts';
import type { Logger } from '@beckon/service';
import type { DataSource } from 'typeorm';
import { alertTag, SHARDS, skuTag } from '../domain/tags.js';
import { kindTag, type Entry } from '../domain/windows.js';
import { shardsRebuilt } from '../metrics.js';
import type { RedisLink } from './redis-link.js';
import type { OpenShard, RedisWindows } from './redis-windows.js';

const ALL = Array.from({ length: SHARDS }, (_, shard) => shard);
const AT_ONCE = 16;

interface ShardRow extends OpenShard {
  readonly redis_identity: string;
}

export class Shards {
  /** Shards believed open, each for one identity of Redis. */
  private known = new Map<number, OpenShard>();
  private knownFor: string | undefined;

  /** @param wantedHorizon how far back stamps must reach for all shops' windows, in milliseconds */
  constructor(
    private readonly dataSource: DataSource,
    private readonly link: RedisLink,
    private readonly windows: RedisWindows,
    private readonly wantedHorizon: () => number,
    private readonly log: Logger,
  ) {}

  /** How to address a shard, or undefined while it is closed. */
  at(shard: number): OpenShard | undefined {
    if (this.link.identity === undefined || this.link.identity !== this.knownFor) return undefined;
    const known = this.known.get(shard);
    return known !== undefined && known.horizon >= this.wantedHorizon() ? known : undefined;
  }

  /** How many shards are closed for this worker. */
  get closed(): number {
    return ALL.filter((shard) => this.at(shard) === undefined).length;
  }

  /** A script, or the row in Postgres, said that what we know of a shard is over. */
  suspect(shard: number): void {
    this.known.delete(shard);
  }

  /** Opens what is closed: takes over what another worker rebuilt, rebuilds the rest. */
  async openAll(): Promise<void> {
    const identity = this.link.identity;
    if (identity === undefined) return;
    if (identity !== this.knownFor) {
      this.known = new Map();
      this.knownFor = identity;
    }
    const wanted = this.wantedHorizon();
    const closed = ALL.filter((s) => (this.known.get(s)?.horizon ?? -1) < wanted);
    if (closed.length === 0) return;
    const began = performance.now();
    let rebuilt = 0;
    for (let i = 0; i < closed.length; i += AT_ONCE) {
      rebuilt += await this.openSome(closed.slice(i, i + AT_ONCE), identity, wanted);
    }
    if (rebuilt > 0) {
      shardsRebuilt.add(rebuilt);
      this.log.info(
        { shards: rebuilt, ms: Math.round(performance.now() - began) },
        'send windows rebuilt from Postgres',
      );
    }
  }

  /** Opens the given shards; answers how many had to be rebuilt. */
  private openSome(shards: readonly number[], identity: string, wanted: number): Promise<number> {
    return this.dataSource
      .transaction(async (manager) => {
        const rows: ShardRow[] = await manager.query(
          'SELECT shard, epoch, horizon, redis_identity FROM shards WHERE shard = ANY ($1) ORDER BY shard FOR UPDATE',
          [shards],
        );
        const inRedis = await this.windows.epochs(shards);
        const isOpen = (r: ShardRow): boolean =>
          r.redis_identity === identity && r.horizon >= wanted && inRedis.get(r.shard) === r.epoch;
        const stale = rows.filter((r) => !isOpen(r));
        const fresh = stale.length === 0 ? [] : await this.rebuild(manager, stale, wanted);
        if (fresh.length > 0) {
          await manager.query(
            `UPDATE shards SET epoch = $2, horizon = $3, redis_identity = $4 WHERE shard = ANY ($1)`,
            [fresh.map((s) => s.shard), fresh[0]?.epoch, wanted, identity],
          );
        }
        return { open: rows.filter(isOpen), fresh };
      })
      .then(({ open, fresh }) => {
        // Only after the commit: before it nobody may reserve under the new epoch.
        if (this.knownFor === identity)
          for (const { shard, epoch, horizon } of [...open, ...fresh]) this.known.set(shard, { shard, epoch, horizon });
        return fresh.length;
      });
  }

  private async rebuild(
    manager: { query(sql: string, parameters?: unknown[]): Promise<unknown> },
    stale: readonly ShardRow[],
    horizon: number,
  ): Promise<OpenShard[]> {
    const [{ epoch }] = (await manager.query(`SELECT nextval('shard_epochs') AS epoch`)) as [{ epoch: number }];
    const rows = (await manager.query(
      `SELECT shard, shopper_id, alert_id, admission_no, state, admitted_at, stamped_at, kind, shop, sku FROM alerts
        WHERE shard = ANY ($1) AND state = 'reserved'
       UNION ALL
       SELECT shard, shopper_id, alert_id, admission_no, state, admitted_at, stamped_at, kind, shop, sku FROM alerts
        WHERE shard = ANY ($1) AND state = 'done' AND stamped_at > $2`,
      [stale.map((s) => s.shard), (await this.windows.clock()) - horizon],
    )) as CountedRow[];
    const fresh = stale.map(({ shard }): OpenShard => ({ shard, epoch, horizon }));
    for (const at of fresh) {
      const shoppers = new Map<string, Entry[]>();
      for (const row of rows) {
        if (row.shard !== at.shard) continue;
        const entries = shoppers.get(row.shopper_id) ?? [];
        entries.push(entryOf(row));
        shoppers.set(row.shopper_id, entries);
      }
      await this.windows.fill(at, shoppers);
      await this.windows.open(at.shard, epoch);
    }
    return fresh;
  }
}

interface CountedRow {
  readonly shard: number;
  readonly shopper_id: string;
  readonly alert_id: string;
  readonly admission_no: number;
  readonly state: string;
  readonly admitted_at: number | null;
  readonly stamped_at: number | null;
  readonly kind: Kind;
  readonly shop: string;
  readonly sku: string;
}

const entryOf = (row: CountedRow): Entry => ({
  alert: alertTag(row.alert_id),
  no: row.admission_no,
  state: row.state === 'reserved' ? 'reserved' : 'stamped',
  at: (row.state === 'reserved' ? row.admitted_at : row.stamped_at) ?? 0,
  kind: kindTag(row.kind),
  sku: skuTag(row.shop, row.sku),
});
