import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { graphError } from '../domain/graph-error.js';
import { rule39IsBatch } from '../domain/rules-batch.js';
import { rule5AskedVersion, rule5ServedVersion } from '../domain/rules-identity.js';
import { CALL_LOG } from '../tokens.js';
import { LOGGED_BODY } from '../world/call-log.js';
import type { GraphCall } from '../world/call-log.js';
import { ChangeFeed } from '../world/change-feed.js';
import { newTraceId } from '../world/ids.js';
import type { Recent } from '../world/recent.js';
import { SandboxState } from '../world/sandbox-state.js';
import { UsageMeter } from '../world/usage-meter.js';
import type { Reply } from './fault-reply.js';
import { GraphBatch } from './graph-batch.js';
import { GraphCalls } from './graph-calls.js';
import { loggableHeaders, loggableQuery, withoutSecrets } from './loggable.js';
import type { AnsweredSend } from './graph-calls.js';
import { UnreadableBody, bodyParams, readBytes } from './read-params.js';

/** A call on its way through: what is answered and what is noted about it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path that was called, and what stands behind its question mark. */
  readonly pathname: string;
  readonly query: string;
  readonly began: number;
  readonly note: GraphCall;
  /** Strings that must not reach the log. */
  readonly secrets: string[];
  /** The messages in it. */
  readonly sends: AnsweredSend[];
}

/**
 * The Graph API: every path that is not the sandbox's own. It knows nothing of the admin API. Refusals are HTTP 400
 * with the platform's error body. It uses nothing of Express, so that sends can be handed to it directly
 * (`graph-first.ts`): a load test must not find the sandbox in its way.
 */
@Controller()
export class GraphController {
  constructor(
    private readonly state: SandboxState,
    private readonly graph: GraphCalls,
    private readonly batch: GraphBatch,
    private readonly meter: UsageMeter,
    @Inject(CALL_LOG) private readonly calls: Recent<GraphCall>,
    private readonly feed: ChangeFeed,
  ) {}

  /** Reads a call, alone or a batch, and answers it. Never rejects. */
  @All(['/', '*path'])
  async handle(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const exchange = this.open(request, response);
    try {
      await this.exchange(exchange);
    } catch (error) {
      console.error(error);
      if (response.headersSent) return;
      this.reply(exchange, undefined, { ...this.graph.refuse(exchange.note, UNEXPECTED), status: 500 });
    }
  }

  private async exchange(exchange: Exchange): Promise<void> {
    const { request, pathname, query, note, secrets, sends } = exchange;
    let params: Record<string, unknown>;
    try {
      const bytes = await readBytes(request);
      note.request = bytes.toString('utf8', 0, LOGGED_BODY);
      params = bodyParams(bytes, request.headers['content-type']);
      if (query !== '') params = { ...Object.fromEntries(new URLSearchParams(query)), ...params };
    } catch (error) {
      if (!(error instanceof UnreadableBody)) return this.reply(exchange, undefined, 'reset');
      const unreadable = graphError(null, 100, undefined, error.message);
      return this.reply(exchange, undefined, this.graph.refuse(note, unreadable));
    }
    const token = accessToken(request, params);
    if (token) secrets.push(token);
    if (typeof params.appsecret_proof === 'string') secrets.push(params.appsecret_proof);
    const origin = `http://${request.headers.host ?? ''}`;
    const call = { method: note.method, pathname, params, token, origin, sends };
    const isBatch = rule39IsBatch(call.method, pathname, params);
    const reply = isBatch
      ? await this.batch.process(call, note, (text) => withoutSecrets(text, secrets))
      : await this.graph.process(call, note);
    this.reply(exchange, token, reply);
  }

  private reply(exchange: Exchange, token: string | undefined, reply: Reply): void {
    const { response, pathname, note, began, secrets } = exchange;
    const gone = response.destroyed;
    if (reply === 'reset') {
      // resetAndDestroy sends RST, which is what a broken connection looks like to the caller.
      response.socket?.resetAndDestroy();
    } else if (reply !== 'hang') {
      response.writeHead(reply.status, {
        'facebook-api-version': rule5ServedVersion(rule5AskedVersion(pathname)),
        'x-fb-trace-id': newTraceId(),
        'x-fb-rev': '1',
        ...this.meter.headers(this.state.pageByToken(token)),
        ...(note.outcome === 'refused' && { 'www-authenticate': challenge(reply.text) }),
        'content-type': reply.type,
        'content-length': Buffer.byteLength(reply.text),
      });
      // A text leaves in one write together with the head, bytes in two.
      response.end(reply.text);
      note.status = gone ? null : reply.status;
      note.answer = withoutSecrets(reply.text.slice(0, LOGGED_BODY), secrets);
      this.watch(exchange, gone);
    }
    note.ms = Math.round((performance.now() - began) * 10) / 10;
    note.request = withoutSecrets(note.request, secrets);
    this.calls.add(note);
    this.feed.tell({ type: 'calls' });
  }

  /** A caller who breaks the connection before the answer is out cannot know what became of the messages. */
  private watch({ response, note, sends }: Exchange, gone: boolean): void {
    if (sends.length === 0) return;
    const lost = (): void => {
      note.status = null;
      for (const send of sends) this.graph.inDoubt(send, send.note.fault ?? 'caller_left');
    };
    if (gone) return lost();
    response.once('close', () => {
      if (!response.writableFinished) lost();
    });
  }

  private open(request: IncomingMessage, response: ServerResponse): Exchange {
    const { pathname, query } = split(request.url ?? '/');
    const note = this.graph.note(request.method ?? 'GET', pathname, '');
    note.headers = loggableHeaders(request.headers);
    note.query = loggableQuery(query);
    return { request, response, pathname, query, began: performance.now(), note, secrets: [], sends: [] };
  }
}

/** What is answered where the sandbox itself is wrong. */
const UNEXPECTED = graphError(null, 1, undefined, 'An unknown error has occurred.');

function split(url: string): { pathname: string; query: string } {
  // In its absolute form (`POST http://host/path`) the path comes after the host.
  const path = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const at = path.indexOf('?');
  return at < 0 ? { pathname: path, query: '' } : { pathname: path.slice(0, at), query: path.slice(at + 1) };
}

/** The `www-authenticate` header of a refusal, from its body. */
function challenge(text: string): string {
  const { error } = JSON.parse(text) as { error: { message: string } };
  const words = error.message.replace(/[^\x20-\x7e]|"/g, '?').slice(0, 300);
  return `OAuth "Facebook Platform" "invalid_request" "${words}"`;
}

function accessToken(request: IncomingMessage, params: Record<string, unknown>): string | undefined {
  if (typeof params.access_token === 'string') return params.access_token;
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
