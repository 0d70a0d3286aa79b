import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import type { Bed, Contender, Row } from '../row.js';
import { SandboxProcess } from '../support/sandbox-process.js';
import { IN_FLIGHT, sendTexts } from '../support/sender.js';
import { startWebhookSink } from '../support/webhook-sink.js';

const BARE = fileURLToPath(new URL('../peers/bare-http.js', import.meta.url));
const PAGES = 100;
const PEOPLE = 10_000;
const SENDS = 20_000;
const QUICK_SENDS = 5_000;

/** Sends per core-second must be at least 4,000: that is at most so many microseconds of CPU for each. */
const MOST_CPU = 1e6 / 4_000;

const row: Row = {
  id: 'S1',
  title: 'The sandbox takes sends',
  unit: 'send',
  about:
    `Accepted sends, ledger on, ${PAGES} Pages, ${PEOPLE.toLocaleString('en')} people, ${IN_FLIGHT} calls under way. ` +
    'The sandbox is a process of its own and only its CPU is counted; the driver is another. "With echoes" also ' +
    'hands each send’s echo to a webhook receiver, signed. The bare server is what Node’s HTTP alone costs here.',
  servers: [],
  contenders: [
    { id: 'sandbox', title: 'sandbox', open: (bed) => openSandbox(bed, false) },
    { id: 'with echoes', title: 'sandbox, with echoes', open: (bed) => openSandbox(bed, true) },
    { id: 'bare', title: 'bare node:http server', open: (bed) => openBare(bed) },
  ],
  goals: [{ kind: 'figure', figure: 'cpu', unit: 'µs for each send (4,000 sends per core-second)', atMost: MOST_CPU }],
};

export default row;

async function openSandbox(bed: Bed, echoes: boolean): Promise<Contender> {
  const sink = echoes ? await startWebhookSink() : undefined;
  const subscribed = sink && { webhookUrl: sink.url, verifyToken: sink.verifyToken };
  const crowd = { pages: PAGES, people: bed.quick ? PEOPLE / 10 : PEOPLE, ...subscribed };
  const sandbox = await SandboxProcess.start(bed, crowd);
  const sends = bed.quick ? QUICK_SENDS : SENDS;
  let sent = 0;
  return {
    drivesOnly: true,
    processes: () => [sandbox.pid],
    round: async () => {
      const before = sink?.received() ?? 0;
      await sandbox.sendTexts(sends);
      sent += sends;
      // Echoes are part of the work: the round ends with the last one.
      while (sink && sink.received() - before < sends) await new Promise((resolve) => setTimeout(resolve, 5));
      return { units: sends };
    },
    close: async () => {
      const held = await sandbox.ledgerLength();
      await sandbox.stop();
      await sink?.close();
      if (held !== sent) throw new Error(`the ledger holds ${held} messages of ${sent} accepted ones`);
    },
  };
}

async function openBare({ quick }: Bed): Promise<Contender> {
  const child = fork(BARE, [], { execArgv: ['--no-warnings'] });
  const port = await new Promise<number>((resolve) => child.once('message', resolve));
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: IN_FLIGHT, pipelining: 1 });
  const sends = quick ? QUICK_SENDS : SENDS;
  return {
    drivesOnly: true,
    processes: () => [child.pid!],
    round: async () => {
      await sendTexts(pool, [{ page: '1', token: 'EAAbench', psid: '1234567890123456' }], sends);
      return { units: sends };
    },
    close: async () => {
      await pool.destroy();
      child.kill();
    },
  };
}
