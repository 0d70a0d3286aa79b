import { catalogSignals, type Signal } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { foldSignal, type KnownSignal } from '../domain/fold-signal.js';
import { matchingMetrics } from '../metrics.js';
import {
  loadSignals,
  saveSignals,
  signalKey,
  startFanouts,
  stopFanouts,
  type Arming,
} from '../outbound/signal-store.js';
import { Loops } from './loops.js';

/** The signal's side: keeps what is open, and asks for the fan-out of what is news. */
@Controller()
export class SignalsController {
  constructor(
    private readonly loops: Loops,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The fan-out itself begins after the commit: only then does a subscription that comes now see the signal. */
  @BatchHandler(catalogSignals)
  async onSignals(@Payload() chunk: Chunk<Signal>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const records = chunk.records.flatMap(({ value }) => value ?? []);
    await takeSignals(tx, records, this.clock.now());
    tx.afterCommit(() => this.loops.pokeFanouts());
  }
}

/** Folds records in order and writes what follows: copies, ended fan-outs, new fan-outs. */
export async function takeSignals(
  tx: Pick<ChunkTransaction, 'query'>,
  records: readonly Signal[],
  now: number,
): Promise<void> {
  const known = await loadSignals(tx, records);
  const changed = new Map<string, KnownSignal>();
  const ended = new Set<string>();
  const armings: Arming[] = [];
  for (const record of records) {
    const fold = foldSignal(known.get(signalKey(record)), record);
    matchingMetrics.signals.add(1, { outcome: fold === undefined ? 'old' : fold.added ? 'news' : 'quiet' });
    if (fold === undefined) continue;
    known.set(signalKey(record), fold.known);
    changed.set(signalKey(record), fold.known);
    if (fold.ended !== undefined) ended.add(fold.ended);
    if (fold.added) armings.push({ record, range: fold.added });
  }
  await saveSignals(tx, [...changed.values()]);
  await stopFanouts(tx, [...ended]);
  await startFanouts(
    tx,
    armings.filter(({ record }) => !ended.has(record.signal_id)),
    now,
  );
}
