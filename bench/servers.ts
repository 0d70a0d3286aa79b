/** The servers of a run: throwaway ones of its own, or those that the environment names. */
import { STATEMENT_SETTINGS } from './statements.js';
import { jarsFolder, startStack, stateFolder, type ServerName } from '@beckon/stack';

/** Running servers; what is not ours has no process to count the CPU of. */
export interface Servers {
  readonly brokers: readonly string[];
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Process ids of those that run for us. */
  readonly pids: readonly number[];
  /** What each is and where it came from, for the record. */
  readonly origins: Readonly<Record<string, string>>;
  /** Folder of Kafka's jars; undefined when none were fetched. */
  readonly jars: string | undefined;
  stop(): Promise<void>;
}

const NONE: Servers = {
  ...{ brokers: [], redisUrl: '', databaseUrl: '', pids: [], origins: {}, jars: undefined },
  stop: () => Promise.resolve(),
};

/** Starts just those that are named; with `profiled`, Postgres counts its statements. */
export async function startServers(
  names: readonly ServerName[],
  { say, profiled }: { readonly say: (line: string) => void; readonly profiled: boolean },
): Promise<Servers> {
  if (names.length === 0) return NONE;
  const postgresSettings = profiled ? STATEMENT_SETTINGS : {};
  const stack = await startStack({ persistent: false, servers: names, log: say, postgresSettings });
  const running = names.map((name) => stack[name]);
  return {
    brokers: names.includes('kafka') ? stack.kafkaBrokers : [],
    redisUrl: names.includes('redis') ? stack.redisUrl : '',
    databaseUrl: names.includes('postgres') ? stack.databaseUrl : '',
    pids: running.flatMap(({ pid }) => pid ?? []),
    origins: Object.fromEntries(running.map(({ name, origin }) => [name, origin])),
    jars: names.includes('kafka') && !stack.kafka.external ? jarsFolder(stateFolder()) : undefined,
    stop: () => stack.stop(),
  };
}
