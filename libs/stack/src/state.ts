/**
 * The state folder: where everything lives that a local run writes.
 *
 *     jars/<hash>/     Kafka and the Redis binary, shared by all runs
 *     data/            the servers' data of `npm start`
 *     throwaway/<id>/  the servers' data of one test run
 *     logs/            one file per process
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Environment, ownEnvironment } from './environment.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** The state folder that applies: `BECKON_STATE` (relative to the working directory), else `.beckon` in the repository. */
export function stateFolder(env: Environment = ownEnvironment()): string {
  return env.BECKON_STATE ? resolve(env.BECKON_STATE) : join(REPOSITORY, '.beckon');
}

/** What a run remembers for the next one with the same data. */
export interface Remembered {
  kafkaPort?: number;
  kafkaControllerPort?: number;
  kafkaClusterId?: string;
  redisPort?: number;
  postgresPort?: number;
  /** Folder of Postgres's data when it could not be inside the state folder (see `postgres-home.ts`). */
  postgresHome?: string;
}

/** The memory of one data folder: read once, written whole at every change. */
export class Memory {
  readonly #file: string;
  readonly values: Readonly<Remembered>;

  constructor(readonly dataDir: string) {
    this.#file = join(dataDir, 'remembered.json');
    mkdirSync(dataDir, { recursive: true });
    this.values = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Remembered) : {};
  }

  remember(values: Remembered): void {
    Object.assign(this.values, values);
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.values, null, 2));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
