import { shops } from '@beckon/contracts';
import { CaughtUp } from '@beckon/kafka';
import { ShopDirectory } from '@beckon/settings';
import type { ShopInForce } from '@beckon/settings';
import type { PageSettings } from '@beckon/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from './problems.js';
import type { FieldFault } from './problems.js';

/** The shops that a path can name. */
@Injectable()
export class ShopsAtHand {
  constructor(
    private readonly directory: ShopDirectory,
    private readonly caughtUp: CaughtUp,
  ) {}

  /** @throws Problem unknown_shop, or starting while nobody can say that yet. */
  get(name: string): ShopInForce {
    const shop = this.directory.get(name);
    if (shop) return shop;
    if (!this.caughtUp.ready([shops])) throw starting();
    throw new Problem('unknown_shop', `No settings of a shop ${JSON.stringify(name.slice(0, 100))} are in force.`);
  }

  /** @throws Problem starting: a name or a price that is not known may just not have been read yet. */
  readyToWord(): void {
    if (!this.caughtUp.ready()) throw starting();
  }
}

const starting = (): Problem => new Problem('starting', undefined, { headers: { 'retry-after': '2' } });

/**
 * One of the shop’s Pages; the first if none is named.
 * @param place where the request names it
 * @throws Problem unknown_page
 */
export function pageOf(
  { settings }: ShopInForce,
  page: string | undefined,
  place: Pick<FieldFault, 'pointer' | 'parameter'> = { pointer: '#/page' },
): PageSettings {
  const found = page === undefined ? settings.pages[0] : settings.pages.find((p) => p.page === page);
  if (found) return found;
  const detail = `The shop’s Pages: ${settings.pages.map((p) => p.page).join(', ')}.`;
  throw new Problem('unknown_page', detail, { faults: [{ ...place, detail: 'is none of the shop’s Pages' }] });
}
