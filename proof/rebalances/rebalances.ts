/**
 * `npm run proof -- rebalances`: processes of all services come and go, killed and politely, under load, until their groups
 * have rebalanced often enough. The checker judges what was lost or doubled; here is seen whether any partition stood still.
 */
import { join } from 'node:path';
import { Chance } from '../chance.js';
import { SERVICES } from '../faults.js';
import type { Row, RowVerdict, Stage } from '../row.js';
import { rest } from '../world/patience.js';
import { LineFile } from '../world/run-folder.js';
import { rebalancesIn } from './group-log.js';
import { judgeRebalances, type Death } from './judge.js';
import { Observer } from './observer.js';

/** Groups of Beckon begin with this. */
const GROUPS = 'beckon.';
/** Two services at a time, so that a group never loses both of its members. */
const LANES: readonly (readonly (typeof SERVICES)[number][])[] = [
  ['throttling', 'optin'],
  ['delivery', 'ingestion', 'matching'],
];

export class Rebalances implements Row {
  private observer: Observer | undefined;
  private readonly deaths: Death[] = [];
  private from = 0;
  private changes = 0;

  constructor(private readonly o: { readonly count: number; readonly seed: number; readonly folder: string }) {}

  async watch({ world }: Stage): Promise<() => Promise<void>> {
    const { stack } = world.servers;
    const file = <T>(name: string): LineFile<T> => new LineFile<T>(join(this.o.folder, `${name}.jsonl`));
    const observer = new Observer(stack.kafkaBrokers, stack.databaseUrl, {
      groups: file('groups'),
      positions: file('positions'),
    });
    this.observer = observer;
    this.from = Date.now();
    await observer.start();
    return () => observer.stop();
  }

  async play(stage: Stage): Promise<void> {
    const chance = new Chance(this.o.seed ^ 0x6e0);
    await rest(2_000, stage.signal);
    await Promise.all(LANES.map((services) => this.comeAndGo(services, chance.fork(), stage)));
    await rest(5_000, stage.signal);
  }

  /** Whatever else is broken in this world is not to be seen here. */
  async played(): Promise<void> {
    await this.observer?.stop();
  }

  words(): string {
    return `${this.seen} of ${this.o.count} rebalances seen, ${this.changes} processes came and went`;
  }

  judge(whole: boolean): RowVerdict {
    const { generations = [], samples = [], failure } = this.observer ?? {};
    const seen = rebalancesIn(generations, GROUPS, this.from);
    const { lines, kept } = judgeRebalances(seen, whole ? this.o.count : undefined, samples, this.deaths);
    return {
      lines: [...lines, ...(failure ? [` ✗ the observer failed: ${String(failure)}`] : [])],
      kept: kept && !failure,
    };
  }

  private get seen(): number {
    return [...rebalancesIn(this.observer?.generations ?? [], GROUPS, this.from).values()].reduce((a, b) => a + b, 0);
  }

  private async comeAndGo(services: readonly string[], chance: Chance, { driver, signal }: Stage): Promise<void> {
    for (let turn = 0; this.seen < this.o.count && !signal.aborted; turn++) {
      const service = services[turn % services.length] as string;
      const target = `${service}-${1 + chance.below(2)}`;
      const kind = chance.next() < 0.5 ? 'kill' : 'leave';
      if (kind === 'kill') this.deaths.push({ service, at: Date.now() });
      await driver.while({ target, trouble: { kind }, forMs: Math.round(chance.between(500, 3_000)) }, signal);
      this.changes += 1;
      await rest(chance.between(500, 3_000), signal);
    }
  }
}
