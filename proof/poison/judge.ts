/**
 * What poison did to a partition: whether each bad record was put aside in time, whether every good one got through once,
 * and what the good ones cost beside it. Pure. Times are milliseconds.
 */

/** A bad record is put aside within this time of being read. */
export const PUT_ASIDE_MS = 1_000;
/** Share of their rate that the good records keep. */
export const KEEP = 0.95;
/** Rounds whose own CPU spreads by more than this, from quarter to quarter, show nothing. */
const MOST_NOISE = 0.15;

/** A record that was put in, in the order of its partition. */
export interface Put {
  readonly partition: number;
  readonly offset: number;
  /** When its writer made it. */
  readonly at: number;
  /** The offer that it tells of; null: it is poison. */
  readonly key: string | null;
}

/** A record that came out: `key` of the offer it tells of, `id` of the state that it is. */
export interface Out {
  readonly key: string;
  readonly id: string;
  readonly at: number;
}

/** A dead letter. */
export interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
  readonly reason: string;
  /** Whether it holds the very bytes of the record. */
  readonly whole: boolean;
}

/** One round: what its good records cost the service, and how long they took. */
export interface Round {
  readonly poisoned: boolean;
  readonly good: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface Evidence {
  readonly puts: readonly Put[];
  readonly outs: readonly Out[];
  readonly letters: readonly Letter[];
  /** Clean and poisoned in turn, as pairs. */
  readonly rounds: readonly Round[];
  /** Partitions that were read as records came, so that the time of being read is known. */
  readonly steady: readonly number[];
}

/** How late each record of the steady partitions came out: after it was written, and after the good one before it was out. */
export function lateness({ puts, outs, letters, steady }: Evidence): { good: number[]; bad: number[] } {
  const outAt = new Map([...outs].reverse().map(({ key, at }) => [key, at]));
  const letterAt = new Map(letters.map(({ partition, offset, at }) => [`${partition} ${offset}`, at]));
  const [good, bad]: [number[], number[]] = [[], []];
  for (const partition of steady) {
    let before = 0;
    const own = puts.filter((p) => p.partition === partition).sort((a, b) => a.offset - b.offset);
    for (const { offset, at, key } of own) {
      const out = key === null ? letterAt.get(`${partition} ${offset}`) : outAt.get(key);
      if (out === undefined) continue; // counted as missing elsewhere
      (key === null ? bad : good).push(Math.max(0, out - Math.max(at, before)));
      if (key !== null) before = Math.max(before, out);
    }
  }
  return { good, bad };
}

/** @param whole false: it was interrupted, so nothing can be said of what is missing */
export function judgePoison(e: Evidence, whole: boolean): { lines: string[]; kept: boolean } {
  const poison = e.puts.filter(({ key }) => key === null);
  const letters = new Map<string, Letter[]>();
  for (const letter of e.letters) {
    const place = `${letter.partition} ${letter.offset}`;
    letters.set(place, [...(letters.get(place) ?? []), letter]);
  }
  const places = new Set(poison.map(({ partition, offset }) => `${partition} ${offset}`));
  const missing = [...places].filter((place) => !letters.has(place)).length;
  const maimed = e.letters.filter(({ whole: ok, reason }) => !ok || reason === '').length;
  const wrong = e.letters.filter(({ partition, offset }) => !places.has(`${partition} ${offset}`)).length;

  // The same state may be told again, when partitions change hands: readers know it by its id.
  const came = new Map<string, Set<string>>();
  for (const { key, id } of e.outs) came.set(key, (came.get(key) ?? new Set()).add(id));
  const again = e.outs.length - new Set(e.outs.map(({ key, id }) => `${key} ${id}`)).size;
  const goods = e.puts.flatMap(({ key }) => key ?? []);
  const lost = goods.filter((key) => !came.has(key)).length;
  const twice = goods.filter((key) => (came.get(key)?.size ?? 0) > 1).length;

  const late = lateness(e);
  const worst = Math.max(0, ...late.bad);
  // The same machine held up the good ones, too.
  const allowed = Math.max(PUT_ASIDE_MS, ...late.good);

  const rate = ratesOf(e.rounds);
  const bad = {
    nothing: whole && (poison.length === 0 || goods.length === 0 || e.rounds.length < 2 || late.bad.length === 0),
    missing: whole && missing > 0,
    wrong: maimed + wrong > 0,
    late: worst > allowed,
    lost: whole && lost > 0,
    twice: twice > 0,
    rate: rate !== undefined && rate.cpu < KEEP,
    void: rate !== undefined && rate.noise > MOST_NOISE,
  };
  const mark = (b: boolean): string => (b ? '✗' : ' ');
  const reasons = [...new Set(e.letters.map(({ reason }) => reason))].sort().join(', ');
  const ms = (n: number): string => `${Math.round(n)} ms`;
  const lines = [
    ` ${mark(bad.nothing || bad.missing)} quarantine: ${poison.length} of ${e.puts.length} records were poison; ${missing} are not among the dead letters (${reasons})`,
    ` ${mark(bad.wrong)} ${maimed} dead letters without their reason or their very bytes, ${wrong} of records that were none`,
    ` ${mark(bad.late)} put aside at most ${ms(worst)} after being read (half within ${ms(median(late.bad))}); ` +
      `${PUT_ASIDE_MS} ms allowed, or what good ones took here: ${ms(Math.max(0, ...late.good))}`,
    ` ${mark(bad.lost || bad.twice)} good records: ${goods.length}, of which ${lost} did not come out and ${twice} were taken in twice (${again} states were told again, under their ids)`,
  ];
  if (rate)
    lines.push(
      ` ${mark(bad.rate)} rate: beside poison the same CPU does ${(100 * rate.cpu).toFixed(1)} % of the good records (median of ${rate.pairs} pairs; ${100 * KEEP} % wanted)`,
      `   by the clock ${(100 * rate.wall).toFixed(1)} %: ${Math.round(rate.perSecond)} good records per second without poison; CPU of the clean rounds spreads by ${(100 * rate.noise).toFixed(0)} %`,
      ...(bad.void
        ? [` ✗ void: ${100 * MOST_NOISE} % is the most that shows anything; run it again on a calmer machine`]
        : []),
    );
  return { lines, kept: !Object.values(bad).includes(true) };
}

/** Medians over pairs of rounds; undefined without a pair. `noise`: from quarter to quarter, as a share of the median. */
export function ratesOf(
  rounds: readonly Round[],
): { pairs: number; cpu: number; wall: number; noise: number; perSecond: number } | undefined {
  const of = (poisoned: boolean): Round[] => rounds.filter((r) => r.poisoned === poisoned);
  const [clean, dirty] = [of(false), of(true)];
  const pairs = Math.min(clean.length, dirty.length);
  if (pairs === 0) return undefined;
  const ratio = (cost: (r: Round) => number): number =>
    median(Array.from({ length: pairs }, (_, i) => cost(clean[i] as Round) / cost(dirty[i] as Round)));
  const cpu = clean.map((r) => r.cpuMs / r.good);
  return {
    pairs,
    cpu: ratio((r) => r.cpuMs / r.good),
    wall: ratio((r) => r.wallMs / r.good),
    noise: (quantile(cpu, 0.75) - quantile(cpu, 0.25)) / median(cpu),
    perSecond: 1000 / median(clean.map((r) => r.wallMs / r.good)),
  };
}

const median = (values: readonly number[]): number => quantile(values, 0.5);

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}
