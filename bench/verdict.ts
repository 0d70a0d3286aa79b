/** Whether the rounds meet a goal. Pure. */
import { ratios, summarise, type Summary } from './statistics.js';

/** What one contender used in one round, per unit, in microseconds; and further figures by name. */
export interface Round {
  readonly units: number;
  /** Time on the wall. */
  readonly wall: number;
  /** User and system CPU of the contender's own processes. */
  readonly cpu: number;
  /** CPU of the servers (Kafka, Redis, Postgres) meanwhile; 0 where there are none or they are somebody else's. */
  readonly servers: number;
  /** Both. */
  readonly all: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** What is compared: a cost per unit. */
export type Cost = 'wall' | 'cpu' | 'all';

/**
 * A goal. `times`: the peer costs at least so many times as much as the subject. `figure`: the subject's own figure (a
 * cost, or one of the round's further figures) is at most or at least so much. `sum`: what the named contenders, which
 * are parts of the subject's work, cost together is at most or at least that share (0 to 1) of the subject's cost.
 */
export type Goal =
  | { readonly kind: 'times'; readonly peer: string; readonly cost: Cost; readonly atLeast: number }
  | {
      readonly kind: 'figure';
      readonly figure: string;
      readonly unit: string;
      readonly atMost?: number;
      readonly atLeast?: number;
    }
  | {
      readonly kind: 'sum';
      readonly parts: readonly string[];
      readonly cost: Cost;
      readonly atMost?: number;
      readonly atLeast?: number;
    };

/** A goal's outcome. `void`: the peer (or the sum of the parts) was itself too uneven for its ratio to mean anything. */
export interface Judged {
  readonly goal: Goal;
  readonly summary: Summary;
  readonly verdict: 'met' | 'missed' | 'void';
  /** For a void one: by how much the peer's CPU per unit spread. */
  readonly peerSpread?: number;
}

/** A peer whose CPU per unit spreads by more than this makes the comparison void (share of its median). */
export const PEER_SPREAD_MAX = 0.15;

/**
 * Judges a goal on all rounds. The quartile on the bad side must meet it, so that one lucky round does not.
 * @throws if there are no rounds of the peer or of a part, or no such figure
 */
export function judge(goal: Goal, subject: string, rounds: Readonly<Record<string, readonly Round[]>>): Judged {
  const ours = roundsOf(rounds, subject);
  if (goal.kind === 'figure') {
    const summary = summarise(ours.map((round) => figureOf(round, goal.figure)));
    return { goal, summary, verdict: isWithin(summary, goal) ? 'met' : 'missed' };
  }
  const theirs = goal.kind === 'sum' ? together(goal.parts, rounds) : roundsOf(rounds, goal.peer);
  const [our, their] = [ours, theirs].map((some) => some.map((round) => round[goal.cost])) as [number[], number[]];
  const summary = summarise(ratios(their, our));
  const peerSpread = summarise(theirs.map((round) => round.cpu)).spread;
  if (peerSpread > PEER_SPREAD_MAX) return { goal, summary, verdict: 'void', peerSpread };
  return { goal, summary, verdict: isWithin(summary, goal) ? 'met' : 'missed' };
}

/** The quartile on the bad side counts. */
function isWithin(
  { lowerQuartile, upperQuartile }: Summary,
  { atMost = Infinity, atLeast = -Infinity }: { readonly atMost?: number; readonly atLeast?: number },
): boolean {
  return upperQuartile <= atMost && lowerQuartile >= atLeast;
}

/** What parts cost together, round by round. */
function together(parts: readonly string[], rounds: Readonly<Record<string, readonly Round[]>>): Pick<Round, Cost>[] {
  const all = parts.map((part) => roundsOf(rounds, part));
  const sum = (n: number, cost: Cost): number => all.reduce((total, one) => total + (one[n]?.[cost] ?? NaN), 0);
  return all[0]!.map((_, n) => ({ wall: sum(n, 'wall'), cpu: sum(n, 'cpu'), all: sum(n, 'all') }));
}

/** A growth: per size the cost, and whether the last is at most `atMost` times the first. */
export function judgeGrowth(
  costs: readonly (readonly number[])[],
  atMost: number | undefined,
): { factor: number; verdict: 'met' | 'missed' | 'shown' } {
  const medians = costs.map((one) => summarise(one).median);
  const factor = medians.at(-1)! / medians[0]!;
  if (atMost === undefined) return { factor, verdict: 'shown' };
  return { factor, verdict: factor <= atMost ? 'met' : 'missed' };
}

function roundsOf(rounds: Readonly<Record<string, readonly Round[]>>, contender: string): readonly Round[] {
  const found = rounds[contender];
  if (!found?.length) throw new RangeError(`no rounds of ${contender}`);
  return found;
}

function figureOf(round: Round, name: string): number {
  if (name === 'wall' || name === 'cpu' || name === 'servers' || name === 'all') return round[name];
  const figure = round.figures[name];
  if (figure === undefined) throw new RangeError(`no figure ${name}`);
  return figure;
}
