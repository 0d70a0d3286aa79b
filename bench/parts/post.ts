/** The POST alone: undici in a bare loop against the sandbox, which is a process of its own and not counted. */
import type { Bed, Contender } from '../row.js';
import { SandboxProcess } from '../support/sandbox-process.js';

const SENDS = 20_000;
const QUICK_SENDS = 5_000;

/** Sends texts to people of so many Pages. */
export async function openPost(bed: Bed, { pages }: { readonly pages: number }): Promise<Contender> {
  const sandbox = await SandboxProcess.start(bed, { pages, people: 1_000 });
  const sends = bed.quick ? QUICK_SENDS : SENDS;
  return {
    round: async () => {
      await sandbox.sendTexts(sends);
      return { units: sends };
    },
    close: () => sandbox.stop(),
  };
}
