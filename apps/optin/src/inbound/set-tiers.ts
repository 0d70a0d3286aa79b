import { Emitter } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Inject, Injectable } from '@nestjs/common';
import { withTier } from '../domain/tier.js';
import { People } from '../outbound/people.js';
import { Tiers } from '../outbound/tiers.js';
import type { CustomerTier } from '../outbound/tiers.js';

/** Gives a shop's customers their tiers: those who are known, and those who are linked later. */
@Injectable()
export class SetTiers {
  constructor(
    private readonly emitter: Emitter,
    private readonly people: People,
    private readonly tiers: Tiers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * First the tiers are committed, then shoppers are looked for: one who is linked meanwhile either sees the tier or is
   * found. Ended in between, it is whole when it is repeated.
   */
  async set(shop: string, given: readonly CustomerTier[]): Promise<void> {
    const now = this.clock.now();
    const ids = given.map((c) => c.external_id);
    await this.emitter.transaction((tx) => this.tiers.keep(tx, shop, given, now));
    await this.emitter.transaction(async (tx) => {
      const known = await this.people.lock(tx, await this.tiers.shoppersOf(tx, shop, ids), now);
      // Read under the shoppers' locks: of two who set tiers at once, the one who comes last has what was committed last.
      const tiers = await this.tiers.of(tx, shop, ids);
      const changes = [...known.values()].flatMap((before) => {
        const { external_id } = before.shopper;
        // Meanwhile the shopper may have followed a link that names another customer.
        if (external_id === null || !ids.includes(external_id)) return [];
        return [{ before, after: withTier(before, tiers.get(external_id) ?? null, now) }];
      });
      await this.people.save(tx, changes);
    });
  }
}
