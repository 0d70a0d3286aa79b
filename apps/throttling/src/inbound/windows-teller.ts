/**
 * Tells Redis what Postgres has settled: stamps and places given back. Holds the rows and their shards while it does,
 * so that a rebuild of a shard comes wholly before or wholly after. A crash in between tells again, which changes
 * nothing.
 */
import type { Emitter } from '@beckon/kafka';
import { alertTag, skuTag } from '../domain/tags.js';
import { kindTag } from '../domain/windows.js';
import { GroundMoved, holdShards } from '../outbound/admission-store.js';
import { wake } from '../outbound/knowledge-store.js';
import type { OpenShard, RedisWindows } from '../outbound/redis-windows.js';
import { lockDueAnswers, markTold, type DueAnswer } from '../outbound/settlement-store.js';
import type { Shards } from '../outbound/shards.js';

const AT_ONCE = 500;

export class WindowsTeller {
  constructor(
    private readonly emitter: Pick<Emitter, 'transaction'>,
    private readonly windows: RedisWindows,
    private readonly shards: Shards,
    private readonly onClosed: () => void,
    private readonly onFreed: () => void,
  ) {}

  /** Tells a batch; true if there may be more. */
  async run(): Promise<boolean> {
    const used: OpenShard[] = [];
    try {
      const told = await this.emitter.transaction(async (tx) => {
        const due = await lockDueAnswers(tx, AT_ONCE);
        const byShard = new Map<number, DueAnswer[]>();
        for (const answer of due) byShard.set(answer.shard, [...(byShard.get(answer.shard) ?? []), answer]);
        const reachable = [...byShard.keys()].flatMap((shard) => this.shards.at(shard) ?? []);
        if (reachable.length < byShard.size) this.onClosed();
        used.push(...reachable);
        await holdShards(tx, reachable);
        const done = (await Promise.all(reachable.map((at) => this.tell(at, byShard.get(at.shard) ?? [])))).flat();
        if (done.length === 0) return 0;
        await markTold(
          tx,
          done.map((d) => d.alert_id),
        );
        // What waited for these outcomes can be decided now; not before, or it would find the old places.
        await wake(tx, [...new Set(done.map((d) => d.shopper_id))], {
          column: 'shopper_id',
          reasons: [
            'reserved_elsewhere',
            ...(done.some((d) => d.stamped_at === null) ? (['over_limit', 'min_gap'] as const) : []),
          ],
        });
        await wake(tx, [...new Set(done.map((d) => d.sub_id))], { column: 'sub_id', reasons: ['already_told'] });
        tx.afterCommit(this.onFreed);
        return done.length;
      });
      return told === AT_ONCE;
    } catch (error) {
      if (!(error instanceof GroundMoved)) throw error;
      for (const { shard } of used) this.shards.suspect(shard);
      this.onClosed();
      return false;
    }
  }

  private async tell(at: OpenShard, answers: readonly DueAnswer[]): Promise<DueAnswer[]> {
    const told = await this.windows.settle(
      at,
      answers.map((a) => ({
        shopper: a.shopper_id,
        alert: alertTag(a.alert_id),
        no: a.admission_no,
        kind: kindTag(a.kind),
        sku: skuTag(a.shop, a.sku),
        stampedAt: a.stamped_at,
      })),
    );
    if (told) return [...answers];
    this.shards.suspect(at.shard);
    this.onClosed();
    return [];
  }
}
