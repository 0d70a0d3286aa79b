/**
 * Short names under which alerts, SKUs and shoppers appear in the windows. Two SKUs of one shopper share a tag once in
 * four thousand million pairs; then one message waits for the other's window: late, never over a limit.
 */
import { hash } from 'node:crypto';

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * Windows are spread over this many shards, each decided by one script call and rebuilt on its own. More would spread
 * over more nodes of a cluster, and make the calls of a round so small that asking costs more than deciding (bench P6).
 * A divisor of 256, by which a stored shard of before still tells the shard of now.
 */
export const SHARDS = 32;

/** The shard of a shopper, 0 to 31. */
export const shardOf = (shopper: string): number => (sha256(shopper)[0] as number) % SHARDS;

/** Eight bytes, in hex, that name an alert among one shopper's. */
export const alertTag = (alert: string): string => sha256(alert).subarray(0, 8).toString('hex');

/** 32 bits that name a SKU among one shopper's. */
export const skuTag = (shop: string, sku: string): number => sha256(JSON.stringify([shop, sku])).readUInt32BE(0);
