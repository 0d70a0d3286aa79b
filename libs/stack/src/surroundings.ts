/** What every server needs to know to start. */
import type { Guard } from './guard.js';
import type { PortPicker } from './ports.js';
import type { Memory } from './state.js';
import type { Environment } from './environment.js';

export interface Surroundings {
  readonly guard: Guard;
  readonly ports: PortPicker;
  readonly memory: Memory;
  /** The state folder: jars are shared by all runs in it. */
  readonly stateDir: string;
  /** Data of this run. */
  readonly dataDir: string;
  readonly logDir: string;
  /** Try 9092, 6379 and 5432 before other ports. */
  readonly usualPorts: boolean;
  /** The data goes when the stack stops: durability of its very creation is not worth waiting for. */
  readonly throwaway: boolean;
  /** Name of the Postgres database to have. */
  readonly database: string;
  /** See StackOptions. */
  readonly kafkaFront: number | undefined;
  /** See StackOptions. */
  readonly kafkaLogin: { readonly username: string; readonly password: string } | undefined;
  /** See StackOptions. */
  readonly postgresSettings: Readonly<Record<string, string>>;
  /** Our own environment, where PATH and JAVA_HOME are looked up. */
  readonly env: Environment;
  /** The environment that servers get. */
  readonly childEnv: Record<string, string>;
  readonly log: (line: string) => void;
}
