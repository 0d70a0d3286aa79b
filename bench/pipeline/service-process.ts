/** A service of a contender as a process of its own. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A running service. */
export interface ServiceProcess {
  readonly pid: number;
  readonly url: string;
  /** Ends it politely and waits. */
  stop(): Promise<void>;
}

/** What to run, and how to learn on which port it listens. */
export interface ServiceOrder {
  readonly name: string;
  readonly repository: string;
  /** Relative to the repository. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its own words go. */
  readonly logFile: string;
  /** Finds the port in what it prints. */
  readonly port: RegExp;
  /** Path that answers 200 when it is ready; undefined: ready when it listens. */
  readonly ready?: string;
  /** Folder for a CPU profile, written at its end. */
  readonly profileFolder?: string | undefined;
}

const LIMIT_MS = 120_000;

/** Starts it and waits until it is ready. @throws with the end of its words when it ends or takes too long */
export async function startService(order: ServiceOrder): Promise<ServiceProcess> {
  const { name, repository, script, env, logFile, port, ready, profileFolder } = order;
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}/${name}`];
  const child = spawn(process.execPath, ['--no-warnings', ...profile, script], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  mkdirSync(dirname(logFile), { recursive: true });
  const file = createWriteStream(logFile);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-20_000)));
    stream.pipe(file, { end: false });
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  // A contender that ends must not leave its services behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const url = await within(`${name} is ready`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said.slice(-3000)}`);
    const found = port.exec(said)?.[1];
    if (found === undefined) return undefined;
    const address = `http://127.0.0.1:${found}`;
    if (ready === undefined) return address;
    const answer = await fetch(`${address}${ready}`).catch(() => undefined);
    return answer?.ok ? address : undefined;
  });
  return {
    pid: child.pid ?? 0,
    url,
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Asks again and again (every 50 ms if not said) until there is an answer. @throws naming what was waited for */
export async function within<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { limitMs = LIMIT_MS, everyMs = 50 } = {},
): Promise<T> {
  const until = performance.now() + limitMs;
  while (performance.now() < until) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await wait(everyMs);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
}
