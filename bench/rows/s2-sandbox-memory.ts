import { residentBytes } from '../cpu.js';
import type { Row } from '../row.js';
import { SandboxProcess } from '../support/sandbox-process.js';

const PAGES = 100;
const PEOPLE = 10_000;
const STEP = 10_000;
const STOPS = [100_000, 300_000, 1_000_000];
const QUICK_STOPS = [50_000, 150_000, 250_000];

const row: Row = {
  id: 'S2',
  title: 'The sandbox’s memory over a million sends',
  unit: 'send',
  about:
    'Resident memory of the sandbox process (the most that was seen so far, looked at every 10,000 sends) at three ' +
    'points of a run of one million accepted sends, ledger on. Afterwards the whole ledger is read over HTTP and counted.',
  servers: [],
  rounds: 1,
  warmUp: false,
  contenders: [
    {
      id: 'sandbox',
      title: 'sandbox',
      open: async (bed) => {
        const stops = bed.quick ? QUICK_STOPS : STOPS;
        const sandbox = await SandboxProcess.start(bed, { pages: PAGES, people: PEOPLE });
        return {
          drivesOnly: true,
          processes: () => [sandbox.pid],
          round: async () => {
            const megabytes: Record<string, number> = {};
            let [sent, most] = [0, 0];
            for (const stop of stops) {
              for (; sent < stop; sent += STEP) {
                await sandbox.sendTexts(STEP);
                most = Math.max(most, residentBytes(sandbox.pid));
              }
              megabytes[`MB after ${stop.toLocaleString('en')} sends`] = most / 2 ** 20;
            }
            const [, middle, last] = Object.values(megabytes) as [number, number, number];
            return { units: sent, figures: { ...megabytes, growth: (last / middle - 1) * 100 } };
          },
          close: async () => {
            const held = await sandbox.ledgerLength();
            await sandbox.stop();
            if (held !== stops.at(-1)) throw new Error(`the ledger holds ${held} messages of ${stops.at(-1)}`);
          },
        };
      },
    },
  ],
  goals: [{ kind: 'figure', figure: 'growth', unit: '% more from the second point to the third', atMost: 10 }],
};

export default row;
