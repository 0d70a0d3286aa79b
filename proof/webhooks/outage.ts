/** Kafka is away while people write: the edge refuses, the platform sends again, and each message is answered once. */
import { messengerEvents } from '@beckon/contracts';
import type { Run } from '../run.js';
import { rest, until } from '../world/patience.js';
import { SandboxClient } from '../world/sandbox-client.js';
import type { ServiceBed } from '../world/service-bed.js';
import type { Outage, Writer } from './judge.js';

const PEOPLE = 20;
const PER_SECOND = 20;
/** Is always answered, by one message. */
const QUESTION = 'help';
/** After the return: the platform's gaps have grown to half a minute, and two of them may be needed. */
const CATCH_UP_MS = 240_000;
/** A second answer to something would be here by then. */
const AFTERMATH_MS = 5_000;

/** Plays it. @param calmMs people write for so long before and after */
export async function playOutage(
  bed: ServiceBed,
  { screen, signal }: Pick<Run, 'screen' | 'signal'>,
  o: { readonly awayMs: number; readonly calmMs: number },
): Promise<Outage> {
  const sandbox = new SandboxClient(bed.sandboxUrl);
  const account = bed.accounts[0]!;
  await until(
    'the Page to be connected',
    () =>
      sandbox.makePage(account, `${bed.optinUrl}/webhooks/messenger`).then(
        () => true,
        () => false,
      ),
    { signal },
  );
  const said = new Map<string, number>();
  for (let i = 0; i < PEOPLE; i++) said.set(await sandbox.makePerson(account.page, `Writer ${i}`), 0);
  const people = [...said.keys()];
  const answers = async (): Promise<Map<string, number>> => {
    const counts = new Map<string, number>();
    for (const { psid, metadata } of await sandbox.ledger())
      if (metadata?.startsWith('beckon:')) counts.set(psid, (counts.get(psid) ?? 0) + 1);
    return counts;
  };
  const answered = async (wanted: (psid: string) => number): Promise<boolean> => {
    const counts = await answers();
    return people.every((psid) => (counts.get(psid) ?? 0) >= wanted(psid));
  };
  // Who comes is greeted: one answer each that nobody asked for.
  for (const psid of people) await sandbox.getStarted(psid);
  await until('everybody to be greeted', () => answered(() => 1), { signal });
  const writing = new AbortController();
  const writers = write(sandbox, people, said, AbortSignal.any([signal, writing.signal]));

  await rest(o.calmMs, signal);
  await bed.servers.kill('kafka', false);
  screen.say('Kafka is gone');
  const from = performance.now();
  await rest(o.awayMs, signal);
  await bed.servers.restart('kafka');
  const back = performance.now();
  screen.say('Kafka is back');
  await rest(o.calmMs, signal);
  writing.abort();
  await writers;

  const caughtUp = await until('everything to be answered', () => answered((psid) => 1 + said.get(psid)!), {
    ...{ forMs: CATCH_UP_MS, everyMs: 500, signal },
  }).then(
    () => performance.now(),
    () => undefined,
  );
  await rest(AFTERMATH_MS, signal);
  const counts = await answers();
  const logged = await loggedOf(bed, new Set(people));
  return {
    awayMs: back - from,
    refused: await refused(bed),
    caughtUpMs: caughtUp === undefined ? undefined : caughtUp - back,
    writers: people.map((psid): Writer => {
      const mids = logged.get(psid) ?? [];
      const once = new Set(mids).size;
      return {
        psid,
        said: said.get(psid) ?? 0,
        logged: once,
        records: mids.length,
        answered: (counts.get(psid) ?? 0) - 1,
      };
    }),
  };
}

/** People write in turn, so many messages a second, until it is enough. */
async function write(
  sandbox: SandboxClient,
  people: readonly string[],
  said: Map<string, number>,
  enough: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  for (let n = 0; !enough.aborted; n++) {
    const psid = people[n % people.length]!;
    await sandbox.say(psid, QUESTION);
    said.set(psid, said.get(psid)! + 1);
    await rest(begun + ((n + 1) * 1000) / PER_SECOND - performance.now(), enough);
  }
}

/** What lies in the log of these people's messages, by their ids. */
async function loggedOf(bed: ServiceBed, people: ReadonlySet<string>): Promise<Map<string, string[]>> {
  const reader = await bed.read(messengerEvents);
  const topic = reader.topic;
  const written = (await bed.admin.fetchTopicOffsets(topic)).reduce(
    (n, { low, high }) => n + Number(high) - Number(low),
    0,
  );
  await until(`${written} records of ${topic}`, () => reader.records.length >= written);
  const mids = new Map<string, string[]>();
  for (const { value } of reader.records) {
    const { psid, event } = JSON.parse(String(value)) as {
      psid: string;
      event: { message?: { mid: string; is_echo?: boolean } };
    };
    if (!people.has(psid) || !event.message || event.message.is_echo) continue;
    mids.set(psid, [...(mids.get(psid) ?? []), event.message.mid]);
  }
  return mids;
}

/** How many webhooks the processes of optin have answered 503 because of Kafka. */
async function refused(bed: ServiceBed): Promise<number> {
  let count = 0;
  for (const { plan } of bed.processes.filter(({ plan: { key } }) => key.startsWith('optin'))) {
    const text = await (await fetch(`${plan.url}/metrics`)).text();
    count += Number(/beckon_optin_webhooks_total\{outcome="kafka_away"\} (\d+)/.exec(text)?.[1] ?? 0);
  }
  return count;
}
