/**
 * The jars that `pom.xml` names, copied into the state folder once. Maven does it, so that a company's mirror settings
 * apply. The folder is named by the pom's hash: a changed pom fetches anew, an interrupted copy is never used.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireMaven } from './requirements.js';
import type { Environment } from './environment.js';

const run = promisify(execFile);
const POM = fileURLToPath(new URL('../pom.xml', import.meta.url));
const fetching = new Map<string, Promise<string>>();

/** Where the jars of this pom are or will be. */
export function jarsFolder(stateDir: string): string {
  return join(stateDir, 'jars', createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 12));
}

/** Are they there? Then neither Maven nor a network is needed. */
export function haveJars(stateDir: string): boolean {
  return existsSync(jarsFolder(stateDir));
}

/**
 * The folder with the jars; fetches them when they are not there (10 s with warm caches).
 * @throws RequirementError without Maven; Error with Maven's own words when it fails
 */
export function ensureJars(stateDir: string, env: Environment, log: (line: string) => void): Promise<string> {
  const folder = jarsFolder(stateDir);
  if (existsSync(folder)) return Promise.resolve(folder);
  const running = fetching.get(folder) ?? fetchJars(folder, env, log).finally(() => fetching.delete(folder));
  fetching.set(folder, running);
  return running;
}

async function fetchJars(folder: string, env: Environment, log: (line: string) => void): Promise<string> {
  const maven = requireMaven(env);
  const half = `${folder}.${process.pid}.new`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  log('fetching Kafka with Maven (once)');
  try {
    await run(maven, ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${half}`], {
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`Maven could not fetch Kafka:\n${`${stdout}${stderr}`.trim() || String(error)}`, { cause: error });
  }
  try {
    renameSync(half, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(half, { recursive: true, force: true }); // another run was faster
  }
  return folder;
}
