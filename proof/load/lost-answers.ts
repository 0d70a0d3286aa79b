/**
 * The trouble that the sandbox makes with answers, at the rates of R1: of a hundred messages two are taken and never
 * answered, one is taken and its connection reset, one is taken and answered 500; and one in two hundred is not taken at
 * all, in ways that look just the same to the sender.
 */
import type { SandboxClient } from '../world/sandbox-client.js';

/** Share of the messages, by kind of trouble. */
export const RATES = {
  timeout_after_accept: 0.02,
  reset_after_accept: 0.01,
  http_500_after_accept: 0.01,
  timeout_before: 0.002,
  http_500: 0.0015,
  reset: 0.0015,
} as const;

const kinds = Object.entries(RATES).map(([kind, weight]) => ({ kind, weight }));
const TOTAL = kinds.reduce((sum, { weight }) => sum + weight, 0);

/** Begins; the answer ends it. The same seed, the same trouble for the same calls. */
export async function loseAnswers(
  sandbox: SandboxClient,
  pages: readonly string[],
  seed: number,
): Promise<() => Promise<void>> {
  const set = (rate: number) => async (): Promise<void> => {
    for (const page of pages) await sandbox.trouble(page, rate, seed + Number(page), kinds);
  };
  await set(TOTAL)();
  return set(0);
}
