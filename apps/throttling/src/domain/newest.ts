/**
 * The newest record of each key in a chunk of a state topic: the highest revision, or a tombstone, after which nothing
 * of that key counts. Records without a key say nothing and are left out.
 */
export function newestByKey<V extends { readonly rev: number }>(
  records: readonly { readonly key: string | null; readonly value: V | null }[],
): { readonly key: string; readonly value: V | null }[] {
  const newest = new Map<string, V | null>();
  for (const { key, value } of records) {
    if (key === null) continue;
    const before = newest.get(key);
    if (before === null) continue;
    if (value === null || before === undefined || value.rev > before.rev) newest.set(key, value);
  }
  return [...newest].map(([key, value]) => ({ key, value }));
}
