import { exampleSettings, ShopSettings, type ShopRecord } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import { compare, decideSettingsChange, differenceText } from './settings-change.js';

const settings = ShopSettings.parse(exampleSettings);
const inForce = (record: Partial<ShopRecord> = {}): Map<string, ShopRecord> => {
  const whole = { shop: 'aurora', rev: 4, settings, updated_at: 1, ...record };
  return new Map([[whole.shop, whole]]);
};

describe('applying settings', () => {
  it('begins with revision 1', () => {
    expect(decideSettingsChange(settings, new Map(), 7)).toMatchObject({
      action: 'publish',
      record: { shop: 'aurora', rev: 1, settings, updated_at: 7 },
    });
  });

  it('makes no new revision of what is in force', () => {
    expect(decideSettingsChange(settings, inForce(), 7)).toEqual({ action: 'none', rev: 4 });
  });

  it('publishes the next revision and says what changed', () => {
    const change = decideSettingsChange({ ...settings, name: 'Aurora 2', quiet_hours: null }, inForce(), 7);
    if (change.action !== 'publish') throw new Error(change.action);
    expect(change.record.rev).toBe(5);
    expect(change.differences.map(differenceText)).toEqual([
      '~ name: "Aurora Outfitters" → "Aurora 2"',
      '- quiet_hours.from: "21:00"',
      '- quiet_hours.to: "08:00"',
      '+ quiet_hours: null',
    ]);
  });

  it('refuses a Page that another shop has', () => {
    const other = { ...settings, shop: 'borealis' };
    expect(decideSettingsChange(other, inForce(), 7)).toEqual({
      action: 'refuse',
      faults: ['pages[0].page: Page 1001 belongs to shop aurora already'],
    });
  });
});

describe('comparing', () => {
  it('sees list items and empty lists', () => {
    expect(compare({ a: [1, 2], b: [] }, { a: [1], b: [3] }).map((d) => d.path)).toEqual(['a[1]', 'b', 'b[0]']);
  });
});
