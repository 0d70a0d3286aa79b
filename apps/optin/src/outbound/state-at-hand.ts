import { CaughtUp } from '@beckon/kafka';
import { ShopDirectory } from '@beckon/settings';
import type { Clock } from '@beckon/service';
import { setTimeout as wait } from 'node:timers/promises';

/** The chunk needs something that is on its way here; it comes again. */
export class NotYet extends Error {
  readonly code = 'NOT_YET';
}

const WAIT_MS = 5000;

/** What must be known before an event can be understood: shops and offers, read to the end they had at the start. */
export class StateAtHand {
  constructor(
    private readonly caughtUp: CaughtUp,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  /** Resolves once shops and offers were read; rejects with NotYet if that takes more than a few seconds. */
  async ready(): Promise<void> {
    const end = this.clock.monotonic() + WAIT_MS;
    while (!this.caughtUp.ready()) {
      if (this.clock.monotonic() > end)
        throw new NotYet(`not read to the end yet: ${this.caughtUp.missing().join(', ')}`);
      await wait(50);
    }
  }

  /**
   * The Page's settings, or undefined when no shop names the Page. The edge took the event because this service's
   * table named its Page, and this process's copy of the table is at most half a second old; so while the event is
   * younger than a few seconds, an unknown Page is one that is not known here yet.
   * @throws NotYet
   */
  page(page: string, receivedAt: number): ReturnType<ShopDirectory['byPage']> {
    const known = this.directory.byPage(page);
    if (!known && this.clock.now() - receivedAt < WAIT_MS) {
      this.directory.poke();
      throw new NotYet('the settings of the Page are not here yet');
    }
    return known;
  }
}
