import { BATCH, openEdge, PER_SECOND } from '../parts/edge.js';
import type { Row } from '../row.js';

const row: Row = {
  id: 'P5',
  title: 'The webhook edge',
  unit: 'event',
  about:
    `Optin alone, one process, with Kafka and Postgres up: ten Pages, 5,000 people, both signatures, of ten events four ` +
    `delivered, three read, two echoes, one a text that is answered. First ${PER_SECOND} webhooks a second of one event each: ` +
    'milliseconds from when each was due to its 200 (p50, p99, most). Then, as fast as it takes them on eight ' +
    `connections, webhooks of ${BATCH} events: events a second until the last 200, while the same process reads them back. ` +
    'CPU per event is all of the process until it has read and folded the last one; "µs CPU while taken" only until the ' +
    'last 200.',
  servers: ['kafka', 'postgres'],
  contenders: [{ id: 'edge', title: 'optin', open: openEdge }],
  goals: [
    { kind: 'figure', figure: 'p99 ms', unit: 'ms', atMost: 50 },
    { kind: 'figure', figure: 'events/s', unit: 'events a second', atLeast: 5_000 },
  ],
};
export default row;
