/** Runs one row: contenders and sizes in turn, round after round, so that what slows the machine slows all of them. */
import { randomBytes } from 'node:crypto';
import { ContenderClient } from './contender-client.js';
import { cpuOfTrees } from './cpu.js';
import { thisMachine, versions, type Machine } from './machine.js';
import type { Bed, Growth, Row } from './row.js';
import { startServers, type Servers } from './servers.js';
import { openStatements, writeStatements } from './statements.js';
import { judge, judgeGrowth, type Judged, type Round } from './verdict.js';

/** How a row is run. */
export interface RunOptions {
  readonly quick: boolean;
  readonly long: boolean;
  /** Timed rounds; the row's own number if undefined. */
  readonly rounds: number | undefined;
  /** Folder for CPU profiles of the contenders; undefined: none. */
  readonly profileFolder: string | undefined;
  readonly repository: string;
  /** Told what is going on. */
  readonly say: (line: string) => void;
}

/** How a cost grew. */
export interface GrowthResult {
  readonly axis: string;
  readonly contender: string;
  readonly sizes: readonly number[];
  readonly rounds: readonly (readonly Round[])[];
  readonly factor: number;
  readonly atMost: number | undefined;
  readonly verdict: 'met' | 'missed' | 'shown';
}

/** All that was measured in one run of a row. */
export interface Result {
  readonly row: string;
  readonly title: string;
  readonly unit: string;
  readonly at: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly contenders: readonly { readonly id: string; readonly title: string; readonly rounds: readonly Round[] }[];
  readonly judged: readonly Judged[];
  readonly growth: readonly GrowthResult[];
}

const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** Runs a row. @throws when a contender cannot be opened or a round fails: half a result is none */
export async function runRow(row: Row, options: RunOptions): Promise<Result> {
  const machine = thisMachine();
  const at = new Date().toISOString();
  const { say, profileFolder } = options;
  const servers = await startServers(row.servers, { say, profiled: profileFolder !== undefined });
  try {
    const rounds = options.rounds ?? row.rounds ?? (options.quick ? QUICK_ROUNDS : ROUNDS);
    const bed = bedOf(servers, options);
    const data = await row.prepare?.(bed);
    const run = { row, servers, rounds, bed: { ...bed, data }, say };
    const statements = profileFolder !== undefined && row.servers.includes('postgres');
    if (statements) await openStatements(servers.databaseUrl);
    const contenders = await compare(run);
    if (statements) await writeStatements(servers.databaseUrl, `${profileFolder}/postgres.txt`);
    const growth: GrowthResult[] = [];
    for (const [index, one] of (row.growth ?? []).entries()) growth.push(await grow(run, one, index));
    const bySide = Object.fromEntries(contenders.map(({ id, rounds: done }) => [id, done]));
    const judged = row.goals.map((goal) => judge(goal, row.contenders[0]!.id, bySide));
    return {
      ...{ row: row.id, title: row.title, unit: row.unit, at, quick: options.quick, machine },
      ...{ versions: versions(options.repository, servers.origins), contenders, judged, growth },
    };
  } finally {
    await servers.stop();
  }
}

interface Run {
  readonly row: Row;
  readonly servers: Servers;
  readonly rounds: number;
  readonly bed: Bed;
  readonly say: (line: string) => void;
}

async function compare({ row, servers, rounds, bed, say }: Run): Promise<Result['contenders']> {
  const sides = row.contenders.map(({ id, title }) => ({ id, title, which: { row: row.id, contender: id }, bed }));
  const measured = await inTurn(sides, { row, servers, rounds, say });
  return sides.map(({ id, title }, i) => ({ id, title, rounds: measured[i]! }));
}

async function grow({ row, servers, rounds, bed, say }: Run, growth: Growth, index: number): Promise<GrowthResult> {
  const { axis, contender, atMost } = growth;
  const sizes = [...((bed.quick && growth.quickSizes) || growth.sizes), ...((bed.long && growth.longSizes) || [])];
  const sides = sizes.map((size) => ({
    id: `${axis} ${size.toLocaleString('en')}`,
    which: { row: row.id, contender, growth: index },
    bed: { ...bed, size },
  }));
  const measured = await inTurn(sides, { row, servers, rounds: Math.min(rounds, ROUNDS), say });
  const costs = measured.map((done) => done.map((round) => round.all));
  return { axis, contender, sizes, atMost, rounds: measured, ...judgeGrowth(costs, atMost) };
}

interface Side {
  readonly id: string;
  readonly which: { readonly row: string; readonly contender: string; readonly growth?: number };
  readonly bed: Bed;
}

type Turns = Omit<Run, 'bed'>;

/** Goes through all sides in turn, round after round. Gives the rounds of each side. */
const inTurn = (sides: readonly Side[], turns: Turns): Promise<Round[][]> =>
  turns.row.alone ? aloneInTurn(sides, turns) : sideBySide(sides, turns);

/** Opens all sides, lets each warm up, then goes through them. */
async function sideBySide(sides: readonly Side[], turns: Turns): Promise<Round[][]> {
  const clients: ContenderClient[] = [];
  try {
    for (const side of sides) clients.push(await open(side, turns));
    const measured: Round[][] = sides.map(() => []);
    for (let n = first(turns.row); n <= turns.rounds; n += 1) {
      for (const [i, client] of clients.entries()) {
        const round = await timed(client, { n, side: sides[i]!, turns });
        if (n > 0) measured[i]!.push(round);
      }
    }
    return measured;
  } finally {
    for (const client of clients) await client.close();
  }
}

/** Opens a side for its turn, lets it warm up, and closes it before the next one's. */
async function aloneInTurn(sides: readonly Side[], turns: Turns): Promise<Round[][]> {
  const measured: Round[][] = sides.map(() => []);
  for (let n = 1; n <= turns.rounds; n += 1) {
    for (const [i, side] of sides.entries()) {
      const client = await open(side, turns);
      try {
        if (first(turns.row) === 0) await timed(client, { n: 0, side, turns });
        measured[i]!.push(await timed(client, { n, side, turns }));
      } finally {
        await client.close();
      }
    }
  }
  return measured;
}

/** Number of the first round: the one that does not count is 0. */
const first = ({ warmUp }: Row): number => (warmUp === false ? 1 : 0);

function open({ id, which, bed }: Side, { say }: Turns): Promise<ContenderClient> {
  say(`preparing ${id}`);
  return ContenderClient.open(which, { ...bed, name: freshName() });
}

async function timed(
  client: ContenderClient,
  { n, side, turns }: { n: number; side: Side; turns: Turns },
): Promise<Round> {
  const { servers, say } = turns;
  const before = cpuOfTrees(servers.pids);
  const { units, figures, wallMicros, cpuMicros } = await client.round();
  const ofServers = (cpuOfTrees(servers.pids) - before) / units;
  const cpu = cpuMicros / units;
  const wall = wallMicros / units;
  say(`${n === 0 ? 'warm-up' : `round ${n}`} ${side.id}: ${wall.toFixed(1)} µs wall, ${cpu.toFixed(1)} µs CPU`);
  return { units, wall, cpu, servers: ofServers, all: cpu + ofServers, figures };
}

function bedOf(servers: Servers, { quick, long, repository, profileFolder }: RunOptions): Bed {
  const { brokers, redisUrl, databaseUrl, jars } = servers;
  return {
    ...{ brokers, redisUrl, databaseUrl, jars, quick, long, repository, profileFolder },
    ...{ name: freshName(), size: undefined, data: undefined },
  };
}

const freshName = (): string => `b${randomBytes(4).toString('hex')}`;
