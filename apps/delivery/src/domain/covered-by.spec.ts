import { describe, expect, it } from '@jest/globals';
import { alertsAdmitted, type Receipt } from '@beckon/contracts';
import { coveredBy } from './covered-by.js';
import type { LedgerRow } from './ledger-row.js';

const row = (over: Partial<LedgerRow> = {}): LedgerRow =>
  ({
    ...{ kind: 'alert', body: alertsAdmitted.example, page: '1001', shopper_id: 'shp_1', state: 'accepted' },
    ...{ mid: 'm_1', posted_at: 100, answered_at: 150 },
    ...over,
  }) as LedgerRow;
const mark = (over: Partial<Receipt> = {}): Receipt => ({
  ...{ kind: 'read', page: '1001', shopper_id: 'shp_1', alert_id: null, mid: null, watermark: 100, at: 200 },
  ...over,
});

describe('a delivered or read mark', () => {
  it('covers what was posted up to its watermark, and nothing later', () => {
    expect(coveredBy(row(), mark())).toBe(true);
    expect(coveredBy(row({ posted_at: 101 }), mark())).toBe(false);
    expect(coveredBy(row({ posted_at: null }), mark())).toBe(false);
    expect(coveredBy(row({ posted_at: null }), mark({ watermark: 150 }))).toBe(true);
  });

  it('covers the message that it names, without a watermark too', () => {
    expect(coveredBy(row(), mark({ mid: 'm_1', watermark: null }))).toBe(true);
    expect(coveredBy(row(), mark({ mid: 'm_2', watermark: null }))).toBe(false);
    expect(coveredBy(row({ mid: null }), mark({ watermark: null }))).toBe(false);
  });

  it.each<[string, Partial<Receipt>]>([
    ['page', { page: '1002' }],
    ['person', { shopper_id: 'shp_2' }],
  ])('of another person or Page covers nothing (%s)', (_, other) => {
    expect(coveredBy(row(), mark({ ...other, watermark: 9e15 }))).toBe(false);
    expect(coveredBy(row(), mark({ ...other, mid: 'm_1' }))).toBe(false);
  });
});
