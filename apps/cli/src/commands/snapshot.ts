import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { Option, type Command } from 'commander';
import { readConfig } from '../config.js';
import { Fault } from '../faults.js';
import type { Terminal } from '../terminal.js';

interface SnapshotOptions {
  readonly shop: string;
  readonly complete?: boolean;
  readonly signals: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** A line of the answer (docs/snapshots.md). */
interface Told {
  readonly type: 'fault' | 'progress' | 'done' | 'failed';
  readonly [name: string]: unknown;
}

export function snapshotCommand(program: Command, terminal: Terminal): void {
  program
    .command('snapshot')
    .argument('<file>', 'one JSON object per line: sku, product, units, price, … (docs/events.md)')
    .requiredOption('--shop <shop>', 'whose stock and prices')
    .option('--complete', 'what the file does not name is gone')
    .addOption(
      new Option('--signals <how>', 'whether it may open signals').choices(['silent', 'open']).default('silent'),
    )
    .option('--at <time>', 'when it was taken, RFC 3339 or milliseconds; default now')
    .option('--json', 'the answer as it comes, one JSON object per line')
    .description('tell ingestion how everything is now, and correct what has drifted')
    .addHelpText(
      'after',
      [
        '',
        'Silent unless told otherwise: nobody is alerted. Lines that cannot be read are told with their number and what to',
        'do; the others go on. Sent twice it changes nothing twice, so after Ctrl-C run it again.',
        '',
        'Examples:',
        '  $ beckon snapshot stock.ndjson --shop aurora',
        '  $ beckon snapshot catalogue.ndjson --shop aurora --complete --at 2026-11-23T04:00:00Z',
      ].join('\n'),
    )
    .action((file: string, o: SnapshotOptions) => snapshot(terminal, file, o));
}

async function snapshot(terminal: Terminal, file: string, o: SnapshotOptions): Promise<void> {
  const { INGESTION_URL: url, ADMIN_TOKEN: token } = readConfig(terminal.env);
  if (url === undefined || token === undefined)
    throw new Fault(
      'Where ingestion’s HTTP API is, and the operator’s token, are not known.',
      'Start everything with `npm start`, or set INGESTION_URL=http://host:port and ADMIN_TOKEN.',
    );
  await (await open(file)).close();
  const path = `${url.replace(/\/+$/, '')}/v1/shops/${encodeURIComponent(o.shop)}/snapshots`;
  const query = new URLSearchParams({ signals: o.signals, complete: String(o.complete ?? false) });
  if (o.at !== undefined) query.set('at', o.at);
  const answer = await fetch(`${path}?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
    signal: terminal.signal,
  } as RequestInit).catch((cause: unknown) => {
    if (terminal.signal.aborted) throw interrupted();
    throw new Fault(`Ingestion does not answer at ${url}.`, 'Is it running? INGESTION_URL says where it is.', {
      cause,
    });
  });
  if (!answer.ok) {
    const { detail, fix } = (await answer.json().catch(() => ({}))) as { detail?: string; fix?: string };
    throw new Fault(detail ?? `Ingestion answered ${answer.status}.`, fix);
  }
  const end = await follow(answer, terminal, o.json ?? false);
  if (end?.type !== 'done')
    throw new Fault(String(end?.['detail'] ?? 'The answer broke off.'), 'Send it again: nothing is changed twice.');
  const n = (name: string): string => String(end[name]);
  if (!o.json)
    terminal.out(
      `${n('lines')} lines: ${n('corrected')} corrected, ${n('unchanged')} as they were, ${n('newer_known')} newer already, ${n('gone')} gone; ${n('opened')} signals opened, ${n('closed')} closed`,
    );
  if (end['left_out'] !== undefined) terminal.err(`Left out: ${String(end['left_out'])}`);
  if (Number(end['faults']) > 0) throw new Fault(`${n('faults')} lines could not be read.`);
}

/** Tells what the answer says; answers its last line. */
async function follow(answer: Response, terminal: Terminal, json: boolean): Promise<Told | undefined> {
  if (!answer.body) return undefined;
  let last: Told | undefined;
  try {
    for await (const line of createInterface({ input: Readable.fromWeb(answer.body as never) })) {
      last = JSON.parse(line) as Told;
      if (json) terminal.out(line);
      else if (last.type === 'fault')
        terminal.err(
          `line ${String(last['line'])}, ${String(last['field'])}: ${String(last['detail'])}. ${String(last['fix'])}`,
        );
      else if (last.type === 'progress') terminal.err(`${String(last['lines'])} lines`);
    }
  } catch (cause) {
    if (terminal.signal.aborted) throw interrupted();
    throw new Fault('The answer broke off.', 'Send it again: nothing is changed twice.', { cause: cause as Error });
  }
  return last;
}

const interrupted = (): Fault =>
  new Fault('Interrupted: what was taken stays.', 'Send it again: nothing is changed twice.');
