import { receipts, type Receipt } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { Fact } from '../domain/facts.js';
import { coveredBy } from '../domain/covered-by.js';
import { foreignEchoes } from '../metrics.js';
import { lockRows, lockUnread } from '../outbound/ledger-store.js';
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
    const ids = [...new Set(echoes.flatMap((e) => e.alert_id ?? []))];
    if (ids.length === 0) return;
    await settleRows(tx, await lockRows(tx, ids), (row) => {
      const mine = echoes.filter((e) => e.alert_id === row.id);
      const foreign = mine.filter((e) => e.page !== row.page || e.shopper_id !== row.shopper_id);
      if (foreign.length > 0) tx.afterCommit(() => foreignEchoes.add(foreign.length));
      return mine.map((e): Fact => ({ ...e, type: 'echoed' }));
    });
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
