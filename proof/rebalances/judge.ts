/**
 * How long partitions stood still with records waiting, seen from outside: by the log's ends and by how far Postgres says
 * that each service is. Pure. Times are milliseconds since the epoch.
 */

/** A member that died is missed this long after at the latest: the session time-out of the services' consumers. */
export const SESSION_MS = 6_000;
/** A partition may stand still for so long beyond that. */
export const MOST_IDLE_MS = 3_000;
/** Two looks further apart than this say that the machine held up the observer; what lies beyond counts for nobody. */
export const LONGEST_STEP_MS = 1_000;

/** One look at one partition of a topic, as a service reads it. `end` was read before `position`. */
export interface Look {
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly end: number;
}

/** All partitions at one time. */
export interface Sample {
  readonly at: number;
  readonly looks: readonly Look[];
}

/** A process of a service that was killed. */
export interface Death {
  readonly service: string;
  readonly at: number;
}

/** A time in which a partition had records waiting and did not move. */
export interface Idle {
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  /** How long, by the observer's own steps. */
  readonly ms: number;
  /** How much of it lies within the session of a member that had died. */
  readonly excused: number;
}

/** Every idle time, the longest beyond its excuse first. */
export function idleTimes(samples: readonly Sample[], deaths: readonly Death[]): Idle[] {
  const open = new Map<string, { look: Look; from: number; at: number; ms: number }>();
  const found: Idle[] = [];
  const close = (key: string): void => {
    const span = open.get(key);
    open.delete(key);
    if (!span || span.ms === 0) return;
    const { service, topic, partition } = span.look;
    const times = { from: span.from, to: span.at };
    found.push({ service, topic, partition, ...times, ms: span.ms, excused: excuse(service, times, deaths) });
  };
  for (const { at, looks } of samples) {
    for (const look of looks) {
      const key = `${look.service} ${look.topic} ${look.partition}`;
      const span = open.get(key);
      const waiting = look.end > look.position;
      if (span && look.position === span.look.position && waiting) {
        span.ms += Math.min(at - span.at, LONGEST_STEP_MS);
        span.at = at;
        continue;
      }
      close(key);
      if (waiting) open.set(key, { look, from: at, at, ms: 0 });
    }
  }
  for (const key of [...open.keys()]) close(key);
  return found.sort((a, b) => b.ms - b.excused - (a.ms - a.excused));
}

/** Milliseconds of a time that lie within the session of a dead member of this service, each counted once. */
function excuse(service: string, { from, to }: { from: number; to: number }, deaths: readonly Death[]): number {
  const own = deaths.filter((d) => d.service === service).sort((a, b) => a.at - b.at);
  let [sum, done] = [0, from];
  for (const { at } of own) {
    const [begin, end] = [Math.max(at, done), Math.min(at + SESSION_MS, to)];
    if (end <= begin) continue;
    sum += end - begin;
    done = end;
  }
  return sum;
}

/** What is judged beside the checker. */
export interface Judged {
  readonly lines: readonly string[];
  readonly kept: boolean;
}

/** @param wanted so many rebalances must have been seen; undefined: it was interrupted, so any number will do */
export function judgeRebalances(
  seen: ReadonlyMap<string, number>,
  wanted: number | undefined,
  samples: readonly Sample[],
  deaths: readonly Death[],
): Judged {
  const total = [...seen.values()].reduce((a, b) => a + b, 0);
  const idle = idleTimes(samples, deaths);
  const tooLong = idle.filter(({ ms, excused }) => ms - excused > MOST_IDLE_MS);
  const moved = movedIn(samples);
  const broken = { few: wanted !== undefined && total < wanted, idle: tooLong.length > 0, still: moved === 0 };
  const mark = (bad: boolean): string => (bad ? '✗' : ' ');
  const words = (i: Idle): string =>
    `${i.service} ${i.topic}[${i.partition}] ${(i.ms / 1000).toFixed(1)} s` +
    (i.excused > 0 ? `, ${(i.excused / 1000).toFixed(1)} s of it within the session of a dead member` : '');
  return {
    lines: [
      ` ${mark(broken.few)} rebalances: ${total} seen${wanted === undefined ? '' : `, ${wanted} wanted`}, in ${seen.size} groups; ${deaths.length} members died`,
      ` ${mark(broken.idle)} idle: ${tooLong.length} times a partition with records waiting stood still for more than ` +
        `${MOST_IDLE_MS / 1000} s beyond the session of a dead member`,
      ...tooLong.slice(0, 5).map((i) => `     at ${new Date(i.from).toISOString().slice(11, 23)}: ${words(i)}`),
      `   longest: ${idle[0] ? words(idle[0]) : 'none'}`,
      ` ${mark(broken.still)} ${samples.length} looks at ${samples.at(-1)?.looks.length ?? 0} partitions; ${moved} records were read meanwhile`,
    ],
    kept: !broken.few && !broken.idle && !broken.still,
  };
}

/** Records that all services together moved on between the first look and the last. */
function movedIn(samples: readonly Sample[]): number {
  const first = new Map<string, number>();
  let moved = 0;
  for (const { looks } of samples)
    for (const { service, topic, partition, position } of looks) {
      const key = `${service} ${topic} ${partition}`;
      if (!first.has(key)) first.set(key, position);
    }
  for (const { service, topic, partition, position } of samples.at(-1)?.looks ?? [])
    moved += position - (first.get(`${service} ${topic} ${partition}`) ?? position);
  return moved;
}
