/** Results in words for people and in JSON for machines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from './run-row.js';
import { quantile, summarise } from './statistics.js';
import type { Goal, Judged, Round } from './verdict.js';

const COST = { wall: 'time', cpu: 'CPU', all: 'CPU with servers' } as const;

/** The table that is printed. */
export function report(result: Result): string {
  const { row, title, unit, contenders, judged, growth, machine } = result;
  return [
    '',
    `${row}  ${title}${result.quick ? '  (--quick: a rough look)' : ''}`,
    `    ${machine.cpu}, ${machine.cores} cores, load ${machine.load} at the start; Node.js ${result.versions.node}`,
    '',
    ...table([
      ['per ' + unit + ', median', 'µs time', 'µs CPU', 'spread', 'µs servers', `${unit}s/s`, `${unit}s/core-s`],
      ...contenders.map(({ title: name, rounds }) => [name, ...costs(rounds)]),
    ]),
    ...figures(contenders),
    ...judged.flatMap(({ goal }) => (goal.kind === 'sum' && goal.parts.length > 1 ? shares(result, goal.parts) : [])),
    ...growth.flatMap((one) => [
      '',
      ...table([
        [
          `${one.contender}, by ${one.axis}`,
          'µs time',
          'µs CPU',
          'spread',
          'µs servers',
          `${unit}s/s`,
          `${unit}s/core-s`,
        ],
        ...one.sizes.map((size, i) => [size.toLocaleString('en'), ...costs(one.rounds[i]!)]),
      ]),
      `    last / first ${one.factor.toFixed(2)}${one.atMost === undefined ? '' : ` (goal ≤ ${one.atMost}: ${one.verdict})`}`,
    ]),
    '',
    ...judged.map(sentence),
    '',
  ].join('\n');
}

/** Whether something that was asked for was not reached (a void comparison says nothing). */
export function isMissed({ judged, growth }: Result): boolean {
  return [...judged, ...growth].some(({ verdict }) => verdict === 'missed');
}

/** Writes the JSON file and gives its path. */
export function save(result: Result, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.row}-${result.at.replace(/[:.]/g, '')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

function costs(rounds: readonly Round[]): string[] {
  const of = (cost: (round: Round) => number) => summarise(rounds.map(cost));
  const [wall, cpu] = [of((round) => round.wall), of((round) => round.cpu)];
  const rate = (micros: number): string => Math.round(1e6 / micros).toLocaleString('en');
  const servers = of((round) => round.servers).median;
  return [
    shown(wall.median),
    shown(cpu.median),
    `${Math.round(cpu.spread * 100)} %`,
    servers === 0 ? '' : shown(servers),
    rate(wall.median),
    rate(cpu.median),
  ];
}

/** What each part of the first contender's work costs, and what is left of it: the glue. */
function shares({ unit, contenders }: Result, parts: readonly string[]): string[] {
  const [whole, ...others] = contenders.map(({ id, title, rounds }) => ({
    ...{ id, title },
    cpu: summarise(rounds.map((round) => round.cpu)).median,
    servers: summarise(rounds.map((round) => round.servers)).median,
  })) as [Cost, ...Cost[]];
  const some = others.filter(({ id }) => parts.includes(id));
  const sum = (of: (one: Cost) => number): number => some.reduce((total, one) => total + of(one), 0);
  const together = { cpu: sum(({ cpu }) => cpu), servers: sum(({ servers }) => servers) };
  const glue = { cpu: whole.cpu - together.cpu, servers: whole.servers - together.servers };
  const line = (title: string, { cpu, servers }: Omit<Cost, 'id' | 'title'>): string[] => [
    ...[title, shown(cpu), shown(servers), shown(cpu + servers)],
    `${((100 * (cpu + servers)) / (whole.cpu + whole.servers)).toFixed(1)} %`,
  ];
  return [
    '',
    ...table([
      [`parts of the whole, per ${unit}, medians`, 'µs CPU', 'µs servers', 'both', 'share'],
      ...some.map((one) => line(one.title, one)),
      line('the parts together', together),
      line('glue: what is left', glue),
      line(`the whole: ${whole.title}`, whole),
    ]),
  ];
}

interface Cost {
  readonly id: string;
  readonly title: string;
  readonly cpu: number;
  readonly servers: number;
}

function figures(contenders: Result['contenders']): string[] {
  return contenders.flatMap(({ title, rounds }) =>
    Object.keys(rounds[0]?.figures ?? {}).map((name) => {
      const median = quantile(
        rounds.map((round) => round.figures[name]!),
        0.5,
      );
      return `    ${title}: ${name} ${shown(median)}`;
    }),
  );
}

function sentence({ goal, summary, verdict, peerSpread }: Judged): string {
  const { median, lowerQuartile, upperQuartile, least, most } = summary;
  const spread = `quartiles ${shown(lowerQuartile)} to ${shown(upperQuartile)}, all ${shown(least)} to ${shown(most)}`;
  const why =
    peerSpread === undefined
      ? ''
      : `: the ${goal.kind === 'sum' ? 'parts’' : 'peer’s'} own CPU spread by ${Math.round(peerSpread * 100)} %; run again`;
  return `    ${verdict.toUpperCase().padEnd(6)} ${wanted(goal)}; measured ${shown(median)} (${spread})${why}`;
}

/** A goal in words. */
export function wanted(goal: Goal): string {
  if (goal.kind === 'times') return `${goal.peer} ≥ ${goal.atLeast}× our ${COST[goal.cost]}`;
  const { atMost, atLeast } = goal;
  const bounds = [
    ...(atMost === undefined ? [] : [`≤ ${atMost.toLocaleString('en')}`]),
    ...(atLeast === undefined ? [] : [`≥ ${atLeast.toLocaleString('en')}`]),
  ];
  if (goal.kind === 'sum') return [goal.parts.join(' + '), ...bounds, `of the whole’s ${COST[goal.cost]}`].join(' ');
  const { figure, unit } = goal;
  return [figure in COST ? COST[figure as keyof typeof COST] : figure, ...bounds, unit].join(' ');
}

/** Three significant digits, no exponent. */
function shown(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `    ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`.trimEnd(),
  );
}
