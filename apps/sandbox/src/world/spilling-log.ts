import { SpillFile } from '../outbound/spill-file.js';
import type { Stretch } from '../outbound/spill-file.js';

/** What is looked for in a log. */
export interface LogQuery<T> {
  /** Only entries of this time or later (milliseconds since the epoch). */
  readonly since?: number | undefined;
  /** Only entries that fit. */
  readonly fits?: ((entry: T) => boolean) | undefined;
  /** Only the youngest so many of those. */
  readonly limit?: number | undefined;
}

/** How a log is kept. */
export interface SpillingLogOptions<T> {
  /** The time of an entry, in milliseconds since the epoch. */
  readonly at: (entry: T) => number;
  /** A file that keeps old entries beyond the end of the process; undefined: one that goes with it. */
  readonly path?: string | undefined;
  /** Youngest entries kept in memory. */
  readonly keep?: number;
}

/** Entries that lie in the file together, one JSON text a line. */
interface Block {
  readonly stretch: Stretch;
  readonly entries: number;
  /** The latest time among them (the clock can be set back, so it need not be the last one's). */
  readonly latest: number;
}

/** Some entries in a row: in memory, or in the file. */
type Piece<T> = readonly T[] | Block;

const KEPT = 10_000;
const BLOCK = 1_000;

/**
 * A log of JSON values that may grow without end while memory does not: the youngest entries are kept as they are,
 * older ones lie in a file, a thousand to a block, and of each block only its place and its latest time are known
 * here. Nothing is ever dropped, and every question is answered from all of it.
 */
export class SpillingLog<T> {
  private young: T[] = [];
  private blocks: Block[] = [];
  private readonly file: SpillFile;
  /** Answers under way; while there are any, what they may still read stays in the file. */
  private readers = 0;

  constructor(private readonly options: SpillingLogOptions<T>) {
    this.file = new SpillFile(options.path);
  }

  /** How many entries there are. */
  get length(): number {
    return this.blocks.reduce((sum, { entries }) => sum + entries, this.young.length);
  }

  /** Adds the youngest entry. It must not be changed afterwards. */
  push(entry: T): void {
    this.young.push(entry);
    if (this.young.length >= (this.options.keep ?? KEPT) + BLOCK) this.spill(this.young.splice(0, BLOCK));
  }

  /** All entries that are looked for, oldest first. */
  select(query: LogQuery<T> = {}): T[] {
    const found: T[] = [];
    for (const page of this.pages(query)) for (const entry of page) found.push(entry);
    return found;
  }

  /**
   * The same in pages of at most some thousand, each read when it is asked for: for answers that are streamed. What is
   * added meanwhile is not in them. Read them to the end or break off the loop; do not just forget them.
   */
  pages(query: LogQuery<T> = {}): Iterable<readonly T[]> {
    return this.walk([...this.blocks, [...this.young]], query);
  }

  /** Forgets everything. */
  clear(): void {
    this.young = [];
    this.blocks = [];
    // In a kept file the last snapshot may still need what is there; and so may an answer that is under way.
    if (this.options.path === undefined && this.readers === 0) this.file.cut(0);
  }

  /** Puts everything into the file, for a later {@link restore}; undefined: there is nothing. */
  flush(): Stretch | undefined {
    for (let at = 0; at < this.young.length; at += BLOCK) this.spill(this.young.slice(at, at + BLOCK));
    this.young = [];
    const first = this.blocks[0];
    return first && { from: first.stretch.from, to: this.file.size };
  }

  /** Takes up what a {@link flush} of an earlier process left in the file. @throws when the file is not what it was */
  restore(stretch: Stretch): void {
    this.young = [];
    this.blocks = [];
    this.file.cut(stretch.to);
    let rest = Buffer.alloc(0);
    let lines: Buffer[] = [];
    let from = stretch.from;
    for (let at = stretch.from; at < stretch.to; at += READ_BYTES) {
      let bytes = Buffer.concat([rest, this.file.read({ from: at, to: Math.min(at + READ_BYTES, stretch.to) })]);
      for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE)) {
        lines.push(bytes.subarray(0, end + 1));
        bytes = bytes.subarray(end + 1);
        if (lines.length === BLOCK) {
          from = this.remember(lines, from);
          lines = [];
        }
      }
      rest = bytes;
    }
    if (rest.length > 0) throw new Error(`${this.options.path ?? 'a spill file'} does not end where it ended`);
    if (lines.length > 0) this.remember(lines, from);
  }

  /** Ends it; a file without a path is gone. */
  close(): void {
    this.file.close();
  }

  private spill(entries: readonly T[]): void {
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const stretch = this.file.append(Buffer.from(text));
    this.blocks.push({ stretch, entries: entries.length, latest: latestOf(entries, this.options.at) });
  }

  /** Notes a block that is in the file already; gives where the next begins. */
  private remember(lines: readonly Buffer[], from: number): number {
    const to = lines.reduce((sum, { length }) => sum + length, from);
    const entries = lines.map((line) => JSON.parse(line.toString('utf8')) as T);
    this.blocks.push({ stretch: { from, to }, entries: entries.length, latest: latestOf(entries, this.options.at) });
    return to;
  }

  private *walk(pieces: readonly Piece<T>[], query: LogQuery<T>): Generator<readonly T[]> {
    this.readers += 1;
    try {
      let { first, skip } = this.begin(pieces, query);
      for (; first < pieces.length; first += 1) {
        const found = this.fitting(pieces[first]!, query);
        if (found.length > skip) yield skip === 0 ? found : found.slice(skip);
        skip = Math.max(0, skip - found.length);
      }
    } finally {
      this.readers -= 1;
    }
  }

  /** The piece in which the youngest `limit` entries begin, and how many fitting ones before them it holds. */
  private begin(pieces: readonly Piece<T>[], query: LogQuery<T>): { first: number; skip: number } {
    if (query.limit === undefined) return { first: 0, skip: 0 };
    let missing = query.limit;
    let first = pieces.length;
    while (first > 0 && missing > 0) {
      first -= 1;
      missing -= this.count(pieces[first]!, query);
    }
    return { first, skip: Math.max(0, -missing) };
  }

  private count(piece: Piece<T>, query: LogQuery<T>): number {
    const everything = query.since === undefined && query.fits === undefined;
    if (everything) return 'stretch' in piece ? piece.entries : piece.length;
    return this.fitting(piece, query).length;
  }

  private fitting(piece: Piece<T>, { since, fits }: LogQuery<T>): readonly T[] {
    if ('stretch' in piece && since !== undefined && piece.latest < since) return [];
    const entries = 'stretch' in piece ? this.read(piece) : piece;
    if (since === undefined && fits === undefined) return entries;
    const { at } = this.options;
    return entries.filter(
      (entry) => (since === undefined || at(entry) >= since) && (fits === undefined || fits(entry)),
    );
  }

  private read({ stretch }: Block): T[] {
    const lines = this.file.read(stretch).toString('utf8').split('\n');
    lines.pop();
    return lines.map((line) => JSON.parse(line) as T);
  }
}

const READ_BYTES = 1024 * 1024;
const NEW_LINE = 0x0a;

function latestOf<T>(entries: readonly T[], at: (entry: T) => number): number {
  return entries.reduce((latest, entry) => Math.max(latest, at(entry)), -Infinity);
}
