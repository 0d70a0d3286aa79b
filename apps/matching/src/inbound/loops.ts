import { Loop, superviseLoop, type ServiceDeps } from '@beckon/service';
import { fanOut, type FanOutOptions } from './fan-out.js';
import { look } from './look.js';

/** Whoever writes a row pokes; this is for what a process left behind that has ended. */
const IDLE_MS = 1000;

/** The two kinds of work that handlers only ask for. */
export class Loops {
  private readonly fanouts: readonly Loop[];
  private readonly looks: Loop;

  constructor(deps: ServiceDeps, o: FanOutOptions & { readonly fanoutWorkers: number }) {
    const { log } = deps;
    this.fanouts = Array.from({ length: o.fanoutWorkers }, (_, i) =>
      superviseLoop(new Loop({ name: `fan-out ${i + 1}`, idleMs: IDLE_MS, log, tick: () => fanOut(o) }), deps),
    );
    this.looks = superviseLoop(new Loop({ name: 'looks', idleMs: IDLE_MS, log, tick: () => look(o) }), deps);
  }

  pokeFanouts(): void {
    for (const loop of this.fanouts) loop.poke();
  }

  pokeLooks(): void {
    this.looks.poke();
  }
}
