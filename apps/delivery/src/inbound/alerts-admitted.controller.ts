import { alertsAdmitted, type Admission } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { lockRows, queueAdmissions } from '../outbound/ledger-store.js';
import { PageLeases } from './page-leases.js';
import { settleRows } from './settle-rows.js';

/** Admissions go in line, each number once; one that was answered gets its answer again. */
@Controller()
export class AlertsAdmittedController {
  constructor(
    private readonly leases: PageLeases,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(alertsAdmitted)
  async onAdmissions(@Payload() chunk: Chunk<Admission>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const newest = new Map<string, Admission>();
    for (const { value } of chunk.records)
      if (value && (newest.get(value.alert_id)?.admission_no ?? 0) < value.admission_no)
        newest.set(value.alert_id, value);
    const queued = await queueAdmissions(tx, [...newest.values()], this.clock.now());
    const known = [...newest.keys()].filter((id) => !queued.has(id));
    const at = this.clock.now();
    await settleRows(tx, await lockRows(tx, known), (row) => {
      const asked = newest.get(row.id);
      return asked ? [{ type: 'asked_again', admission_no: asked.admission_no, at }] : [];
    });
    const pages = new Set([...newest.values()].map((a) => a.page));
    tx.afterCommit(() => pages.forEach((page) => this.leases.poke(page)));
  }
}
