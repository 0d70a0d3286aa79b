/** Carries the plan of faults out, notes when each began and ended, and never lets more than two targets be down. */
import type { FaultLine } from '../checker/fold-lines.js';
import { MOST_DOWN, nameOf, type PlannedFault } from '../faults.js';
import type { FaultyProxy } from '../proxy.js';
import type { InFlight } from '../checker/evidence.js';
import { rest } from './patience.js';
import type { LineFile } from './run-folder.js';
import type { Servers, ServerName } from './servers.js';
import type { Supervised } from './supervised.js';

/** A process that is not ready this long after its start counts as up all the same: it waits for somebody else. */
const UP_AT_THE_LATEST_MS = 15_000;
/** A kill and what it interrupted settle in Postgres within this time. */
const AFTERMATH_MS = 150;

export class FaultDriver {
  /** Targets that are broken now, with what is wrong with them. */
  readonly down = new Map<string, string>();
  done = 0;
  private lastId = 0;
  private readonly under: Promise<void>[] = [];
  /** What went wrong with the breaking itself; the run is void then. */
  failure: Error | undefined;

  constructor(
    private readonly o: {
      readonly servers: Servers;
      readonly messenger: FaultyProxy;
      readonly processes: ReadonlyMap<string, Supervised>;
      readonly timeline: LineFile<FaultLine>;
      /** What delivery had claimed and not settled at an instant (ms). */
      readonly inFlightAt: (at: number) => Promise<InFlight[]>;
    },
  ) {}

  /** Begins each fault at its time, or when its turn has come; settles when all have ended. */
  async run(plan: readonly PlannedFault[], signal: AbortSignal): Promise<void> {
    const begun = performance.now();
    for (const fault of plan) {
      const wait = fault.at - (performance.now() - begun);
      if (wait > 0) await rest(wait, signal);
      while (!signal.aborted && !this.mayBegin(fault)) await rest(50, signal);
      if (signal.aborted || this.failure) break;
      this.under.push(this.strike(fault, signal));
    }
    await Promise.all(this.under);
    if (this.failure) throw this.failure;
  }

  /** Breaks it for as long as `work` takes, or for its time. @throws what `work` throws, once it is mended */
  async while(fault: Omit<PlannedFault, 'at'>, signal: AbortSignal, work?: () => Promise<void>): Promise<void> {
    let thrown: unknown;
    const guarded = work && ((): Promise<void> => work().catch((error: unknown) => void (thrown = error)));
    await this.strike({ ...fault, at: 0 }, signal, guarded);
    if (thrown !== undefined) throw thrown as Error;
    if (this.failure) throw this.failure;
  }

  /** A line about a process that ended without being killed. It is no fault of ours and excuses nothing. */
  noteOwnEnd(key: string, how: string): void {
    const [id, now] = [++this.lastId, Date.now()];
    this.o.timeline.append({ type: 'begin', id, target: key, kind: 'ended_itself', from: now, detail: how });
    this.o.timeline.append({ type: 'end', id, to: now });
  }

  private mayBegin({ target }: PlannedFault): boolean {
    // A server and its proxy are one target: breaking what is broken shows nothing.
    const other = target.startsWith('proxy:') ? target.slice(6) : `proxy:${target}`;
    return this.down.size < MOST_DOWN && !this.down.has(target) && !this.down.has(other);
  }

  private async strike(
    fault: PlannedFault,
    signal: AbortSignal,
    meanwhile: () => Promise<void> = () => rest(fault.forMs, signal),
  ): Promise<void> {
    const { target } = fault;
    const { kind, detail } = nameOf(fault);
    const id = ++this.lastId;
    this.down.set(target, kind);
    if (fault.trouble.kind === 'stop' && fault.trouble.atSocket) await this.o.processes.get(target)?.freezeAtSocket();
    const from = Date.now();
    this.o.timeline.append({ type: 'begin', id, target, kind, from, detail });
    try {
      const touchesFlights = /^(delivery|naive|postgres|proxy:postgres|proxy:messenger)/.test(target);
      const atBegin = touchesFlights ? this.lookAtFlights(id, from, fault) : undefined;
      await this.carryOut(fault, meanwhile);
      this.o.timeline.append({ type: 'end', id, to: Date.now() });
      this.down.delete(target);
      if (touchesFlights) await this.lookAtFlights(id, Date.now(), fault);
      await atBegin;
    } catch (error) {
      this.failure ??= new Error(`${target} could not be broken and mended (${kind})`, { cause: error });
    } finally {
      this.down.delete(target);
      this.done += 1;
    }
  }

  /** A moment later, so that what was killed is dead, and what it had sent to Postgres has arrived. */
  private async lookAtFlights(id: number, at: number, { target }: PlannedFault): Promise<void> {
    await rest(target === 'postgres' ? 1_000 : AFTERMATH_MS);
    const in_flight = await this.o.inFlightAt(at);
    if (in_flight.length > 0) this.o.timeline.append({ type: 'in_flight', id, in_flight });
  }

  private async carryOut({ target, trouble, forMs }: PlannedFault, meanwhile: () => Promise<void>): Promise<void> {
    const { servers, processes, messenger } = this.o;
    const process = processes.get(target);
    if (trouble.kind === 'proxy') {
      const name = target.slice(6) as ServerName | 'messenger';
      const end = (name === 'messenger' ? messenger : servers.proxies[name]).inject(trouble.fault);
      await meanwhile();
      end();
    } else if (trouble.kind === 'stop') {
      const thaw = process ? freeze(process) : servers.freeze(target as ServerName);
      await meanwhile();
      thaw();
    } else if (process) {
      await (trouble.kind === 'leave' ? process.end(forMs) : process.kill(forMs));
      await meanwhile();
      await process.ready(UP_AT_THE_LATEST_MS).catch(() => undefined);
    } else {
      await servers.kill(target as ServerName, trouble.kind === 'kill' && (trouble.emptied ?? false));
      await meanwhile();
      await servers.restart(target as ServerName);
    }
  }
}

function freeze(process: Supervised): () => void {
  process.signal('SIGSTOP');
  return () => process.signal('SIGCONT');
}
