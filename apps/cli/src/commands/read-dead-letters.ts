import { deadLetters } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import type { Cluster } from '../cluster.js';
import type { CliConfig } from '../config.js';
import { replayedIds, toDeadLetter, type DeadLetter } from '../domain/dead-letter.js';
import { Fault } from '../faults.js';

/** Ids (`partition:offset`) by service. */
type Ids = ReadonlyMap<string, ReadonlySet<string>>;

/** Every dead letter of these services, one at a time, in the order of each partition; also those that were replayed. */
export async function* readDeadLetters(
  cluster: Cluster,
  services: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<DeadLetter> {
  const byTopic = new Map(services.map((name) => [cluster.name(deadLetters(name)), name]));
  for await (const record of cluster.read([...byTopic.keys()], { from: 'beginning', follow: false, signal }))
    if (!replayedIds(record)) yield toDeadLetter(byTopic.get(record.topic) ?? '', record);
}

/** Which dead letters were given to their service once more, as the notes in the topics say. */
export async function readReplayed(cluster: Cluster, services: readonly string[], signal: AbortSignal): Promise<Ids> {
  const replayed = new Map(services.map((name) => [name, new Set<string>()]));
  const byTopic = new Map(services.map((name) => [cluster.name(deadLetters(name)), name]));
  for await (const record of cluster.read([...byTopic.keys()], { from: 'beginning', follow: false, signal })) {
    const mine = replayed.get(byTopic.get(record.topic) ?? '');
    for (const id of replayedIds(record) ?? []) mine?.add(id);
  }
  return replayed;
}

/** Whether it was replayed before. */
export const wasReplayed = (letter: DeadLetter, replayed: Ids): boolean =>
  replayed.get(letter.service)?.has(letter.id) ?? false;

/** @throws Fault when there are no keys to open sealed dead letters with */
export function sealerOf(config: CliConfig): Sealer {
  if (config.SEAL_KEYS === undefined)
    throw new Fault(
      'These dead letters are sealed.',
      'Set SEAL_KEYS (or SEAL_KEYS_FILE) to the keys that the service has.',
    );
  return Sealer.fromKeys(config.SEAL_KEYS);
}

/** The dead letter with its own bytes. @throws Fault when the key does not fit */
export function unseal(letter: DeadLetter, sealer: Sealer): DeadLetter {
  const open = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : sealer.openBytes(bytes.toString()));
  try {
    return { ...letter, key: open(letter.key), value: open(letter.value), sealed: false };
  } catch (error) {
    throw new Fault(`${letter.id} cannot be opened: ${(error as Error).message}`);
  }
}
