import { expect, test } from '@jest/globals';
import { reservedSku } from './reserved-sku.js';
import { readSnapshotLine } from './snapshot-line.js';

test('no SKU is taken for a topic, from events or snapshots; an id of the platform’s own may be called as it likes', () => {
  expect(reservedSku({ item: { sku: 'topic:autumn' } })).toMatchObject({ field: 'sku', code: 'invalid_field' });
  expect(reservedSku({ item: { sku: 'autumn:topic:' } })).toBeUndefined();
  expect(reservedSku({ item: { ref: 'topic:1' } })).toBeUndefined();
  const line = Buffer.from(JSON.stringify({ sku: 'topic:autumn', product: 'autumn', units: 1 }));
  const terms = { id: 's', at: 1_790_000_000_000, opens: false, complete: false };
  expect(readSnapshotLine(line, terms)).toMatchObject({ ok: false, fault: { field: 'sku' } });
});
