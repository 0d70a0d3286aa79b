/**
 * The guard: a small process of its own that starts the servers and services and outlives the program that asked for
 * them just long enough to stop them. The program holds the other end of its message channel; when that closes, for
 * whatever reason (a clean stop, Ctrl-C, SIGKILL), everything is stopped in order, and the run file is removed.
 *
 * It runs in a session of its own, so a terminal's Ctrl-C reaches only the program, which then decides the order.
 * If the guard itself is killed, the run file stays and the next start ends what it names (`leftovers.ts`).
 *
 * Arguments: run file, number of the program's process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { GuardEvent, GuardRequest, RunRecord, SpawnOrder } from './guard-protocol.js';
import { identify, type ProcessIdentity } from './process-identity.js';

const [runFile = '', parentPid = ''] = process.argv.slice(2);

interface Running {
  readonly order: SpawnOrder;
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity | undefined;
  readonly exited: Promise<void>;
}

const running = new Map<string, Running>();
const parent = identify(Number(parentPid)) ?? null;
const self = identify(process.pid) ?? null;
let stopping = false;

function tell(event: GuardEvent): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(event, undefined, {}, () => resolve());
    else resolve();
  });
}

function record(): string {
  const processes = [...running.values()].flatMap(({ order, identity }) =>
    identity ? [{ key: order.key, ...identity }] : [],
  );
  return JSON.stringify({ parent, guard: self, processes } satisfies RunRecord);
}

/** Replaces the run file as a whole: a reader never sees half of it. */
function writeRecord(): void {
  writeFileSync(`${runFile}.${process.pid}`, record());
  renameSync(`${runFile}.${process.pid}`, runFile);
}

function start(order: SpawnOrder): void {
  if (stopping) return;
  const log = openSync(order.logFile, 'a');
  const child = spawn(order.file, [...order.args], {
    cwd: order.cwd,
    env: order.env,
    stdio: ['ignore', log, log],
    ...(order.uid === undefined ? {} : { uid: order.uid, gid: order.gid ?? order.uid }),
  });
  closeSync(log);
  if (child.pid === undefined) {
    child.once('error', (error) => void tell({ type: 'failed', key: order.key, message: error.message }));
    return;
  }
  child.on('error', () => undefined); // a signal that could not be delivered; 'exit' tells what matters
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(order.key);
      if (!stopping) writeRecord();
      void tell({ type: 'exited', key: order.key, code, signal }).then(resolve);
    });
  });
  running.set(order.key, { order, child, identity: identify(child.pid), exited });
  writeRecord();
  void tell({ type: 'spawned', key: order.key, pid: child.pid });
}

async function stopOne({ order, child, exited }: Running): Promise<void> {
  child.kill('SIGCONT'); // a process that a test froze cannot handle the polite signal
  child.kill(order.stopSignal);
  const last = setTimeout(() => child.kill('SIGKILL'), order.graceMs);
  await exited;
  clearTimeout(last);
}

async function stopAll(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const tier of [...new Set([...running.values()].map(({ order }) => order.tier))].sort((a, b) => b - a)) {
    await Promise.all([...running.values()].filter(({ order }) => order.tier === tier).map(stopOne));
  }
  rmSync(runFile, { force: true });
  process.exit(0);
}

process.on('disconnect', () => void stopAll());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stopAll());
process.on('message', (request: GuardRequest) => {
  if (request.type === 'stop') {
    void stopAll();
  } else if (request.type === 'signal') {
    running.get(request.key)?.child.kill(request.signal);
  } else {
    try {
      start(request.order);
    } catch (error) {
      void tell({ type: 'failed', key: request.order.key, message: String(error) });
    }
  }
});

try {
  writeFileSync(runFile, record(), { flag: 'wx' });
  void tell({ type: 'ready' });
} catch (error) {
  void tell({ type: 'refused', message: String(error) }).then(() => process.exit(1));
}
