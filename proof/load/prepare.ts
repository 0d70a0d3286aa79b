/** What has happened before the load begins: people are there, nothing is in stock, and thousands have asked. */
import type { Kind } from '../checker/evidence.js';
import { each, until } from '../world/patience.js';
import type { Witness } from '../world/witness.js';
import { limitOf, type LoadPlan, type Threshold } from './plan.js';
import type { Platform } from './platform.js';
import type { Shoppers } from './shoppers.js';

/** Beckon confirms each tap with a message of its own. */
const CONFIRMED = /^Done! We will send you/;
/** So many shoppers tap at the same time. */
const LANES = 10;

/** What a link is to be about. Of a price without a threshold: it asks the shopper. */
export interface LinkWanted {
  readonly shop: string;
  readonly sku: string;
  readonly kind: Kind;
  readonly threshold: Threshold | null;
}

/** The signed payload of each link. */
export class Refs {
  private readonly known = new Map<string, string>();
  private readonly keyOf = (sku: string, threshold: Threshold | null): string => `${sku} ${threshold?.type}`;

  add({ sku, threshold }: LinkWanted, ref: string): void {
    this.known.set(this.keyOf(sku, threshold), ref);
  }

  /** @throws Error when nobody asked for such a link */
  of(sku: string, threshold: Threshold | null): string {
    const ref = this.known.get(this.keyOf(sku, threshold));
    if (ref === undefined) throw new Error(`there is no link to ${sku}, ${threshold?.type}`);
    return ref;
  }
}

export interface Preparation {
  readonly plan: LoadPlan;
  readonly platform: Platform;
  readonly shoppers: Shoppers;
  readonly witness: Witness;
  /** Asks optin for a signed link; undefined while it does not know the offer. */
  readonly refOf: (link: LinkWanted) => Promise<string | undefined>;
  readonly say: (line: string) => void;
}

/** Prepares; settles when every tap is confirmed on the phone. @returns the links that the load needs */
export async function prepare(o: Preparation, signal: AbortSignal): Promise<Refs> {
  const { plan, shoppers, say } = o;
  let confirmed = 0;
  o.witness.onAccepted(({ text, metadata }) => {
    if (metadata?.startsWith('beckon:rep_') && CONFIRMED.test(text ?? '')) confirmed += 1;
  });
  await o.platform.baseline(plan.skus);
  await shoppers.arrive(plan.people, signal);
  say(`${plan.people.length} people on ${plan.shops.flatMap((s) => s.pages).length} Pages`);

  const refs = new Refs();
  const links = linksOf(plan);
  await each(links, 4, async (link) => {
    // Without naming the product: optin answers only when it knows the offer, and with it the price of before.
    refs.add(link, await until(`optin to know ${link.sku}`, () => o.refOf(link), { everyMs: 200, signal }));
  });
  say(`${links.length} links to ${plan.skus.length} SKUs, all sold out or at their full price`);

  const early = plan.taps.filter(({ at }) => at < 0);
  await each(early, LANES, async ({ person, sku, kind, threshold }) => {
    signal.throwIfAborted();
    const wish = { sku, kind, limit: limitOf(threshold), ref: refs.of(sku, threshold) };
    await shoppers.ask(shoppers.psidOf(person), wish);
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

/** Every link that somebody taps, once. */
function linksOf({ skus, taps, dialogs }: LoadPlan): LinkWanted[] {
  const shopOf = new Map(skus.map(({ sku, shop }) => [sku, shop]));
  const typed = new Set(dialogs.filter((d) => d.script === 'typed_price').map((d) => d.sku));
  const wanted = [
    ...taps.map(({ sku, kind, threshold }) => ({ shop: shopOf.get(sku) ?? '', sku, kind, threshold })),
    // What is there, somebody may ask for anew; and a price that is typed begins with a link that does not name one.
    ...skus
      .filter(({ sku, kind }) => kind === 'back_in_stock' || typed.has(sku))
      .map(({ shop, sku, kind }) => ({ shop, sku, kind, threshold: null })),
  ];
  return [...new Map(wanted.map((link) => [`${link.sku} ${link.threshold?.type}`, link])).values()];
}
