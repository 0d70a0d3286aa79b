/** What is broken, when, and for how long: decided beforehand from the seed alone. Pure. Times are milliseconds. */
import { Chance } from './chance.js';
import type { ProxyFault } from './proxy.js';

/** What one fault does. */
export type Trouble =
  /** SIGKILL; `forMs` later it is started again. `emptied`: what Redis had written is gone too. */
  | { readonly kind: 'kill'; readonly emptied?: boolean }
  /** Politely ended (a service); `forMs` later it is started again. */
  | { readonly kind: 'leave' }
  /** SIGSTOP, SIGCONT after `forMs`. `atSocket`: right before the first byte of a message is written. */
  | { readonly kind: 'stop'; readonly atSocket?: boolean }
  /** The proxy before a server. */
  | { readonly kind: 'proxy'; readonly fault: ProxyFault };

/** One fault to come. */
export interface PlannedFault {
  /** After the load began. */
  readonly at: number;
  readonly target: string;
  readonly trouble: Trouble;
  readonly forMs: number;
}

/** The five services, of each of which two processes run. */
export const SERVICES = ['optin', 'ingestion', 'matching', 'throttling', 'delivery'] as const;
/** Which of them sends. */
const SENDER = 'delivery';
/** The three servers. Each has a proxy before it, too. */
export const SERVERS = ['kafka', 'redis', 'postgres'] as const;

/** Most targets that are down at once. */
export const MOST_DOWN = 2;
const MEAN_GAP_MS = 3_200;
/** The load has this long to flow before the first fault. */
const FIRST_AT_MS = 3_000;
const LONG_FREEZE_MS = 30_000;
/** At the least, of the freezes that make a message late. */
const LATE_FREEZE_MS = 10_000;
/** One long freeze for so much time. */
const LONG_FREEZE_EVERY_MS = 60_000;

/**
 * The faults of a run. Every kind of trouble meets every target before any meets it again; long freezes go round by
 * themselves. What cannot begin in time because {@link MOST_DOWN} are down waits for its turn.
 */
export function planFaults(seed: number, forMs: number): PlannedFault[] {
  const chance = new Chance(seed);
  const deck = new Deck(() => chance.shuffle(everyTrouble(chance)));
  const frozen = new Deck(() => chance.shuffle([...SERVICES, ...SERVERS]));
  const plan: PlannedFault[] = [];
  let nextFreeze = LONG_FREEZE_EVERY_MS / 2;
  for (let at = FIRST_AT_MS; at < forMs; at += Math.max(300, chance.wait(MEAN_GAP_MS))) {
    if (at >= nextFreeze) {
      nextFreeze += LONG_FREEZE_EVERY_MS;
      plan.push({ at, target: one(frozen.draw(), chance), trouble: { kind: 'stop' }, forMs: LONG_FREEZE_MS });
    } else plan.push({ at, ...deck.draw() });
  }
  return plan;
}

type Undated = Omit<PlannedFault, 'at'>;

/** Frozen for longer than an admission lives: what it holds in its hand goes out late. */
const atSocket = (stop: Undated): Undated => ({
  ...stop,
  trouble: { kind: 'stop', atSocket: true },
  forMs: stop.forMs + LATE_FREEZE_MS,
});

/** Each kind of trouble with each target, once. */
function everyTrouble(chance: Chance): Undated[] {
  const kill = (target: string, emptied?: boolean): Undated => ({
    target: one(target, chance),
    trouble: { kind: 'kill', ...(emptied ? { emptied } : {}) },
    forMs: Math.round(chance.between(500, 2_000)),
  });
  const stop = (target: string): Undated => ({
    target: one(target, chance),
    trouble: { kind: 'stop' },
    forMs: medianThreeSeconds(chance),
  });
  return [
    ...SERVICES.flatMap((name) => [
      kill(name),
      kill(name),
      stop(name),
      name === SENDER ? atSocket(stop(name)) : stop(name),
    ]),
    ...SERVERS.flatMap((name) => [kill(name), stop(name)]),
    kill('redis', true),
    ...SERVERS.flatMap((name) =>
      everyProxyFault(chance).map((fault): Undated => ({
        target: `proxy:${name}`,
        trouble: { kind: 'proxy', fault },
        forMs: Math.round(fault.kind === 'reset' ? chance.between(300, 1_500) : chance.between(1_500, 6_000)),
      })),
    ),
  ];
}

function everyProxyFault(chance: Chance): ProxyFault[] {
  return [
    { kind: 'latency', ms: Math.round(chance.between(30, 300)) },
    { kind: 'half_open' },
    { kind: 'cut', afterBytes: chance.below(4_000) },
    { kind: 'reset' },
    { kind: 'black_hole', towards: 'server' },
    { kind: 'black_hole', towards: 'client' },
  ];
}

/** One of a service's two processes; a server is itself. */
const one = (name: string, chance: Chance): string =>
  (SERVICES as readonly string[]).includes(name) ? `${name}-${1 + chance.below(2)}` : name;

/** Half of them shorter than three seconds, few longer than eight. */
const medianThreeSeconds = (chance: Chance): number =>
  Math.round(Math.min(9_000, 3_000 * 4 ** (chance.between(-1, 1) ** 3)));

/** Words for the timeline: kind and detail. */
export function nameOf({ trouble, forMs }: PlannedFault): { kind: string; detail: string | null } {
  if (trouble.kind === 'kill') return { kind: 'kill', detail: trouble.emptied ? 'and emptied' : null };
  if (trouble.kind === 'stop') {
    const where = trouble.atSocket ? ', right before a first byte' : '';
    return { kind: 'stop', detail: `for ${(forMs / 1000).toFixed(1)} s${where}` };
  }
  if (trouble.kind === 'leave') return { kind: 'leave', detail: null };
  const { fault } = trouble;
  if (fault.kind === 'latency') return { kind: 'latency', detail: `${fault.ms} ms` };
  if (fault.kind === 'cut') return { kind: 'cut', detail: `after ${fault.afterBytes} bytes` };
  if (fault.kind === 'black_hole') return { kind: 'black_hole', detail: `towards the ${fault.towards}` };
  return { kind: fault.kind, detail: null };
}

/** Cards, dealt out before they are shuffled anew. */
class Deck<T> {
  private left: T[] = [];

  constructor(private readonly fresh: () => T[]) {}

  draw(): T {
    if (this.left.length === 0) this.left = this.fresh();
    return this.left.pop() as T;
  }
}
