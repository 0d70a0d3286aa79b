/** `npm run proof -- webhooks`. */
import type { Command } from 'commander';
import { number } from '../options.js';
import { Runs, type Run } from '../run.js';
import { webhooks, type WebhooksOptions } from './webhooks.js';

const LONG: WebhooksOptions = { mutants: 100_000, awayMs: 30_000, calmMs: 10_000 };
const SHORT: WebhooksOptions = { mutants: 10_000, awayMs: 5_000, calmMs: 3_000 };

/** One run of it. @returns the exit code */
export const webhooksRow = (run: Run, { short }: { readonly short: boolean }): Promise<number> =>
  webhooks(run, short ? SHORT : LONG);

/** Adds the command. */
export function addWebhooksCommand(program: Command): void {
  program
    .command('webhooks')
    .description('webhooks changed on the way are never taken; while Kafka is away true ones wait at the platform')
    .option('--short', `the form for CI: ${SHORT.mutants} mutants, ${SHORT.awayMs / 1000} s`, false)
    .option('--seed <n>', 'the same seed, the same mutants', number(0, 4_294_967_295), 1)
    .option('--keep', "keep the servers' data", false)
    .action(async (o: { short: boolean; seed: number; keep: boolean }) => {
      process.exitCode = await webhooksRow(new Runs().begin('webhooks', o), o);
    })
    .addHelpText(
      'after',
      `
Two processes of optin behind a load balancer, delivery, and the sandbox. Judged:
  mutants  ${LONG.mutants} signed webhooks with bytes of the body or of the signature headers changed: none is answered as taken,
           and nothing of them is in messenger.events; every untouched webhook between them is
  outage   people write while Kafka is gone for ${LONG.awayMs / 1000} s: the edge answers 503, the platform sends again; in the end each
           message is in messenger.events and was answered on the phone exactly once`,
    );
}
