import type { Guard } from '../guard.js';

const line = 'apps/ingestion/src/domain/snapshot-line.ts';
const lining = 'apps/ingestion/src/domain/snapshot-line.spec.ts';
const take = 'apps/ingestion/src/inbound/snapshots/take-snapshot.ts';
const split = 'apps/ingestion/src/inbound/snapshots/split-lines.ts';

/** A snapshot corrects what is known, silently, and takes nothing away that nobody said. */
export const snapshotGuards: readonly Guard[] = [
  {
    id: 'snapshots/silent-unless-asked',
    promise: 'A nightly reconciliation would alert everybody of what drifted.',
    file: line,
    from: 'terms.opens ? OFFER_CHANGED : OFFER_SNAPSHOT',
    to: 'terms.opens || terms.at > 0 ? OFFER_CHANGED : OFFER_SNAPSHOT',
    test: { suite: 'unit', file: lining, name: 'it opens nothing unless the shop asks for it' },
  },
  {
    id: 'snapshots/no-time-among-counters',
    promise: 'The time of a snapshot would be larger than any counter of the platform, and silence the SKU for good.',
    file: line,
    from: 'mark.counter ? mark.value : at',
    to: 'mark.counter ? at : at',
    test: { suite: 'unit', file: lining, name: 'corrects what is counted, and the next count still wins' },
  },
  {
    id: 'snapshots/newer-news-stay',
    promise: 'A snapshot that took an hour to read would bring the stock of an hour ago back.',
    file: line,
    from: 'known.updated_at > at && !counted',
    to: 'known.updated_at < 0 && !counted',
    test: { suite: 'unit', file: lining, name: 'late ones are old, newer ones stay' },
  },
  {
    id: 'snapshots/first-sight-is-before-all',
    promise: 'A first load would be newer than every counter to come.',
    file: line,
    from: 'return { value: 0, explicit: false };',
    to: 'return { value: at, explicit: false };',
    test: { suite: 'unit', file: lining, name: 'of something unknown is before all events' },
  },
  {
    id: 'snapshots/long-line-is-told',
    promise: 'A line that is too long would vanish without a word.',
    file: split,
    from: 'size > most ? undefined : Buffer.concat(held)',
    to: 'size > most && number < 0 ? undefined : Buffer.concat(held)',
    test: { suite: 'unit', file: 'apps/ingestion/src/inbound/snapshots/split-lines.spec.ts', name: 'lines of' },
  },
  {
    id: 'snapshots/no-faster-than-committed',
    promise: 'A snapshot of a million SKUs would be held in memory.',
    file: take,
    from: 'if (batch.length >= LINES || bytes >= BYTES) await commit();',
    to: 'if (batch.length >= LINES && bytes >= 64 * BYTES) await commit();',
    test: {
      suite: 'unit',
      file: 'apps/ingestion/src/inbound/snapshots/take-snapshot.spec.ts',
      name: 'read no faster than it is committed',
    },
  },
  {
    id: 'snapshots/unreadable-line-hides-nobody',
    promise: 'One line with a typing error would take what it names out of the shop.',
    file: take,
    from: 'if (terms.complete && count.faults === 0)',
    to: 'if (terms.complete && count.faults >= 0)',
    test: {
      suite: 'int',
      file: 'apps/ingestion/src/inbound/snapshots/snapshots.int.spec.ts',
      name: 'stays, unless it is complete and every line could be read',
    },
  },
];
