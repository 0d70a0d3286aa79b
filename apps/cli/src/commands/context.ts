import { Cluster } from '../cluster.js';
import { readConfig, type CliConfig } from '../config.js';
import type { Terminal } from '../terminal.js';

/** What a command gets: where to write, and Kafka. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly cluster: Cluster;
  readonly config: CliConfig;
}

/**
 * Runs a command with a connection that is closed afterwards, whatever happens.
 * @throws Fault when the settings are wrong or Kafka does not answer
 */
export async function withCluster<T>(terminal: Terminal, work: (context: CommandContext) => Promise<T>): Promise<T> {
  const config = readConfig(terminal.env);
  const cluster = await Cluster.connect(config);
  try {
    return await work({ terminal, cluster, config });
  } finally {
    await cluster.close();
  }
}
