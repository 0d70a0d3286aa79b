/**
 * What the checker cannot see of an absence: memory that grows while a server is away, and a herd when it is back. Pure.
 * Times are milliseconds since the epoch, memory is bytes.
 */

/** Memory may grow by this share. */
export const MOST_GROWTH = 0.1;
/** A process may knock so often in a second at a server that is away: twice for each connection of a pool of ten. */
export const MOST_KNOCKS = 20;
/** How long after the return a herd would be seen. */
export const RETURN_MS = 10_000;
/** A message that left within its Page's pace may arrive so much later: the machine is busy, and TCP not instant. */
export const ARRIVES_LATE_MS = 1_000;
/** Spans over which a Page's pace is looked at. */
const SPANS_MS = [1_000, 10_000];

/** One absence of one server, and what was seen of it. */
export interface Absence {
  readonly server: string;
  readonly how: string;
  readonly from: number;
  /** When it began to come back, and when it answered again. */
  readonly mended: number;
  readonly to: number;
  /**
   * What each process held after a whole collection of its garbage: before (the most of all calm times so far: Node gives
   * memory back when little happens, and takes it again), at the end of the absence, after the return. Undefined: the
   * processes have not run for long enough for it to mean anything.
   */
  readonly held: { readonly before: Memory; readonly end: Memory; readonly after: Memory } | undefined;
  /** Most connections that were open to it at once before. */
  readonly open: number;
  /** Connections that were opened to it: when. */
  readonly opened: readonly number[];
  /** Processes that use it. */
  readonly clients: number;
  /** Connections that may be opened to it in the ten seconds after its return. */
  readonly mostAtReturn: number;
}
type Memory = Readonly<Record<string, number>>;

/** A message of Beckon's that came to Messenger, taken or not. */
export interface Posted {
  readonly page: string;
  readonly at: number;
}

/** Which process held most more than before, and by what share. A process that is gone or was started anew counts too. */
export function growth({ held }: Absence): { key: string; share: number } | undefined {
  if (!held) return undefined;
  const { before, end, after } = held;
  let worst = { key: '-', share: -Infinity };
  for (const [key, bytes] of Object.entries(before))
    for (const then of [end[key], after[key]]) {
      const share = then === undefined ? Infinity : then / bytes - 1;
      if (share > worst.share) worst = { key, share };
    }
  return worst;
}

/**
 * Most connections opened within a second, from one second after the server went (everybody notices at once) to ten after
 * its return; and how many were opened in the ten seconds after it.
 */
export function knocks({ opened, from, to }: Absence): { within: number; atReturn: number } {
  const times = opened.filter((at) => at >= from + 1_000 && at <= to + RETURN_MS).sort((a, b) => a - b);
  return { within: mostWithin(times, 1_000), atReturn: times.filter((at) => at >= to).length };
}

/** The Page that was furthest over what its pace allows in the ten seconds after the return; `over` ≤ 0: none was. */
export function herd(
  { mended, to }: Absence,
  posted: readonly Posted[],
  pacePerSecond: number,
): { page: string; over: number; seen: number; spanMs: number } {
  let worst = { page: '-', over: -Infinity, seen: 0, spanMs: 0 };
  const byPage = new Map<string, number[]>();
  for (const { page, at } of posted)
    if (at >= mended && at <= to + RETURN_MS) byPage.set(page, [...(byPage.get(page) ?? []), at]);
  for (const [page, times] of byPage)
    for (const spanMs of SPANS_MS) {
      const seen = mostWithin(
        times.sort((a, b) => a - b),
        spanMs,
      );
      const over = seen - (pacePerSecond * (spanMs + ARRIVES_LATE_MS)) / 1000 - 1;
      if (over > worst.over) worst = { page, over, seen, spanMs };
    }
  return worst;
}

/** Sorted times: the most that lie within one span. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let [first, most] = [0, 0];
  for (let last = 0; last < times.length; last++) {
    while ((times[last] as number) - (times[first] as number) >= spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** Judges all absences. @returns lines for people, and whether nothing grew and no herd came */
export function judgeAbsences(
  absences: readonly Absence[],
  posted: readonly Posted[],
  pacePerSecond: number,
): { lines: string[]; kept: boolean } {
  let kept = absences.length > 0;
  const lines = absences.flatMap((a) => {
    const [grown, knocked, after] = [growth(a), knocks(a), herd(a, posted, pacePerSecond)];
    const mostKnocks = MOST_KNOCKS * a.clients;
    const arrived = posted.filter(({ at }) => at >= a.mended && at <= a.to + RETURN_MS).length;
    const broken = [
      grown !== undefined && grown.share > MOST_GROWTH,
      knocked.within > mostKnocks || knocked.atReturn > a.mostAtReturn,
      after.over > 0,
    ];
    if (broken.includes(true)) kept = false;
    const mark = (bad: boolean | undefined): string => (bad ? '✗' : ' ');
    return [
      `   ${a.server} ${a.how} for ${((a.mended - a.from) / 1000).toFixed(0)} s`,
      grown
        ? ` ${mark(broken[0])}   memory: at most ${(100 * grown.share).toFixed(1)} % more held than before (${grown.key}); 10 % allowed`
        : '     memory: not looked at in the short form, whose processes are still warming up',
      ` ${mark(broken[1])}   connections: at most ${knocked.within} opened within a second, ${mostKnocks} allowed; ` +
        `${knocked.atReturn} within 10 s of the return, ${a.mostAtReturn} allowed (${a.open} were open before)`,
      ` ${mark(broken[2])}   herd: ${arrived} messages came within 10 s of the return; of one Page at most ${after.seen} within ${after.spanMs / 1000} s, ` +
        `pace ${pacePerSecond}/s`,
    ];
  });
  return { lines, kept };
}
