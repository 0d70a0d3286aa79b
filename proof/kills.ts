/**
 * `npm run proof -- kills`: a load whose right answer is known, everything killed, frozen and cut off under it, then quiet,
 * then the checker. The sandbox alone is never touched: it is the witness.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { FaultLine } from './checker/fold-lines.js';
import { planFaults } from './faults.js';
import { judge } from './judge.js';
import { loseAnswers } from './load/lost-answers.js';
import { nightOf } from './load/night.js';
import { planLoad, type LoadSize } from './load/plan.js';
import { Platform } from './load/platform.js';
import { prepare } from './load/prepare.js';
import { waitForQuiet } from './load/quiet.js';
import { runLoad, type LoadParts } from './load/run-load.js';
import { Shoppers } from './load/shoppers.js';
import type { Row } from './row.js';
import type { Screen } from './screen.js';
import { FaultDriver } from './world/fault-driver.js';
import { forPeer, type Peer } from './world/peer.js';
import { LineFile } from './world/run-folder.js';
import type { Supervised } from './world/supervised.js';
import { startWorld, type World } from './world/world.js';

export interface KillsOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly size: LoadSize;
  /** Whether anything is broken at all; without, it shows that the load alone comes out right. */
  readonly faults: boolean;
  /** Plays in place of the faults, and is judged beside the checker; the load lasts `minutes` at the longest. */
  readonly row?: Row;
  /** Runs in the place of our processes. */
  readonly peer?: Peer;
  readonly keep: boolean;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
  /** Aborted when somebody wants it to end. */
  readonly signal: AbortSignal;
}

/** Runs it all. @returns the exit code: 0 right, 1 wrong, 2 ended before there was anything to judge */
export async function kills(o: KillsOptions): Promise<number> {
  const { screen, folder, seed, signal } = o;
  const forMs = Math.round(o.minutes * 60_000);
  // A peer of ours knows taps and STOP only, and one format.
  const plan = planLoad(seed, forMs, o.peer ? { ...o.size, dialogsPerSecond: 0, tellings: ['native'] } : o.size);
  const planned = o.faults && !o.row ? planFaults(seed, forMs) : [];
  const faults = o.peer ? forPeer(planned) : planned;
  writeFileSync(
    join(folder, 'run.json'),
    JSON.stringify({ seed, minutes: o.minutes, size: o.size, node: process.version, peer: o.peer }),
  );
  const what = o.row ? '' : `, ${o.minutes} min, ${faults.length} faults`;
  screen.say(`seed ${seed}${what}; files: ${folder}`);
  let driver: FaultDriver | undefined;
  const world = await startWorld({
    ...{ folder, shops: plan.shops, peer: o.peer, env: o.env, signal, say: (line) => screen.say(line) },
    onOwnEnd: (key, how) => {
      driver?.noteOwnEnd(key, how);
      screen.say(`${key} ended by itself (${how}) and is started again`);
    },
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    screen.say('ended before anything was put in');
    return undefined;
  });
  if (!world) return 2;
  try {
    driver = driverOf(world);
    const still = monitorEventLoopDelay();
    still.enable();
    const judged = await underLoad(o, world, driver, { plan, faults, forMs });
    if (!judged) return 2;
    // All ways to the servers lead through this process: what it did not carry in time is no fault that was planned.
    screen.say(`this process itself stood still for ${(still.max / 1e9).toFixed(1)} s at the longest`);
    await world.witness.finish();
    await world.stop(o.keep);
    if (driver.failure) screen.say(`void: ${driver.failure.message}: ${String(driver.failure.cause)}`);
    const code = judge(folder, (line) => screen.print(line), { interrupted: judged === 'interrupted' });
    const more = o.row?.judge(judged === 'whole');
    for (const line of more?.lines ?? []) screen.print(line);
    return driver.failure ? 2 : more?.kept === false ? 1 : code;
  } finally {
    await world.stop(o.keep);
  }
}

/** Delivery gives up what it does not know after two seconds from now on. */
async function passADay(process: Supervised): Promise<void> {
  if (process.plan.key.startsWith('delivery')) await process.change({ GIVE_UP_UNKNOWN_MS: '2000' });
}

function driverOf({ servers, processes, files, inFlightAt }: World): FaultDriver {
  const timeline: LineFile<FaultLine> = files.faults;
  return new FaultDriver({
    ...{ servers, processes: processes.all, timeline, messenger: processes.messenger },
    inFlightAt,
  });
}

/** The last shop has quiet hours soon after the load begins. */
async function nightFalls({ quieten, files }: World, shop: string): Promise<void> {
  const night = nightOf(shop, Date.now());
  await quieten(night);
  files.inputs.append({ type: 'quiet_hours', ...night, since: Date.now() });
}

/** @returns `whole`, `interrupted` (the load had begun), or undefined: nothing to judge */
async function underLoad(
  o: KillsOptions,
  world: World,
  driver: FaultDriver,
  run: { plan: ReturnType<typeof planLoad>; faults: ReturnType<typeof planFaults>; forMs: number },
): Promise<'whole' | 'interrupted' | undefined> {
  const { screen, signal, seed } = o;
  const { plan, faults, forMs } = run;
  const { witness, files, sandbox, decisions } = world;
  const platform = new Platform(world.tellers(plan.shops), files.inputs, signal);
  const shoppers = new Shoppers(sandbox, world.accounts, files.inputs, world.shopperIds);
  const phase = (name: 'load' | 'quiet' | 'end'): void =>
    files.inputs.append({ type: 'phase', phase: name, at: Date.now() });
  for (const { shop, limits, minGapMs } of plan.shops) {
    const gap = minGapMs > 0 ? [{ scope: 'shopper' as const, limit: 1, period: minGapMs }] : [];
    files.inputs.append({ type: 'shop', shop, limits: [...limits, ...gap] });
  }

  let end = screen.follow(() => `preparing: ${shoppers.tapped} taps, ${witness.ledger.size} messages`);
  const { refOf } = world;
  const say = (line: string): void => screen.say(line);
  const refs = await prepare({ plan, platform, shoppers, witness, refOf, say }, signal)
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
      screen.say('ended before the load began: nothing to judge');
    })
    .finally(() => end());
  if (!refs) return undefined;

  if (!o.row) await nightFalls(world, plan.shops.at(-1)?.shop ?? '');
  const enough = new AbortController();
  const stage = { world, driver, screen, signal: AbortSignal.any([signal, enough.signal]) };
  const watched = await o.row?.watch?.(stage);
  phase('load');
  const begun = performance.now();
  end = screen.follow(() => {
    const left = Math.max(0, Math.round((forMs - (performance.now() - begun)) / 1000));
    if (o.row) return `${o.row.words()}; ${witness.alerts} alerts accepted`;
    const down = [...driver.down].map(([target, kind]) => `${target} ${kind}`).join(', ') || 'nothing';
    return `load: ${left} s left, ${witness.alerts} alerts accepted, ${driver.done} faults done, down: ${down}`;
  });
  const calm = o.faults && !o.row ? await loseAnswers(sandbox, [...world.accounts.keys()], seed) : undefined;
  const breaking = (o.row ? o.row.play(stage) : driver.run(faults, signal)).catch((error: unknown) => {
    if (!stage.signal.aborted) driver.failure ??= new Error('it could not be played', { cause: error });
    screen.say(String(error));
  });
  if (o.row) void breaking.then(() => enough.abort());
  const askShopper: LoadParts['askShopper'] = (psid, { shop, sku, kind }, over) => {
    const [shopper = ''] = world.shopperIds(shoppers.personOf(psid)?.page ?? '', psid);
    return world.ask(shop, { shopper, sku, kind }, over);
  };
  let snapshots = 0;
  const snapshot: LoadParts['snapshot'] = async (shop, over) => {
    await world.snapshot(shop, () => platform.howItIs(shop), over);
    snapshots += 1;
  };
  const parts = { plan, platform, shoppers, witness, refs, askShopper, snapshot, seed, enough: enough.signal };
  await runLoad(parts, signal);
  if (snapshots > 0) say(`${snapshots} snapshots were taken`);
  enough.abort();
  await calm?.();
  await breaking;
  await watched?.();
  end();
  if (signal.aborted) screen.say('interrupted: what happened so far is judged, as far as it can be');
  else phase('quiet');

  await decisions?.start().catch((error: unknown) => screen.say(`decisions cannot be read: ${String(error)}`));
  if (!signal.aborted) {
    let words = '';
    end = screen.follow(() => `quiet: ${witness.alerts} alerts accepted; still expected: ${words}`);
    await waitForQuiet(
      {
        ...{ folder: o.folder, witness, decisions },
        letTheDayPass: async () => {
          screen.say('a day passes: what nobody can know is given up');
          await Promise.all([...world.processes.all.values()].map(passADay));
        },
        show: (e) => {
          words = `${e.owed} alerts, ${e.undecided} decisions (${e.unsettled} of sent ones), ${e.answers} answers`;
        },
      },
      signal,
    );
    end();
    phase('end');
  }
  await decisions?.stop();
  return signal.aborted ? 'interrupted' : 'whole';
}
