/**
 * What a benchmark row is. One row is one file in `rows/`, whose default export says what is compared, and against
 * which goal; the frame does the rest. Adding a row is adding a file.
 */
import type { ServerName } from '@beckon/stack';
import type { Goal } from './verdict.js';

/** Where a contender works: servers, names that nobody else has, and how much is wanted. JSON all through. */
export interface Bed {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Letters and digits, begins with a letter, other for each contender and size: topic prefix, schema, Redis prefix. */
  readonly name: string;
  /** A short look: less work a round, figures too rough to quote. */
  readonly quick: boolean;
  /** The sizes that take long, too. */
  readonly long: boolean;
  /** Where a growth is looked at: the size along its axis; undefined in the comparison. */
  readonly size: number | undefined;
  /** The repository's folder, with `/` at its end. */
  readonly repository: string;
  /** Folder with Kafka's jars; undefined when Kafka is somebody else's. */
  readonly jars: string | undefined;
  /** Where processes that a contender starts leave their CPU profiles; undefined: none is wanted. */
  readonly profileFolder: string | undefined;
  /** What the row's `prepare` gave. */
  readonly data: unknown;
}

/** What was done in one round. */
export interface Work {
  /** How many units: alerts, records, checks, as the row's `unit` says. */
  readonly units: number;
  /** Further figures of this round, by name; a goal may judge one. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** One side of a comparison. It lives in a process of its own, so that neither side warms or litters the other's. */
export interface Contender {
  /** Does one round's work. All of it is timed. */
  round(): Promise<Work>;
  /** Work before each round that is not timed. */
  before?(): Promise<void>;
  /** Processes beside its own whose CPU is counted as its own (their children included). */
  readonly processes?: () => readonly number[];
  /** Counts only those, not the process that drives them. */
  readonly drivesOnly?: boolean;
  /** Ends what it started; drops what it made. */
  close?(): Promise<void>;
}

/** Makes a contender ready: everything that is not to be timed. */
export type Open = (bed: Bed) => Promise<Contender>;

/** How a cost grows along one axis, over sizes a factor of ten apart. */
export interface Growth {
  readonly axis: string;
  readonly contender: string;
  readonly sizes: readonly number[];
  /** Sizes for `--quick`, and those that `--long` adds. */
  readonly quickSizes?: readonly number[];
  readonly longSizes?: readonly number[];
  /** The cost at the last size is at most so many times that of the first; absent: shown, not judged. */
  readonly atMost?: number;
  /** How to make it ready; the contender's own `open`, with `bed.size` set, if absent. */
  readonly open?: Open;
}

/** A row. */
export interface Row {
  /** As in `npm run bench -- P6`. */
  readonly id: string;
  readonly title: string;
  /** What one unit is, in the singular. */
  readonly unit: string;
  /** What is measured and how, in a paragraph. */
  readonly about: string;
  readonly servers: readonly ServerName[];
  /** The subject first, then its peers; rounds go through them in this order, again and again. */
  readonly contenders: readonly { readonly id: string; readonly title: string; readonly open: Open }[];
  readonly goals: readonly Goal[];
  readonly growth?: readonly Growth[];
  /** Rounds unless `--rounds` says otherwise; 5. */
  readonly rounds?: number;
  /** Whether a round that does not count comes first (default); not for rows that look at a first time. */
  readonly warmUp?: boolean;
  /**
   * Each side is opened for its turn and closed after it, so that a turn has the servers to itself. For contenders that
   * keep servers busy even while they rest, where the servers' CPU is judged. Takes longer: each turn warms up anew.
   */
  readonly alone?: boolean;
  /** Makes what contenders share (a topic full of records, say); what it gives becomes `bed.data`. */
  readonly prepare?: (bed: Bed) => Promise<unknown>;
}
