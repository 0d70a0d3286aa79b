/**
 * `npm run proof -- poison`: one record in a hundred of a shop's topic cannot be read. Two parts: rounds with and without, in
 * turn, as fast as ingestion can; and records as they come, by which the time from being read to being put aside is seen.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chance } from '../chance.js';
import type { Run } from '../run.js';
import { cpuMs } from '../world/cpu.js';
import { startIngestion, type IngestionBed } from '../world/ingestion-bed.js';
import { rest, until } from '../world/patience.js';
import { quietShop } from '../world/service-bed.js';
import { sourceTopic } from '../world/shops.js';
import { judgePoison, type Evidence, type Put, type Round } from './judge.js';
import { planRecords, type Planned } from './records.js';

const SHOP = 'shop-1';
const SHARE = 0.01;
/** Where rounds are run, and where records come one by one. */
const FAST = 0;
const STEADY = 1;
/** Records of a send. */
const AT_ONCE = 1_000;
const STEADY_PER_SECOND = 300;
const IN_VAIN_MS = 120_000;

export interface PoisonOptions {
  /** Pairs of rounds that are measured, after one that warms up. */
  readonly pairs: number;
  /** Good records of a round. */
  readonly good: number;
  readonly steadySeconds: number;
}

/** Runs it all. @returns the exit code: 0 right, 1 wrong, 2 ended before there was anything to judge */
export async function poison(run: Run, o: PoisonOptions): Promise<number> {
  const { screen, signal, seed } = run;
  screen.say(`seed ${seed}; files: ${run.folder}`);
  const bed = await startIngestion(run, [quietShop(SHOP, 0)]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    screen.say('ended before anything was put in');
    return undefined;
  });
  if (!bed) return 2;
  const trial = new Trial(run, bed);
  try {
    await trial.play(o).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      screen.say('interrupted: what happened so far is judged');
    });
  } finally {
    await bed.stop();
  }
  const evidence = trial.evidence();
  writeFileSync(join(run.folder, 'poison.json'), JSON.stringify(evidence));
  const { lines, kept } = judgePoison(evidence, !signal.aborted);
  for (const line of ['', ...lines, '', kept ? '   kept' : '   NOT KEPT']) screen.print(line);
  return kept ? 0 : 1;
}

class Trial {
  private readonly puts: Put[] = [];
  private readonly bytes = new Map<string, Buffer | null>();
  private readonly rounds: Round[] = [];

  constructor(
    private readonly run: Run,
    private readonly bed: IngestionBed,
  ) {}

  async play({ pairs, good, steadySeconds }: PoisonOptions): Promise<void> {
    const { screen } = this.run;
    const end = screen.follow(
      () =>
        `${this.puts.length} records put in, ${this.bed.offers.records.length} came out, ${this.bed.deadLetters.records.length} dead letters`,
    );
    try {
      await this.steady(steadySeconds);
      screen.say(`${this.puts.length} records one by one, in ${steadySeconds} s`);
      for (let pair = 0; pair <= pairs; pair++) {
        // The order changes from pair to pair, so that what grows with time spoils neither side.
        for (const poisoned of pair % 2 === 0 ? [false, true] : [true, false]) {
          const round = await this.round(`r${pair}${poisoned ? 'p' : 'c'}`, good, poisoned);
          if (pair > 0) this.rounds.push(round);
          const { wallMs, cpuMs: cpu } = round;
          screen.say(
            `${pair === 0 ? 'warm-up' : `round ${pair}`} ${poisoned ? 'with poison' : 'clean'}: ${good} good records in ${(wallMs / 1000).toFixed(2)} s, ${Math.round((1000 * cpu) / good)} µs CPU each`,
          );
        }
      }
    } finally {
      end();
    }
  }

  /** Records as they come. */
  private async steady(seconds: number): Promise<void> {
    const planned = planRecords(SHOP, 'steady', STEADY_PER_SECOND * seconds, SHARE, this.run.seed);
    const chance = new Chance(this.run.seed);
    const begun = performance.now();
    for (let i = 0; i < planned.length;) {
      const n = 1 + chance.below(30);
      await this.put(planned.slice(i, i + n), STEADY);
      i += n;
      await rest((i * 1000) / STEADY_PER_SECOND - (performance.now() - begun), this.run.signal);
      this.run.signal.throwIfAborted();
    }
    await this.allOut();
  }

  private async round(name: string, good: number, poisoned: boolean): Promise<Round> {
    const planned = planRecords(SHOP, name, good, poisoned ? SHARE : 0, this.run.seed + this.puts.length);
    const cpu = this.cpu();
    const from = Date.now();
    for (let i = 0; i < planned.length; i += AT_ONCE) await this.put(planned.slice(i, i + AT_ONCE), FAST);
    await this.allOut();
    const last = Math.max(...this.bed.offers.records.slice(-good).map(({ at }) => at));
    return { poisoned, good, cpuMs: this.cpu() - cpu, wallMs: last - from };
  }

  private cpu(): number {
    return this.bed.ingestion.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : cpuMs(pid)), 0);
  }

  private async put(planned: readonly Planned[], partition: number): Promise<void> {
    const at = Date.now();
    const [answer] = await this.bed.producer.send({
      topic: sourceTopic(SHOP),
      acks: -1,
      messages: planned.map(({ message }) => ({ ...message, partition, timestamp: String(at) })),
    });
    const base = Number(answer?.baseOffset);
    planned.forEach(({ key, message }, i) => {
      const offset = base + i;
      this.puts.push({ partition, offset, at, key });
      if (key === null)
        this.bytes.set(`${partition} ${offset}`, message.value === null ? null : Buffer.from(message.value));
    });
  }

  /** Waits for all that was put in; what does not come is judged later. */
  private async allOut(): Promise<void> {
    const poisons = this.puts.filter(({ key }) => key === null).length;
    const { offers, deadLetters } = this.bed;
    await until(
      'all records to come out',
      () => offers.records.length >= this.puts.length - poisons && deadLetters.records.length >= poisons,
      { forMs: IN_VAIN_MS, everyMs: 50, signal: this.run.signal },
    ).catch((error: unknown) => {
      if (this.run.signal.aborted) throw error;
      this.run.screen.say(String(error));
    });
  }

  evidence(): Evidence {
    const { offers, deadLetters } = this.bed;
    return {
      puts: this.puts,
      rounds: this.rounds,
      steady: [STEADY],
      outs: offers.records.map(({ key, at, header }) => ({ key: key ?? '', id: header('ce_id') ?? '', at })),
      letters: deadLetters.records.map(({ value, at, header }) => {
        const [partition, offset] = [Number(header('dl_partition')), Number(header('dl_offset'))];
        const bytes = this.bytes.get(`${partition} ${offset}`);
        const whole =
          header('dl_topic') === sourceTopic(SHOP) &&
          (bytes === null || value === null ? bytes === value : bytes !== undefined && bytes.equals(value));
        return { partition, offset, at, reason: header('dl_reason') ?? '', whole };
      }),
    };
  }
}
