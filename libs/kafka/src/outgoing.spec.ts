import { expect, it } from '@jest/globals';
import type { OutgoingRecord } from './coalescing-producer.js';
import { packRecords, unpackRecords } from './outgoing.js';

it('the outbox keeps bytes as they were', () => {
  const records: OutgoingRecord[] = [
    { topic: 'a', key: 'k', value: '{"n":1}', headers: { ce_id: '1' } },
    { topic: 'b', key: Buffer.from([0, 255]), value: Buffer.from([0xff, 0xfe]), headers: { h: Buffer.from([1, 2]) } },
    { topic: 'c', key: null, value: null, headers: {} },
  ];
  expect(unpackRecords(packRecords(records))).toEqual(records);
});
