import { alertsMatched, type MatchedAlert } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { joinLine } from '../outbound/line-store.js';
import { Pokes } from './pokes.js';

/** Puts matched alerts into the line. */
@Controller()
export class AlertsMatchedController {
  constructor(@Inject(Pokes) private readonly pokes: Pokes) {}

  /** An alert that is known already, whatever became of it, changes nothing. */
  @BatchHandler(alertsMatched)
  async onMatched(@Payload() chunk: Chunk<MatchedAlert>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const alerts = chunk.records.flatMap((r) => r.value ?? []);
    const { joined, pages } = await joinLine(tx, alerts);
    if (pages > 0) tx.afterCommit(() => this.pokes.poke('leases'));
    if (joined > 0) tx.afterCommit(() => this.pokes.poke('admission'));
  }
}
