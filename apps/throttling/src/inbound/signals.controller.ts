import { catalogSignals, type Signal } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { foldSignals, offerKey } from '../domain/fold-signals.js';
import { withdrawOfSignals } from '../outbound/endings-store.js';
import { knownSeqs, wake, writeSignals } from '../outbound/knowledge-store.js';
import { Pokes } from './pokes.js';

/** Most alerts withdrawn together with the record; the loop ends the rest, so that a chunk stays short. */
const WITHDRAWN_AT_ONCE = 500;

/** Keeps signals, and withdraws what waited for one that closed. */
@Controller()
export class SignalsController {
  constructor(
    @Inject(Pokes) private readonly pokes: Pokes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(catalogSignals)
  async onSignals(@Payload() chunk: Chunk<Signal>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const now = this.clock.now();
    const records = chunk.records.flatMap((r) => r.value ?? []);
    const offers = [...new Map(records.map((r) => [offerKey(r), r])).values()];
    const signals = foldSignals(await knownSeqs(tx, offers), records);
    if (signals.length === 0) return;

    const closed = await writeSignals(tx, signals, now);
    const withdrawn = await withdrawOfSignals(tx, closed, WITHDRAWN_AT_ONCE, now);
    const open = signals.filter((s) => s.open).map((s) => s.signal_id);
    await wake(tx, open, { column: 'signal_id', reasons: ['signal_unknown', 'condition_false'] });

    if (withdrawn === WITHDRAWN_AT_ONCE) tx.afterCommit(() => this.pokes.poke('ending'));
    if (open.length > 0) tx.afterCommit(() => this.pokes.poke('admission'));
  }
}
