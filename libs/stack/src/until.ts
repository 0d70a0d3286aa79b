/** Waits for a condition, never for a fixed time. */

/**
 * Asks again every `everyMs` (25 by default) until the answer is yes.
 * @throws Error naming `what` after `timeoutMs`; whatever `condition` throws
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, what, everyMs = 25 }: { timeoutMs: number; what: string; everyMs?: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
