import type { Told } from './teller.js';

/** Settings of a source whose records are like {@link mappedRecord}'s. */
export const MAPPING = {
  sku: '$.article',
  product: '$.style',
  title: '$.name',
  units: { path: '$.stock.free' },
  price: { path: '$.price.value', as: 'decimal', currency: '$.price.currency' },
  version: '$.revision',
  time: { path: '$.changed_at', as: 'milliseconds' },
  snapshot: { path: '$.reason', equals: ['initial load'] },
} as const;

/** A record as a shop's own system might write it. */
export function mappedRecord({ sku, units, price, version, at }: Told): { value: string } {
  const record = {
    ...{ article: sku, style: `${sku}-product`, name: sku, revision: version, changed_at: at },
    ...{ reason: version === 1 ? 'initial load' : 'change', stock: { free: units } },
    price: { value: (price / 100).toFixed(2), currency: 'EUR' },
  };
  return { value: JSON.stringify(record) };
}
