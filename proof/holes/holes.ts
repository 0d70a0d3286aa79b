/**
 * `npm run proof -- holes`: shops' topics are deleted and created again, lose records that nobody had read, and groups lose
 * their offsets. Ingestion must say so before anything behind a hole is taken in; where nothing is missing it must go on.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Run } from '../run.js';
import { startIngestion, type IngestionBed } from '../world/ingestion-bed.js';
import { rest, until } from '../world/patience.js';
import { quietShop } from '../world/service-bed.js';
import { faultsOf, judgeHoles, type Hole, type Out, type Told } from './judge.js';
import { taken, topicOf, TRIALS, type Ground, type Made, type Trial } from './trials.js';

/** A hole is noticed within this time, on a busy machine, too; whoever has not by then is not waited for. */
const NOTICED_MS = 90_000;
/** A fetch of the services waits for records no longer than a quarter of a second. */
const ANSWERED_MS = 1_000;
/** Afterwards, so that what is taken in all the same is seen. */
const AFTERMATH_MS = 6_000;

/** Runs it all. @returns the exit code: 0 right, 1 wrong, 2 ended before there was anything to judge */
export async function holes(run: Run, o: { readonly records: number }): Promise<number> {
  const { screen, signal, seed } = run;
  screen.say(`seed ${seed}; files: ${run.folder}`);
  const shops = TRIALS.map((_, i) => quietShop(`shop-${i + 1}`, i));
  const bed = await startIngestion(run, shops).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    screen.say('ended before anything was put in');
    return undefined;
  });
  if (!bed) return 2;
  const grounds = shops.map(({ shop }): Ground => ({ run, bed, shop, records: o.records }));
  let made: Hole[];
  try {
    made = await playAll(grounds, screen.say.bind(screen));
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.say('interrupted: nothing to judge');
    return 2;
  } finally {
    await bed.stop();
  }
  const [told, outs] = [toldIn(bed), outsOf(bed)];
  writeFileSync(join(run.folder, 'holes.json'), JSON.stringify({ holes: made, told, outs }));
  const { lines, kept } = judgeHoles(made, TRIALS.length, told, outs);
  for (const line of ['', ...lines, '', kept ? '   kept' : '   NOT KEPT']) screen.print(line);
  return kept ? 0 : 1;
}

async function playAll(grounds: readonly Ground[], say: (line: string) => void): Promise<Hole[]> {
  const { bed, run } = grounds[0] as Ground;
  const before = await Promise.all(grounds.map((ground) => taken(ground)));
  say(`${bed.offers.records.length} records put in and taken in`);
  const made: (Made | undefined)[] = [];
  const play = async (readers: Trial['readers']): Promise<void> => {
    await Promise.all(
      TRIALS.map(async (trial, i) => {
        if (trial.readers !== readers) return;
        made[i] = await trial.make(grounds[i] as Ground);
        say(trial.name);
      }),
    );
  };
  const topics = grounds.map(topicOf);
  const holesNow = async (): Promise<Hole[]> => {
    const stopped = await stoppedNow(bed, topics);
    return TRIALS.flatMap(({ name }, i): Hole[] => {
      const [one, sides] = [made[i], before[i]];
      return one && sides
        ? [{ name, topic: topics[i] as string, before: sides, stopped: stopped[i] ?? 0, ...one }]
        : [];
    });
  };
  /** Nobody may stop a reader before it had its time to see for itself. */
  const noticed = (): Promise<unknown> =>
    until(
      'every hole to be noticed',
      async () => {
        const [told, outs] = [toldIn(bed), outsOf(bed)];
        return (await holesNow()).every((hole) => faultsOf(hole, told, outs).length === 0);
      },
      { forMs: NOTICED_MS, everyMs: 500, signal: run.signal },
    ).catch((error: unknown) => {
      if (run.signal.aborted) throw error;
      say(String(error));
    });

  await play('there');
  for (const process of bed.ingestion) process.signal('SIGSTOP');
  // What a reader had asked for already is answered, so that it does not have what is deleted.
  await rest(ANSWERED_MS, run.signal);
  await play('frozen').finally(() => bed.ingestion.forEach((process) => process.signal('SIGCONT')));
  await noticed();
  say('the readers leave');
  const back = await Promise.all(bed.ingestion.map((process) => process.leave()));
  await play('gone').finally(() => Promise.all(back.map((start) => start())));
  say('the readers are back');
  await noticed();
  await rest(AFTERMATH_MS, run.signal);
  run.signal.throwIfAborted();
  return holesNow();
}

/** What came out. */
const outsOf = (bed: IngestionBed): Out[] =>
  bed.offers.records.map(({ key, at, header }) => ({ key: key ?? '', id: header('ce_id') ?? '', at }));

/** What the processes said in their logs. */
function toldIn(bed: IngestionBed): Told[] {
  return bed.ingestion.flatMap(({ plan }) =>
    readFileSync(plan.logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes('partition stopped'))
      .map((line): Told => {
        const { topic, partition, time, fault } = JSON.parse(line) as Omit<Told, 'at'> & { readonly time: string };
        return { topic, partition, at: Date.parse(time), fault };
      }),
  );
}

/** The metric of stopped partitions, over all processes, by topic. */
async function stoppedNow(bed: IngestionBed, topics: readonly string[]): Promise<number[]> {
  const texts = await Promise.all(
    bed.ingestion.map(({ plan }) =>
      fetch(`${plan.url}/metrics`, { signal: AbortSignal.timeout(5_000) }).then(
        (answer) => answer.text(),
        () => '',
      ),
    ),
  );
  return topics.map((topic) =>
    texts.reduce((sum, text) => {
      const line = text
        .split('\n')
        .find((l) => l.startsWith('beckon_kafka_stopped_partitions') && l.includes(`"${topic}"`));
      return sum + Number(line?.split(' ')[1] ?? 0);
    }, 0),
  );
}
