/**
 * Ingestion says "everything the source wrote before `at` is folded and emitted"; that says nothing about *us* until
 * we have applied those signals. So a claim is noted together with the instant at which it was seen, and believed once
 * everything that was on `catalog.signals` before that instant is applied here. One claim is in the works at a time;
 * a newer one is noted as soon as it is through.
 */
import type { Clock } from '@beckon/service';
import type { FreshnessSnapshot, FreshnessStore } from '../outbound/freshness-store.js';

const WAKE_AT_ONCE = 2_000;

export class FreshnessConfirmation {
  private pending: FreshnessSnapshot | undefined;

  /** @param signalsKnownSince the instant (ms) before which all signals are applied; 0 while unknown */
  constructor(
    private readonly store: FreshnessStore,
    private readonly signalsKnownSince: () => number,
    private readonly clock: Clock,
    private readonly onFresh: () => void,
  ) {}

  /** One step; true if more sleepers may have to be woken. */
  async run(): Promise<boolean> {
    this.pending ??= await this.store.snapshot(() => this.clock.now());
    if (this.signalsKnownSince() >= this.pending.takenAt) {
      await this.store.confirm(this.pending.claims);
      this.pending = undefined;
    }
    const woken = await this.store.wakeFresh(this.clock.now(), WAKE_AT_ONCE);
    if (woken > 0) this.onFresh();
    return woken === WAKE_AT_ONCE;
  }
}
