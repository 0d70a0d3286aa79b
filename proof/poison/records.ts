/** Good records of a shop's platform, and ten ways to be bad. Pure. */
import { binaryHeaders } from '@beckon/contracts';
import type { Message } from 'kafkajs';
import { Chance } from '../chance.js';

/** A record to put in. `key` of the offer that it tells of; null: it is poison. */
export interface Planned {
  readonly key: string | null;
  readonly message: Message;
}

/** News of SKUs that nobody has heard of before, `share` of the records poison, at places that the seed decides. */
export function planRecords(shop: string, name: string, good: number, share: number, seed: number): Planned[] {
  const chance = new Chance(seed);
  const bad = Math.round((good * share) / (1 - share));
  const kinds = chance.shuffle(
    Array.from({ length: good + bad }, (_, i) => (i < bad ? BAD[i % BAD.length] : undefined)),
  );
  return kinds.map((spoil, i): Planned => {
    const sku = `${name}-${i}`;
    const fresh = goodRecord(sku, i);
    return spoil ? { key: null, message: spoil(fresh) } : { key: `${shop}:${sku}`, message: fresh };
  });
}

type GoodMessage = Message & { readonly value: string; readonly headers: Record<string, string> };

function goodRecord(sku: string, n: number): GoodMessage {
  const data = {
    ...{ sku, product: `${sku}-product`, title: sku, units: 1 + (n % 9), version: 1 },
    price: { amount: 1_000 + (n % 900), currency: 'EUR' },
  };
  const headers = binaryHeaders({
    id: `${sku}:1`,
    source: '/proof/platform',
    type: 'com.beckon.offer.snapshot',
    time: 1_760_000_000_000,
  });
  return { key: sku, value: JSON.stringify(data), headers: headers as Record<string, string> };
}

const withData = (m: GoodMessage, change: Record<string, unknown>): Message => ({
  ...m,
  value: JSON.stringify({ ...(JSON.parse(m.value) as object), ...change }),
});

/** Each makes a bad record of a good one. */
const BAD: readonly ((m: GoodMessage) => Message)[] = [
  (m) => ({ ...m, value: m.value.slice(0, -7) }),
  (m) => ({ ...m, value: Buffer.from([0xff, 0xfe, 0x00, 0x80]) }),
  (m) => ({ ...m, value: null }),
  (m) => ({ ...m, headers: {} }),
  (m) => ({ ...m, headers: { ...m.headers, ce_type: 'com.example.other' } }),
  (m) => withData(m, { units: -3 }),
  (m) => withData(m, { price: { amount: 100, currency: 'XXY' } }),
  (m) => withData(m, { sku: '' }),
  (m) => withData(m, { title: 'a\0b' }),
  (m) => withData(m, { title: '\ud800' }),
];
