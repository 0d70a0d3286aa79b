import { openConsume, openProduce, RECORDS_A_SEND } from '../parts/kafka.js';
import { CHUNK as LEDGER_CHUNK, openLedger, SLOTS } from '../parts/ledger.js';
import { openMatching, signal } from '../parts/matching.js';
import { openPost } from '../parts/post.js';
import { recordTape } from '../parts/tape.js';
import { CHUNK, openThrottling } from '../parts/throttling.js';
import { LIFTED, PAGES, saturated } from '../pipeline/saturated.js';
import { MATCHES } from '../pipeline/shop-floor.js';
import type { Bed, Contender, Row } from '../row.js';

const PARTS = ['consume', 'match', 'throttle', 'ledger', 'post', 'produce'];
const EVENTS = 2_000;
const QUICK_EVENTS = 500;
const SKUS = 10_000;

/** Each signal meets all that wait for its SKU; another round has other SKUs. */
function openMatch(bed: Bed): Promise<Contender> {
  const events = bed.quick ? QUICK_EVENTS : EVENTS;
  const signals = (round: number) =>
    Array.from({ length: events }, (_, i) => {
      const n = round * events + i;
      return signal((n * 7919) % SKUS, MATCHES, MATCHES, n);
    });
  return openMatching(bed, { skus: SKUS, toSku: MATCHES, signals, unit: 'match' });
}

const row: Row = {
  id: 'P2',
  title: 'Glue: what the pipeline costs beyond its parts',
  unit: 'alert',
  about:
    'The whole pipeline as in P1, and six parts of its work, each alone in a process of its own with the servers to ' +
    'itself. Before the first round one round of the pipeline is recorded. Consume: kafkajs reads what the services ' +
    'read in it, a group for each service and topic, and decodes by the contracts. Produce: kafkajs sends what they ' +
    `wrote, the same bytes, ${RECORDS_A_SEND} records a send, acks from all. (The figures say how many records an alert ` +
    'is; freshness, every two seconds, is left out.) Match: matching’s handler and fan-out, ten matches a signal. ' +
    `Throttle: ${CHUNK} join the line, admission rounds with three windows, answers settled, Redis told. Ledger: as P7, ` +
    `${LEDGER_CHUNK} in a transaction, ${SLOTS} slots a Page. POST: undici alone to the sandbox. These four with the ` +
    'services’ own code and tables, what they emit is dropped. What no part has is glue: outbox and cursors, each ' +
    'service’s copies of subscriptions, shoppers, offers and signals, ingestion’s fold, optin’s edge and fold (an echo ' +
    'for each alert), wording, records made and serialised, loops and idle polling.',
  servers: ['kafka', 'redis', 'postgres'],
  alone: true,
  prepare: recordTape,
  contenders: [
    { id: 'whole', title: 'Beckon', open: saturated },
    { id: 'consume', title: 'consume', open: openConsume },
    { id: 'match', title: 'match', open: openMatch },
    { id: 'throttle', title: 'throttle', open: (bed) => openThrottling(bed, { pages: PAGES, pacePerSecond: LIFTED }) },
    { id: 'ledger', title: 'ledger', open: (bed) => openLedger(bed, bed.quick ? 10_000 : 100_000) },
    { id: 'post', title: 'POST', open: (bed) => openPost(bed, { pages: PAGES }) },
    { id: 'produce', title: 'produce', open: openProduce },
  ],
  goals: [
    { kind: 'sum', parts: PARTS, cost: 'all', atLeast: 0.7 },
    { kind: 'sum', parts: ['ledger'], cost: 'all', atMost: 0.25 },
  ],
};
export default row;
