/**
 * Gives dead letters to their service once more. Batch by batch: the records are acknowledged first, then the note that
 * they were replayed, so whatever ends the command in between, nothing is lost: at worst a batch is given twice, and what
 * a service knows already changes nothing.
 */
import { allTopics, deadLetters, type ServiceName } from '@beckon/contracts';
import { REPLAY_FOR, REPLAY_OF, REPLAY_TIME, type OutgoingRecord } from '@beckon/kafka';
import type { Cluster, LogRecord } from '../cluster.js';
import { isChosen, mayReplay, REPLAYED, type Choice, type DeadLetter } from '../domain/dead-letter.js';
import { Fault, UsageFault } from '../faults.js';
import type { CommandContext } from './context.js';
import { readDeadLetters, readReplayed, sealerOf, unseal, wasReplayed } from './read-dead-letters.js';

const BATCH = 100;
/** Progress is told after so many. */
const TELL_EVERY = 1000;

export interface ReplayOptions extends Choice {
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
}

/** @throws UsageFault when nobody says which; Fault when one is unknown, refused, or the command was interrupted */
export async function replayDeadLetters(
  { cluster, terminal, config }: CommandContext,
  name: ServiceName,
  ids: readonly string[],
  o: ReplayOptions,
): Promise<void> {
  const { signal } = terminal;
  const filtered = [o.shop, o.source, o.reason, o.since].some((value) => value !== undefined);
  if (ids.length === 0 && !filtered && !o.all)
    throw new UsageFault('Say which: ids (partition:offset), --reason, --shop, --source, --since, or --all.');

  const replayed = await readReplayed(cluster, [name], signal);
  const isMeant = (l: DeadLetter): boolean => (ids.length === 0 || ids.includes(l.id)) && isChosen(l, o);
  const plan = { known: new Set<string>(), due: 0, before: 0, topics: new Set<string>() };
  for await (const letter of readDeadLetters(cluster, [name], signal)) {
    plan.known.add(letter.id);
    if (!isMeant(letter)) continue;
    if (!o.again && wasReplayed(letter, replayed)) plan.before += 1;
    else {
      plan.due += 1;
      plan.topics.add(letter.topic);
    }
  }
  if (signal.aborted) throw new Fault('Interrupted: nothing was replayed.');
  const unknown = ids.filter((id) => !plan.known.has(id));
  if (unknown.length > 0) throw new Fault(unknown.map((id) => `${name} has no dead letter ${id}.`));
  const judge = await judgeOf(cluster, plan.topics, signal);

  let [given, refused] = [0, 0];
  let batch: DeadLetter[] = [];
  const give = async (): Promise<void> => {
    if (batch.length > 0 && !o.dryRun) await sendBack(cluster, name, batch);
    for (const letter of batch) terminal.out(`${letter.id} ${letter.topic}`);
    const before = given;
    given += batch.length;
    batch = [];
    if (Math.floor(given / TELL_EVERY) > Math.floor(before / TELL_EVERY)) terminal.err(`${given} of ${plan.due}`);
  };
  for await (const letter of readDeadLetters(cluster, [name], signal)) {
    // What was put aside meanwhile is not part of this run: a record that fails again would go round for ever.
    if (!plan.known.has(letter.id) || !isMeant(letter)) continue;
    if (!o.again && wasReplayed(letter, replayed)) continue;
    const opened = letter.sealed ? unseal(letter, sealerOf(config)) : letter;
    const verdict = judge(opened);
    if (verdict.replay) batch.push(opened);
    else {
      refused += 1;
      terminal.err(`${letter.id}: not replayed: ${verdict.why}`);
    }
    if (batch.length >= BATCH) await give();
    if (signal.aborted) break;
  }
  if (!signal.aborted) await give();
  if (signal.aborted && given + refused < plan.due)
    throw new Fault(
      `Interrupted: ${given} of ${plan.due} were given to ${name}; the others are as they were.`,
      'Run the same command once more: what was given is left out.',
    );
  if (plan.before > 0) terminal.err(`${plan.before} were replayed before and left out (--again takes them too)`);
  terminal.err(`${given} ${o.dryRun ? 'would be given' : 'given'} to ${name} once more, ${refused} refused`);
  if (refused > 0) throw new Fault(`${refused} of ${plan.due} were not replayed.`);
}

/** Appends records where they came from, then notes that they were. */
async function sendBack(cluster: Cluster, name: ServiceName, letters: readonly DeadLetter[]): Promise<void> {
  await cluster.send(
    letters.map((l): OutgoingRecord => ({
      topic: l.topic,
      key: l.key,
      value: l.value,
      headers: {
        ...l.headers,
        [REPLAY_FOR]: name,
        [REPLAY_OF]: `${name}.dead-letters ${l.id}`,
        [REPLAY_TIME]: String(l.written_at),
      },
    })),
  );
  const ids = letters.map((l) => l.id).join(',');
  await cluster.send([
    { topic: cluster.name(deadLetters(name)), key: null, value: null, headers: { [REPLAYED]: ids } },
  ]);
}

/** Says of each dead letter whether it may go back; the last record of every key of compacted topics is read once. */
async function judgeOf(
  cluster: Cluster,
  topics: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<(letter: DeadLetter) => ReturnType<typeof mayReplay>> {
  const compacted = new Set(allTopics.filter((t) => t.retention.policy === 'compact').map((t) => cluster.name(t)));
  const last = new Map<string, Map<string, LogRecord>>();
  for (const topic of topics) if (compacted.has(topic)) last.set(topic, await cluster.latest(topic, signal));
  return (letter) =>
    mayReplay(letter, compacted.has(letter.topic), last.get(letter.topic)?.get(letter.key?.toString() ?? ''));
}
