import { expect } from '@jest/globals';
import { ShopSettings, catalogSignals, decisions, exampleSettings, offers, type Signal } from '@beckon/contracts';
import { MemoryEmitter } from '../../../../tests/support/memory-emitter.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { foldOffer } from '../domain/fold-offer.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { lockOffers } from '../outbound/offer-store.js';
import { openDue } from './due-loop.js';
import { keepFolds } from './keep-folds.js';

const names = ownNames();
const database = testDatabase(names.schema('ingestion'), ingestionMigrations);
const settings = ShopSettings.parse({ ...exampleSettings, rules: { cool_down: '1h' } });
const HOUR = 3_600_000;

test('what a cool-down held back is told when it is over, once, by whoever looks first', async () => {
  const emitter = new MemoryEmitter(await database);
  const tell = (units: number, at: number) =>
    emitter.transaction(async (tx) => {
      const states = await lockOffers(tx, 'aurora', ['coat-m']);
      const context = { shop: 'aurora', source: 'catalog', sourcePartition: 1, settingsRev: 1, now: at };
      const version = { value: at, explicit: false };
      const update = { sku: 'coat-m', eventId: `e${at}`, sourceAt: at, snapshot: false, stock: { version, units } };
      await keepFolds(tx, 'aurora', [foldOffer(states.get('coat-m'), update, { ...context, rules: settings.rules })]);
    });
  const look = (now: number, shops = [{ shop: 'aurora', rev: 1, settings }]) =>
    emitter.transaction((tx) => openDue(tx, { directory: { all: () => shops }, clock: { now: () => now } as never }));
  const signals = () => emitter.values<Signal>(catalogSignals).map((s) => `${s.op} ${s.units}`);

  for (const [units, at] of [
    [0, 1],
    [5, 2],
    [0, 3],
    [4, 4],
  ] as const)
    await tell(units, at);
  expect(signals()).toEqual(['opened 5', 'closed 0']);
  await look(HOUR + 1);
  expect(signals()).toHaveLength(2);
  await look(HOUR + 2, []);
  expect(signals()).toHaveLength(2);

  await Promise.all([look(HOUR + 2), look(HOUR + 2), look(HOUR + 2)]);
  await look(HOUR + 2);
  expect(signals()).toEqual(['opened 5', 'closed 0', 'opened 4']);
  expect(emitter.values<Signal>(catalogSignals).at(-1)).toMatchObject({ source: 'catalog', source_partition: 1 });
  expect(emitter.values<{ seq: number }>(offers).at(-1)?.seq).toBe(emitter.values<Signal>(catalogSignals).at(-1)?.seq);
  expect(emitter.values<{ reason: string | null }>(decisions).map((d) => d.reason)).toContain('cooling_down');
});
