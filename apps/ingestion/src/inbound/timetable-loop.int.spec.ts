import { describe, expect, test } from '@jest/globals';
import {
  ShopSettings,
  catalogSignals,
  decisions,
  exampleSettings,
  freshness,
  type Decision,
  type Freshness,
  type Signal,
} from '@beckon/contracts';
import { MemoryEmitter } from '../../../../tests/support/memory-emitter.js';
import { ownNames, testDatabase } from '../../../../tests/support/real-servers.js';
import { ingestionMigrations } from '../ingestion.module.js';
import { takeTopicEvents } from './take-topic-events.js';
import { keepTimetable, tellTimetableFresh } from './timetable-loop.js';

const SALE = { topic: 'sale', kind: 'early_sale', name: { en: 'Winter sale' } } as const;
type Topics = NonNullable<Parameters<(typeof ShopSettings)['parse']>[0] & { topics: object[] }>['topics'];

async function bed() {
  const emitter = new MemoryEmitter(await testDatabase(ownNames().schema('ingestion'), ingestionMigrations, 5));
  const shopWith = (topics: Topics, rev = 1) => ({
    shop: 'aurora',
    rev,
    settings: ShopSettings.parse({ ...exampleSettings, topics }),
  });
  const process = (topics: Topics, rev?: number) => {
    const o = { emitter, directory: { all: () => [shopWith(topics, rev)] }, clock: { now: () => 0 } };
    return {
      look: (now: number) => keepTimetable(o, now),
      event: (eventId: string, opens: boolean, at: number) =>
        emitter.transaction((tx) =>
          takeTopicEvents(
            tx,
            { shop: 'aurora', name: 'catalog' },
            [{ event: { topic: 'sale', opens, at, eventId }, partition: 3 }],
            { topics: shopWith(topics).settings.topics, settingsRev: 1, now: at + 1 },
          ),
        ),
    };
  };
  const signals = () => emitter.values<Signal>(catalogSignals);
  return { emitter, process, signals, words: () => signals().map((s) => `${s.op} ${s.seq}`) };
}

describe('the timetable', () => {
  test('opens once what is due, whoever looks and however often, and closes it', async () => {
    const b = await bed();
    const { look } = b.process([{ ...SALE, opens_at: 100, closes_at: 200 }]);
    await look(99);
    expect(b.signals()).toEqual([]);
    await Promise.all([look(100), look(100), look(101)]);
    await look(150);
    await Promise.all([look(200), look(201)]);
    expect(new Set(b.words())).toEqual(new Set(['opened 1', 'closed 2']));
    expect(new Set(b.emitter.values<Decision>(decisions).map((d) => d.verdict))).toEqual(new Set(['opened', 'closed']));
    const before = b.signals().length;
    await look(999);
    expect(b.signals()).toHaveLength(before);
  });

  test('what a process committed and did not live to emit is emitted by the next, before it says how fresh it is', async () => {
    const b = await bed();
    const { look } = b.process([{ ...SALE, opens_at: 100 }]);
    let transactions = 0;
    const dying = {
      transaction: async <T>(work: Parameters<MemoryEmitter['transaction']>[0]): Promise<T> => {
        const done = (await b.emitter.transaction(work)) as T;
        if ((transactions += 1) === 2) throw new Error('killed between the commit and its emits');
        return done;
      },
    };
    const shop = {
      shop: 'aurora',
      rev: 1,
      settings: ShopSettings.parse({ ...exampleSettings, topics: [{ ...SALE, opens_at: 100 }] }),
    };
    const o = { emitter: dying as never, directory: { all: () => [shop] }, clock: { now: () => 0 } };
    await expect(keepTimetable(o, 100)).rejects.toThrow('killed');
    const lost = b.signals().at(-1);
    b.emitter.emitted.length = 0;
    expect(await look(101)).toEqual(['aurora']);
    expect(b.signals()).toEqual([lost]);
    await look(102);
    expect(b.signals()).toHaveLength(1);
  });

  test('whoever still has the settings of before leaves alone what newer ones decided', async () => {
    const b = await bed();
    const [before, after] = [b.process([], 1), b.process([{ ...SALE, opens_at: 100 }], 2)];
    await after.look(100);
    await before.look(101);
    expect(b.words()).toEqual(['opened 1']);
    await b.process([], 3).look(102);
    expect(b.words()).toEqual(['opened 1', 'closed 2']);
  });

  test('says how fresh it is of shops whose topics go by time, and of no other', async () => {
    const b = await bed();
    expect(await b.process([SALE]).look(100)).toEqual([]);
    const shops = await b.process([{ ...SALE, opens_at: 500 }]).look(100);
    await tellTimetableFresh({ emitter: b.emitter }, shops, 100);
    expect(b.emitter.values<Freshness>(freshness)).toEqual([
      { shop: 'aurora', source: 'schedule', partition: 0, at: 100 },
    ]);
  });
});

describe('events', () => {
  test('open and close a topic under the source that told them, once; the timetable leaves it alone', async () => {
    const b = await bed();
    const { event, look } = b.process([SALE]);
    await event('a', true, 10);
    await event('a', true, 10);
    await look(11);
    await event('b', false, 20);
    await event('a', true, 10);
    await look(21);
    expect(b.words()).toEqual(['opened 1', 'closed 2']);
    expect(b.signals()[0]).toMatchObject({
      source: 'catalog',
      source_partition: 3,
      source_at: 10,
      at: 11,
      tiers: null,
    });
    await b.process([]).look(30);
    expect(b.signals()).toHaveLength(2);
  });

  test('a topic that the shop takes away is over, also when an event opened it', async () => {
    const b = await bed();
    await b.process([SALE]).event('a', true, 10);
    await b.process([], 2).look(30);
    expect(b.signals().map((s) => `${s.op} ${s.source}`)).toEqual(['opened catalog', 'closed catalog']);
  });
});
