import { exampleSettings, ShopSettings } from '@beckon/contracts';
import type { Emitter, EmittingTransaction } from '@beckon/kafka';
import { expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { takeSnapshot, type FaultyLine, type SnapshotCount } from './take-snapshot.js';

const shop = { shop: 'aurora', rev: 1, settings: ShopSettings.parse(exampleSettings) };
const terms = { id: 'snp-1', at: 1_790_000_000_000, opens: false, complete: false };
const line = (i: number): string => `{"sku":"sku-${i}","product":"p","units":${i % 9}}\n`;

/** A Postgres in which nothing is known yet; a transaction takes several turns of the event loop. */
function slowly(committed: { skus: number }): Pick<Emitter, 'transaction'> {
  return {
    transaction: async <T>(work: (tx: EmittingTransaction) => Promise<T>): Promise<T> => {
      let skus = 0;
      const query = (sql: string, parameters: readonly unknown[] = []) => {
        if (sql.startsWith('UPDATE offers')) skus = (JSON.parse(String(parameters[1])) as unknown[]).length;
        return Promise.resolve([]);
      };
      const result = await work({ query, emit: () => undefined } as unknown as EmittingTransaction);
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      committed.skus += skus;
      return result;
    },
  };
}

async function take(pieces: AsyncIterable<Buffer>, committed = { skus: 0 }) {
  const [faults, progress] = [[] as FaultyLine[], [] as SnapshotCount[]];
  const count = await takeSnapshot(pieces, {
    ...{ shop, terms, source: 'catalog', emitter: slowly(committed), dataSource: {} as DataSource },
    ...{ mostBytesPerLine: 1000, now: () => terms.at },
    onFault: (fault) => faults.push(fault),
    onProgress: (c) => progress.push({ ...c }),
  });
  return { count, faults, progress };
}

it('the stream is read no faster than it is committed', async () => {
  const committed = { skus: 0 };
  let [sent, ahead] = [0, 0];
  async function* pieces() {
    while (sent < 20_000) {
      ahead = Math.max(ahead, sent - committed.skus);
      yield Buffer.from(Array.from({ length: 100 }, (_, i) => line(sent + i)).join(''));
      sent += 100;
      await Promise.resolve();
    }
  }
  const { count, progress } = await take(pieces(), committed);
  expect(count).toMatchObject({ lines: 20_000, corrected: 20_000, faults: 0 });
  expect(committed.skus).toBe(20_000);
  // One batch, and the piece in hand.
  expect(ahead).toBeLessThanOrEqual(600);
  expect(progress).toHaveLength(40);
});

it('a body of nothing but faults is counted, and told up to a bound', async () => {
  async function* pieces() {
    for (let i = 0; i < 30; i += 1) yield await Promise.resolve(Buffer.from('{"sku":\n'.repeat(100)));
  }
  const { count, faults } = await take(pieces());
  expect(count).toMatchObject({ lines: 3000, faults: 3000, corrected: 0 });
  expect(faults).toHaveLength(1000);
  expect(faults[999]).toMatchObject({ line: 1000, field: 'value' });
});

it('what breaks off keeps what was committed', async () => {
  const committed = { skus: 0 };
  async function* pieces() {
    yield await Promise.resolve(Buffer.from(Array.from({ length: 700 }, (_, i) => line(i)).join('')));
    throw new Error('the sender is gone');
  }
  await expect(take(pieces(), committed)).rejects.toThrow('the sender is gone');
  expect(committed.skus).toBe(500);
});
