import { expect } from '@jest/globals';
import { catalogSignals, type Signal } from '@beckon/contracts';
import { foldSignal, type KnownSignal } from './fold-signal.js';

const record = (op: Signal['op'], seq: number, amount: number, signal_id = 'sig_1'): Signal => ({
  ...catalogSignals.example,
  op,
  seq,
  signal_id,
  new_price: { amount, currency: 'EUR' },
});

function life(...records: Signal[]) {
  let known: KnownSignal | undefined;
  return records.map((r) => {
    const fold = foldSignal(known, r);
    known = fold?.known ?? known;
    return (
      fold && { added: fold.added && [fold.added.low, fold.added.high], ended: fold.ended, reach: known?.reach?.value }
    );
  });
}

test('opened, moved, closed', () => {
  const all = Number.MAX_SAFE_INTEGER;
  expect(life(record('opened', 1, 80), record('moved', 2, 70), record('closed', 3, 90))).toEqual([
    { added: [80, all], ended: undefined, reach: 80 },
    { added: [70, 79], ended: undefined, reach: 70 },
    { added: undefined, ended: 'sig_1', reach: undefined },
  ]);
});

test('a record seen before, or older, changes nothing', () => {
  expect(life(record('opened', 2, 80), record('opened', 2, 80), record('closed', 1, 90))[1]).toBeUndefined();
  expect(life(record('opened', 2, 80), record('closed', 1, 90))[1]).toBeUndefined();
});

test('the topic is compacted: a move never opened counts as opened, another signal ends the one before', () => {
  expect(life(record('moved', 4, 70))).toMatchObject([{ added: [70, Number.MAX_SAFE_INTEGER] }]);
  expect(life(record('opened', 1, 80), record('opened', 3, 75, 'sig_2'))[1]).toMatchObject({
    added: [75, Number.MAX_SAFE_INTEGER],
    ended: 'sig_1',
  });
  expect(life(record('opened', 1, 80), record('closed', 5, 99, 'sig_2'))[1]).toMatchObject({ ended: 'sig_1' });
});
