import { binaryHeaders } from '@beckon/contracts';
import type { Told } from './teller.js';

/** An event of Beckon's own format. */
export function nativeRecord({ sku, units, price, version, at }: Told): {
  value: string;
  headers: Record<string, string>;
} {
  const type = `com.beckon.offer.${version === 1 ? 'snapshot' : 'changed'}`;
  const headers = binaryHeaders({ id: `${sku}:${version}`, source: '/proof/platform', type, time: at });
  const data = {
    ...{ sku, product: `${sku}-product`, title: sku, units, version },
    price: { amount: price, currency: 'EUR' },
  };
  return { value: JSON.stringify(data), headers: headers as Record<string, string> };
}
