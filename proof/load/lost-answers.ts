/**
 * The trouble that the sandbox makes with answers, at the rates of R1: of a hundred messages two are taken and never
 * answered, one is taken and its connection reset, one is taken and answered 500; and one in two hundred is not taken at
 * all, in ways that look just the same to the sender.
 */
import { Chance } from '../chance.js';
import { rest } from '../world/patience.js';
import type { SandboxClient } from '../world/sandbox-client.js';

/** Share of the calls, by kind of trouble. */
export const RATES = {
  timeout_after_accept: 0.02,
  reset_after_accept: 0.01,
  http_500_after_accept: 0.01,
  timeout_before: 0.002,
  http_500: 0.0015,
  reset: 0.0015,
} as const;

const TOTAL = Object.values(RATES).reduce((sum, rate) => sum + rate, 0);
const LOOK_MS = 250;

/**
 * Arms trouble for so many of the calls that are made, until aborted.
 * @param accepted how many messages have been accepted so far
 */
export async function loseAnswers(
  sandbox: SandboxClient,
  seed: number,
  accepted: () => number,
  signal: AbortSignal,
): Promise<void> {
  const chance = new Chance(seed ^ 0x105e);
  let before = accepted();
  let due = chance.wait(1 / TOTAL);
  while (!signal.aborted) {
    await rest(LOOK_MS, signal);
    const now = accepted();
    for (due -= now - before; due <= 0 && !signal.aborted; due += chance.wait(1 / TOTAL))
      await sandbox.arm(pick(chance)).catch(() => undefined);
    before = now;
  }
  await sandbox.disarm().catch(() => undefined);
}

function pick(chance: Chance): keyof typeof RATES {
  let left = chance.next() * TOTAL;
  for (const [kind, rate] of Object.entries(RATES) as [keyof typeof RATES, number][])
    if ((left -= rate) < 0) return kind;
  return 'timeout_after_accept';
}
