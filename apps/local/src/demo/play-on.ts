import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOGUE, type OfferChange } from './catalogue.js';
import type { Platform } from './platform.js';

/** Milliseconds between two quiet events. */
const PAUSE = 15_000;

/**
 * What happens next in the shop, round after round: what was sold out comes back and sells out again, one product's
 * price goes down and up. So whoever taps Notify Me by hand is told within a few minutes.
 */
export function quietEvents(round: number): { readonly sku: string; readonly change: OfferChange }[] {
  const soldOut = CATALOGUE.filter((offer) => offer.units === 0);
  const inStock = CATALOGUE.filter((offer) => offer.units > 0);
  const back = soldOut[round % soldOut.length];
  const gone = soldOut[(round + soldOut.length - 1) % soldOut.length];
  const cheaper = inStock[round % inStock.length];
  const dearer = inStock[(round + inStock.length - 1) % inStock.length];
  return [
    ...(gone ? [{ sku: gone.sku, change: { units: 0 } }] : []),
    ...(dearer ? [{ sku: dearer.sku, change: { cents: dearer.cents } }] : []),
    ...(back ? [{ sku: back.sku, change: { units: 3 } }] : []),
    ...(cheaper ? [{ sku: cheaper.sku, change: { cents: Math.round(cheaper.cents * 0.8) } }] : []),
  ];
}

/** Plays on until the signal; trouble is said once per round and does not end it. */
export async function playOn(platform: Platform, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    for (const { sku, change } of quietEvents(round)) {
      await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await platform
        .change(sku, change)
        .catch((error: unknown) => say(`The demo shop could not write: ${String(error)}`));
    }
  }
}
