import { receipts, type Receipt } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { Fact } from '../domain/facts.js';
import { coveredBy } from '../domain/covered-by.js';
import { foreignEchoes } from '../metrics.js';
import { lockRows, lockUnread, whoseRows } from '../outbound/ledger-store.js';
import { PageLeases } from './page-leases.js';
import { settleRows } from './settle-rows.js';

/** Evidence from Messenger: an echo settles what nobody knew; delivered and read marks follow accepted messages. */
@Controller()
export class ReceiptsController {
  constructor(private readonly leases: PageLeases) {}

  @BatchHandler(receipts)
  async onReceipts(@Payload() chunk: Chunk<Receipt>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const all = chunk.records.flatMap(({ value }) => (value ? [value] : []));
    await this.onEchoes(
      all.filter((r) => r.kind === 'echo'),
      tx,
    );
    await this.onMarks(
      all.filter((r) => r.kind !== 'echo'),
      tx,
    );
    const pages = new Set(all.map((r) => r.page));
    tx.afterCommit(() => pages.forEach((page) => this.leases.poke(page)));
  }

  private async onEchoes(echoes: readonly Receipt[], tx: ChunkTransaction): Promise<void> {
    const byId = new Map<string, Receipt[]>();
    for (const e of echoes) if (e.alert_id !== null) byId.set(e.alert_id, [...(byId.get(e.alert_id) ?? []), e]);
    if (byId.size === 0) return;
    const rows = await whoseRows(tx, [...byId.keys()]);
    const foreign = rows.flatMap((row) =>
      (byId.get(row.id) ?? []).filter((e) => e.page !== row.page || e.shopper_id !== row.shopper_id),
    );
    if (foreign.length > 0) tx.afterCommit(() => foreignEchoes.add(foreign.length));
    // Most echoes tell what the answer told before: an accepted row stays as it is, whatever an echo says.
    const open = rows.filter((row) => row.state !== 'accepted').map((row) => row.id);
    if (open.length === 0) return;
    await settleRows(tx, await lockRows(tx, open), (row) =>
      (byId.get(row.id) ?? []).map((e): Fact => ({ ...e, type: 'echoed' })),
    );
  }

  private async onMarks(marks: readonly Receipt[], tx: ChunkTransaction): Promise<void> {
    if (marks.length === 0) return;
    const rows = await lockUnread(tx, [...new Set(marks.map((m) => m.shopper_id))]);
    await settleRows(tx, rows, (row) =>
      marks.flatMap((m): Fact[] =>
        m.kind !== 'echo' && coveredBy(row, m) ? [{ type: 'received', how: m.kind, at: m.at }] : [],
      ),
    );
  }
}
