import { shops } from '@beckon/contracts';
import { CaughtUp, Emitter } from '@beckon/kafka';
import { answerProblem, CLOCK, isPassing, LOG, problemJson } from '@beckon/service';
import type { Clock, Logger, ProblemFacts } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import { Controller, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { AccessAtOptin } from '../../outbound/access-at-optin.js';
import { takeSnapshot, type SnapshotCount } from './take-snapshot.js';

const NDJSON = 'application/x-ndjson';
const PROGRESS_EVERY_MS = 1000;

/** Bounds of a snapshot on the wire. */
export class SnapshotBounds {
  constructor(
    readonly lineBytes: number,
    readonly idleMs: number,
  ) {}
}

/** A switch in a query. */
const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true');

/**
 * `POST /v1/shops/{shop}/snapshots`: how everything is now, one SKU per line. The answer is NDJSON too and begins while the
 * snapshot is still being sent: lines that could not be read, how far it is, and at the end what came of it.
 */
@Controller('v1/shops/:shop/snapshots')
export class SnapshotsController {
  constructor(
    private readonly access: AccessAtOptin,
    private readonly directory: ShopDirectory,
    private readonly caughtUp: CaughtUp,
    private readonly emitter: Emitter,
    private readonly dataSource: DataSource,
    private readonly bounds: SnapshotBounds,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @Post()
  async take(
    @Param('shop') name: string,
    @Query() query: unknown,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const refused = await this.access.refusal(name, request.headers.authorization);
    if (refused) return refuse(response, refused.status, refused.body, refused.headers);
    const shop = this.directory.get(name);
    if (!shop) return say(response, this.caughtUp.ready([shops]) ? unknownShop : starting);
    const problem = unreadable(request);
    if (problem) return say(response, problem);
    const asked = this.readQuery(query);
    if (!asked.success) return say(response, invalidQuery(asked.error));
    const { at, signals, complete } = asked.data;
    const terms = { id: `snapshot-${randomUUID()}`, at: at ?? this.clock.now(), opens: signals, complete };

    response.writeHead(200, { 'content-type': NDJSON, 'cache-control': 'no-store' });
    const tell = (line: object): void => void response.write(`${JSON.stringify(line)}\n`);
    let toldAt = this.clock.monotonic();
    let last: SnapshotCount | undefined;
    const log = this.log.child({ shop: name, snapshot: terms.id });
    try {
      const count = await takeSnapshot(withinIdle(request, this.bounds.idleMs), {
        ...{ shop, terms, emitter: this.emitter, dataSource: this.dataSource, mostBytesPerLine: this.bounds.lineBytes },
        source: shop.settings.sources[0]?.name ?? 'snapshots',
        now: () => this.clock.now(),
        onFault: (fault) => tell({ type: 'fault', ...fault }),
        onProgress: (c) => {
          last = { ...c };
          if (this.clock.monotonic() - toldAt < PROGRESS_EVERY_MS) return;
          toldAt = this.clock.monotonic();
          tell({ type: 'progress', ...c });
        },
      });
      log.info(count, 'a snapshot was taken');
      const left_out =
        complete && count.faults > 0 ? ['what it does not name: lines that cannot be read may name it'] : [];
      tell({ type: 'done', ...count, ...(left_out.length > 0 ? { left_out } : {}) });
    } catch (err) {
      const cut = request.destroyed || err instanceof SnapshotIdle;
      log[cut || isPassing(err) ? 'warn' : 'error'](
        { err, ...last },
        'a snapshot ended too early; what was taken stays',
      );
      const detail = cut ? 'The snapshot was not sent to its end.' : 'A server behind this service failed.';
      tell({ type: 'failed', detail, fix: 'Send it again: what was taken changes nothing twice.', ...last });
    }
    response.end();
  }

  private readQuery(query: unknown) {
    const now = this.clock.now();
    return z
      .strictObject({
        complete: flag,
        signals: z
          .enum(['open', 'silent'], 'must be open or silent')
          .default('silent')
          .transform((s) => s === 'open'),
        at: z
          .string()
          .transform((text) => (/^\d{12,14}$/.test(text) ? Number(text) : Date.parse(text)))
          .refine((ms) => ms > 0 && ms <= now, 'must be a time that is not in the future: RFC 3339, or milliseconds')
          .optional(),
      })
      .safeParse(query);
  }
}

/** Nothing came for too long. */
class SnapshotIdle extends Error {}

/** The pieces of a body; ends with an error when the next one lets wait too long. Time spent on them does not count. */
async function* withinIdle(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const pieces = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  for (;;) {
    const timer = setTimeout(() => request.destroy(new SnapshotIdle(`nothing came for ${idleMs} ms`)), idleMs);
    const next = await pieces.next().finally(() => clearTimeout(timer));
    if (next.done) return;
    yield next.value;
  }
}

function unreadable({ headers }: IncomingMessage): ProblemFacts | undefined {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (/^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)\s*(;|$)/i.test(type) && encoding === 'identity')
    return undefined;
  return {
    ...{ code: 'unsupported_media_type', status: 415, title: 'The body is not sent as lines of JSON' },
    detail: encoding === 'identity' ? `Its type is ${JSON.stringify(type.slice(0, 100))}.` : 'It is compressed.',
    fix: `Send the header "Content-Type: ${NDJSON}", uncompressed.`,
  };
}

const unknownShop: ProblemFacts = {
  ...{ code: 'unknown_shop', status: 404, title: 'There is no such shop', detail: 'Its settings are not in force.' },
  fix: 'Check the name in the path. The operator puts shops in force with `beckon shops apply`.',
};
const starting: ProblemFacts = {
  ...{ code: 'starting', status: 503, title: 'The service has just started and does not know all shops yet' },
  detail: 'Settings are being read.',
  fix: 'Send the request again.',
};
const invalidQuery = (error: z.ZodError): ProblemFacts => ({
  ...{ code: 'invalid_request', status: 400, title: 'The request does not fit the schema' },
  detail: error.issues.map((i) => `${i.path.join('.') || 'query'}: ${i.message}`).join('; '),
  fix: 'Mend the parameters of the query: docs/snapshots.md.',
  errors: error.issues.map((i) => ({ parameter: String(i.path[0] ?? '?'), detail: i.message })),
});

const say = (response: ServerResponse, facts: ProblemFacts): void => refuse(response, facts.status, problemJson(facts));

/** Nobody reads the body of what is refused: the connection ends with the answer. */
function refuse(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
) {
  answerProblem(response, status, body, { ...headers, connection: 'close' });
}
