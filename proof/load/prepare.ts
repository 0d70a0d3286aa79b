/** What has happened before the load begins: people are there, nothing is in stock, and thousands have asked. */
import type { Kind } from '../checker/evidence.js';
import { each, until } from '../world/patience.js';
import type { Witness } from '../world/witness.js';
import type { LoadPlan } from './plan.js';
import type { Platform } from './platform.js';
import type { Shoppers } from './shoppers.js';

/** Beckon confirms each tap with a message of its own. */
const CONFIRMED = /^Done! We will send you/;
/** So many shoppers tap at the same time. */
const LANES = 10;

export interface Preparation {
  readonly plan: LoadPlan;
  readonly platform: Platform;
  readonly shoppers: Shoppers;
  readonly witness: Witness;
  /** Asks optin for a signed link; undefined while it does not know the offer. */
  readonly refOf: (shop: string, sku: string, kind: Kind) => Promise<string | undefined>;
  readonly say: (line: string) => void;
}

/** Prepares; settles when every tap is confirmed on the phone. @returns the signed payload of each SKU's link */
export async function prepare(o: Preparation, signal: AbortSignal): Promise<Map<string, string>> {
  const { plan, shoppers, say } = o;
  let confirmed = 0;
  o.witness.onAccepted(({ text, metadata }) => {
    if (metadata?.startsWith('beckon:rep_') && CONFIRMED.test(text ?? '')) confirmed += 1;
  });
  await o.platform.baseline(plan.skus);
  await shoppers.arrive(plan.people, signal);
  say(`${plan.people.length} people on ${plan.shops.flatMap((s) => s.pages).length} Pages`);

  const refs = new Map<string, string>();
  await each(plan.skus, 4, async ({ shop, sku, kind }) => {
    // Without naming the product: optin answers only when it knows the offer, and with it the price of before.
    const ref = await until(`optin to know ${sku}`, () => o.refOf(shop, sku, kind), { everyMs: 200, signal });
    refs.set(sku, ref);
  });
  say(`${refs.size} SKUs, all sold out or at their full price`);

  const early = plan.taps.filter(({ at }) => at < 0);
  await each(early, LANES, async ({ person, sku, kind }) => {
    signal.throwIfAborted();
    await shoppers.ask(shoppers.psidOf(person), { sku, kind, ref: refs.get(sku) ?? '' });
  });
  say(`${shoppers.tapped} taps on "Notify me"`);
  let best = 0;
  let since = performance.now();
  await until(
    `every tap to be confirmed (${early.length})`,
    () => {
      if (confirmed > best) [best, since] = [confirmed, performance.now()];
      if (performance.now() - since > 60_000)
        throw new Error(`only ${confirmed} of ${early.length} taps were confirmed`);
      return confirmed >= early.length;
    },
    { forMs: 1_800_000, everyMs: 200, signal },
  );
  say(`${confirmed} confirmed on their phones`);
  return refs;
}
