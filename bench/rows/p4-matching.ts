import type { Signal } from '@beckon/contracts';
import { foldSignal } from '@beckon/matching/dist/domain/fold-signal.js';
import { productTarget, skuTarget } from '@beckon/matching/dist/domain/target.js';
import { matchingMigrations } from '@beckon/matching/dist/matching.module.js';
import { nextPages, type Fanout } from '@beckon/matching/dist/outbound/fanout-store.js';
import { MATCHED_COLUMNS } from '@beckon/matching/dist/outbound/subscription-store.js';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { CHUNK, fill, inChunks, openMatching, signal } from '../parts/matching.js';
import type { Bed, Contender, Row } from '../row.js';
import { dropSchema, ownSchema, transaction } from '../support/database.js';

/** As many matches as a transaction of the fan-out allows each signal of a full chunk. */
const PAGE = 20;
const EVENTS = 20 * CHUNK;
const QUICK_EVENTS = 4 * CHUNK;
/** Subscriptions: ten to a SKU, prices 1 to 10 units apart, so that a signal meets one on average. */
const SKUS = 100_000;
const QUICK_SKUS = 10_000;
const TO_A_SKU = 10;

const row: Row = {
  id: 'P4',
  title: 'Matching: who asked for this?',
  unit: 'event',
  about:
    `Price signals on a table of ${(SKUS * TO_A_SKU).toLocaleString('en')} subscriptions, one match each on average. ` +
    `Ours: the fan-out’s own query for ${CHUNK} signals at a time; "with its bookkeeping" adds what makes it survive a ` +
    'crash (signals, fan-outs and cursors written and removed, alerts made, commit). Peer: one prepared query for each ' +
    'event on the same index, eight connections. Growth: the query alone.',
  servers: ['postgres'],
  contenders: [
    { id: 'chunks', title: 'one query for each chunk', open: (bed) => openChunks(bed) },
    { id: 'whole', title: 'the same with its bookkeeping', open: (bed) => openWhole(bed) },
    { id: 'one by one', title: 'one prepared query for each event', open: (bed) => openOneByOne(bed) },
  ],
  goals: [{ kind: 'times', peer: 'one by one', cost: 'all', atLeast: 8 }],
  growth: [
    {
      axis: 'subscriptions on this SKU, one match each',
      contender: 'chunks',
      sizes: [1_000, 10_000, 100_000, 1_000_000],
      quickSizes: [1_000, 10_000, 100_000],
      open: (bed) => openHot(bed, { onSku: bed.size!, matches: 1, others: 0 }),
      atMost: 3,
    },
    {
      axis: 'matches of each signal',
      contender: 'chunks',
      sizes: [1, 10, 100],
      open: (bed) => openHot(bed, { onSku: 10_000, matches: bed.size!, others: 0 }),
    },
    {
      axis: 'subscriptions to other SKUs',
      contender: 'chunks',
      sizes: [10_000, 100_000, 1_000_000],
      quickSizes: [1_000, 10_000, 100_000],
      open: (bed) => openHot(bed, { onSku: 1_000, matches: 1, others: bed.size! }),
      atMost: 1.5,
    },
  ],
};

export default row;

/** The fan-out that the service makes of a signal. */
function fanoutOf(record: Signal): Fanout {
  const range = foldSignal(undefined, record)?.added;
  if (!range) throw new Error('the signal is no news to anybody');
  const { signal_id, seq, shop, sku, product, kind } = record;
  return {
    ...{ signal_id, seq, shop, sku, product, kind, scale: range.scale, high: range.high, record },
    ...{ cursor_threshold: range.low, cursor_rank: -1, cursor_sub: '' },
  };
}

const events = ({ quick }: Bed): number => (quick ? QUICK_EVENTS : EVENTS);
const skusOf = ({ quick }: Bed): number => (quick ? QUICK_SKUS : SKUS);

/** The signals of one round, over SKUs far apart; the number of matches goes round 0, 1, 2. */
function signalsOf(bed: Bed, round: number): Signal[] {
  const skus = skusOf(bed);
  return Array.from({ length: events(bed) }, (_, i) => {
    const n = round * events(bed) + i;
    return signal((n * 7919) % skus, TO_A_SKU, n % 3, n);
  });
}

async function openChunks(bed: Bed): Promise<Contender> {
  const database = await ownSchema(bed, matchingMigrations);
  await fill(database, skusOf(bed), TO_A_SKU);
  return queryAlone(bed, database, (round) => signalsOf(bed, round), PAGE);
}

/** Runs the fan-out's query for the signals of each round, in chunks. */
function queryAlone(bed: Bed, database: DataSource, signals: (round: number) => Signal[], page: number): Contender {
  let round = 0;
  let chunks: Fanout[][] = [];
  return {
    before: async () => {
      chunks = inChunks(signals(round++).map(fanoutOf));
    },
    round: async () => {
      let [matches, units] = [0, 0];
      for (const chunk of chunks) {
        const rows = await transaction(database, [], (tx) => nextPages(tx, chunk, page));
        matches += rows.length;
        units += chunk.length;
      }
      return { units, figures: { 'matches for each event': matches / units } };
    },
    close: () => dropSchema(database, bed),
  };
}

async function openHot(
  bed: Bed,
  { onSku, matches, others }: { onSku: number; matches: number; others: number },
): Promise<Contender> {
  const database = await ownSchema(bed, matchingMigrations);
  // Eight SKUs of this size, so that a chunk does not ask for the same page 256 times.
  const hot = onSku > 100_000 ? 1 : 8;
  await fill(database, hot, onSku);
  if (others > 0) await fill(database, others / TO_A_SKU, TO_A_SKU, 'other');
  const signals = (round: number): Signal[] =>
    Array.from({ length: events(bed) }, (_, i) => signal(i % hot, onSku, matches, round * events(bed) + i));
  return queryAlone(bed, database, signals, Math.max(PAGE, matches));
}

const openWhole = (bed: Bed): Promise<Contender> =>
  openMatching(bed, { skus: skusOf(bed), toSku: TO_A_SKU, signals: (round) => signalsOf(bed, round), unit: 'event' });

const PER_EVENT = `
  SELECT ${MATCHED_COLUMNS} FROM subscriptions s
   WHERE s.active AND s.shop = $1 AND s.kind = $2 AND s.target IN ($3, $4) AND s.scale = $5 AND s.threshold >= $6`;
const CONNECTIONS = 8;

async function openOneByOne(bed: Bed): Promise<Contender> {
  const database = await ownSchema(bed, matchingMigrations);
  await fill(database, skusOf(bed), TO_A_SKU);
  const options = { connectionString: bed.databaseUrl, options: `-c search_path=${bed.name}` };
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client(options);
      await client.connect();
      return client;
    }),
  );
  let round = 0;
  let signals: Signal[] = [];
  return {
    before: async () => {
      signals = signalsOf(bed, round++);
    },
    round: async () => {
      let [next, matches] = [0, 0];
      const serve = async (client: pg.Client): Promise<void> => {
        while (next < signals.length) {
          const { shop, kind, sku, product, new_price: price } = signals[next++]!;
          const values = [shop, kind, skuTarget(sku), productTarget(product), price!.currency, price!.amount];
          const { rows } = await client.query({ name: 'per-event', text: PER_EVENT, values });
          matches += rows.length;
        }
      };
      await Promise.all(clients.map(serve));
      return { units: signals.length, figures: { 'matches for each event': matches / signals.length } };
    },
    close: async () => {
      for (const client of clients) await client.end();
      await dropSchema(database, bed);
    },
  };
}
