import { ShopRecord, shops } from '@beckon/contracts';
import type { Cluster } from '../cluster.js';
import { parseJson } from '../domain/record-view.js';

/** Shops in force, by name, from the compacted topic. Records that cannot be read are passed over, as services do. */
export async function readShops(cluster: Cluster, signal?: AbortSignal): Promise<Map<string, ShopRecord>> {
  const found = new Map<string, ShopRecord>();
  for (const [key, { value }] of await cluster.latest(cluster.name(shops), signal)) {
    const parsed = value === null ? undefined : ShopRecord.safeParse(parseJson(value));
    if (parsed?.success) found.set(key, parsed.data);
  }
  return found;
}
