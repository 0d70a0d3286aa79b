import { shoppers } from '@beckon/contracts';
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import { RESEAL_BATCH } from '@beckon/service';
import type { SealedPlace } from '@beckon/service';
import type { DataSource } from 'typeorm';
import { toShopper } from '../domain/person.js';
import type { ShopperState } from '../domain/person.js';
import { jsonRows } from './rows.js';

/** A shopper with an id or a token under another key than $1. */
const OLD = `erased_at IS NULL AND (NOT starts_with(psid_sealed, $1)
  OR EXISTS (SELECT FROM jsonb_array_elements(grants) g WHERE NOT starts_with(g->>'token_sealed', $1)))`;

/**
 * The shoppers as a place whose texts can be sealed anew. Each is published again, at the revision it has: readers hold
 * that already and pass over it (they seal their own copies anew), but the compacted topic keeps only the last record of
 * a key, and so ends up without the old one.
 */
export function sealedShoppers(dataSource: DataSource, emitter: Pick<Emitter, 'transaction'>): SealedPlace {
  return {
    name: 'shoppers',
    remaining: async (prefix) => {
      const [row] = await dataSource.query(`SELECT count(*)::int AS n FROM shoppers WHERE ${OLD}`, [prefix]);
      return (row as { n: number }).n;
    },
    next: async (prefix, after, reseal) => {
      const anew = await emitter.transaction((tx) => resealBatch(tx, prefix, String(after?.[0] ?? ''), reseal));
      const last = anew.at(-1);
      if (!last) return undefined;
      await settle(emitter, anew);
      return [last.shopper_id];
    },
  };
}

async function resealBatch(
  tx: EmittingTransaction,
  prefix: string,
  after: string,
  reseal: (sealed: string) => string,
): Promise<ShopperState[]> {
  const rows = await tx.query<ShopperState>(
    `SELECT * FROM shoppers WHERE ${OLD} AND shopper_id > $2 ORDER BY shopper_id LIMIT $3 FOR UPDATE SKIP LOCKED`,
    [prefix, after, RESEAL_BATCH],
  );
  const anew = rows.map((s) => ({
    ...s,
    psid_sealed: reseal(s.psid_sealed),
    grants: s.grants.map((g) => ({ ...g, token_sealed: reseal(g.token_sealed) })),
  }));
  await tx.query(
    `UPDATE shoppers s SET psid_sealed = r.psid_sealed, grants = r.grants
     FROM jsonb_to_recordset($1::jsonb) AS r (shopper_id text, psid_sealed text, grants jsonb)
     WHERE s.shopper_id = r.shopper_id`,
    [jsonRows(anew)],
  );
  for (const s of anew) publish(tx, s);
  return anew;
}

/**
 * What another process published meanwhile may lie *before* our record on the topic, although it is newer; compaction would
 * keep ours. So whoever has moved on is published once more, until nobody has.
 */
async function settle(emitter: Pick<Emitter, 'transaction'>, published: readonly ShopperState[]): Promise<void> {
  for (let sent = published; sent.length > 0;) {
    const were = new Map(sent.map((s) => [s.shopper_id, s.rev]));
    sent = await emitter.transaction(async (tx) => {
      const now = await tx.query<ShopperState>(
        'SELECT * FROM shoppers WHERE shopper_id = ANY ($1) ORDER BY shopper_id FOR SHARE',
        [[...were.keys()]],
      );
      const there = new Set(now.map((s) => s.shopper_id));
      for (const id of were.keys()) if (!there.has(id)) tx.emit(shoppers, id, null, { id: `${id}:gone` });
      const moved = now.filter((s) => s.rev > (were.get(s.shopper_id) ?? 0));
      for (const s of moved) publish(tx, s);
      return moved;
    });
  }
}

const publish = (tx: EmittingTransaction, s: ShopperState): void =>
  tx.emit(shoppers, s.shopper_id, toShopper(s), { id: `${s.shopper_id}:${s.rev}:sealed-anew` });
