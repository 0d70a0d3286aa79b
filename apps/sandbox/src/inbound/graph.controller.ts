import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { takeFault } from '../domain/faults.js';
import type { Fault } from '../domain/faults.js';
import { errorBody, graphError } from '../domain/graph-error.js';
import type { GraphError } from '../domain/graph-error.js';
import type { Page } from '../domain/model.js';
import {
  rule19UnknownPath,
  rule2LiveToken,
  rule3Proof,
  rule5GraphPath,
  rule5OwnPage,
  rule5ServedVersion,
} from '../domain/rules-identity.js';
import { CALL_LOG } from '../tokens.js';
import type { GraphCall } from '../world/call-log.js';
import { ChangeFeed } from '../world/change-feed.js';
import { SandboxClock } from '../world/clock.js';
import { GraphEdges } from '../world/graph-edges.js';
import type { EdgeCall } from '../world/graph-edges.js';
import { GraphSend } from '../world/graph-send.js';
import { newTraceId } from '../world/ids.js';
import type { Recent } from '../world/recent.js';
import { SandboxState } from '../world/sandbox-state.js';
import { strike } from './strike.js';
import { UnreadableBody, bodyParams, readBytes } from './read-params.js';

const LOGGED_BODY = 8000;

/** A call on its way through: what is answered and what is noted about it. */
interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly began: number;
  readonly note: GraphCall;
  /** Strings that must not reach the log. */
  readonly secrets: string[];
}

/**
 * The Graph API: every path that is not the sandbox's own. It knows nothing of the admin API. Refusals are HTTP 400
 * with the platform's error body.
 */
@Controller()
export class GraphController {
  constructor(
    private readonly state: SandboxState,
    private readonly graph: GraphSend,
    private readonly edges: GraphEdges,
    private readonly clock: SandboxClock,
    @Inject(CALL_LOG) private readonly calls: Recent<GraphCall>,
    private readonly feed: ChangeFeed,
  ) {}

  /** Reads, finds the Page by its token (rules 2 and 3), and serves what the Page has. */
  @All(['/', '*path'])
  async handle(@Req() request: Request, @Res() response: Response): Promise<void> {
    const exchange = this.open(request, response);
    let bytes: Buffer;
    let params: Record<string, unknown>;
    try {
      bytes = await readBytes(request);
      exchange.note.request = bytes.toString('utf8', 0, LOGGED_BODY);
      params = { ...queryParams(request), ...bodyParams(bytes, request.headers['content-type']) };
    } catch (error) {
      if (!(error instanceof UnreadableBody)) return this.broken(exchange);
      return this.refuse(exchange, graphError(null, 100, undefined, error.message));
    }
    const token = accessToken(request, params);
    if (token) exchange.secrets.push(token);
    if (typeof params.appsecret_proof === 'string') exchange.secrets.push(params.appsecret_proof);
    const page = this.state.pageByToken(token);
    exchange.note.page = page?.id ?? null;
    const refusal = rule2LiveToken(token, page) ?? (page && rule3Proof(page, params.appsecret_proof));
    if (refusal || !page) return this.refuse(exchange, refusal ?? rule19UnknownPath(request.path));
    const call = { method: request.method, pathname: request.path, path: rule5GraphPath(request.path), params };
    const isSend = call.method === 'POST' && call.path?.edge === 'messages' && !rule5OwnPage(call.path.object, page);
    await (isSend ? this.messages(exchange, page, call) : this.serve(exchange, page, call));
  }

  /** Sends are what faults strike (rule 48). */
  private async messages(exchange: Exchange, page: Page, call: EdgeCall): Promise<void> {
    const psid = this.graph.addressee(call.params);
    exchange.note.psid = psid ?? null;
    const { fault, rest } = takeFault(this.state.faults, { page: page.id, psid });
    this.state.faults = rest;
    if (!fault) return this.serve(exchange, page, call);
    exchange.note.fault = fault.kind;
    if (fault.kind !== 'delay') return this.strike(exchange, fault, page, call.params);
    await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0).unref());
    // The Page may have lost its token while the call waited.
    const refusal = rule2LiveToken(page.token, this.state.pages.get(page.id));
    return refusal ? this.refuse(exchange, refusal) : this.serve(exchange, page, call);
  }

  private serve(exchange: Exchange, page: Page, call: EdgeCall): void {
    const outcome = this.edges.answer(page, call);
    if ('refusal' in outcome) return this.refuse(exchange, outcome.refusal);
    const { psid, mid, body } = outcome;
    Object.assign(exchange.note, { psid: psid ?? exchange.note.psid, mid: mid ?? null, outcome: 'accepted' });
    this.answer(exchange, 200, body);
  }

  private strike(exchange: Exchange, fault: Fault, page: Page, params: Record<string, unknown>): void {
    const { mid, status } = strike(fault, exchange.response, () => this.graph.send(page, params));
    Object.assign(exchange.note, {
      outcome: 'fault',
      code: fault.code ?? null,
      subcode: fault.subcode ?? null,
      mid,
      status,
    });
    this.close(exchange);
  }

  private refuse(exchange: Exchange, error: GraphError): void {
    const { rule, code, subcode, message } = error;
    Object.assign(exchange.note, { outcome: 'refused', rule, code, subcode: subcode ?? null });
    const words = message.replace(/[^\x20-\x7e]|"/g, '?').slice(0, 300);
    exchange.response.setHeader(
      'www-authenticate',
      `OAuth "Facebook Platform" "invalid_request" "(#${code}) ${words}"`,
    );
    this.answer(exchange, 400, errorBody(error, newTraceId()));
  }

  private answer(exchange: Exchange, status: number, body: object): void {
    exchange.note.status = status;
    exchange.response.status(status).type('application/json; charset=UTF-8').send(JSON.stringify(body));
    this.close(exchange);
  }

  private broken(exchange: Exchange): void {
    exchange.response.destroy();
    this.close(exchange);
  }

  private open(request: Request, response: Response): Exchange {
    response.setHeader('facebook-api-version', rule5ServedVersion(rule5GraphPath(request.path)?.version));
    response.setHeader('x-fb-trace-id', newTraceId());
    response.setHeader('x-fb-rev', '1');
    const note: GraphCall = {
      at: this.clock.now(),
      ms: null,
      method: request.method,
      path: request.path,
      page: null,
      psid: null,
      status: null,
      outcome: 'refused',
      rule: null,
      code: null,
      subcode: null,
      mid: null,
      fault: null,
      request: '',
    };
    return { request, response, began: performance.now(), note, secrets: [] };
  }

  private close({ note, began, secrets }: Exchange): void {
    note.ms = Math.round((performance.now() - began) * 10) / 10;
    for (const secret of secrets) {
      for (const form of [secret, encodeURIComponent(secret)]) note.request = note.request.replaceAll(form, '***');
    }
    this.calls.add(note);
    this.feed.tell({ type: 'calls' });
  }
}

function queryParams(request: Request): Record<string, unknown> {
  return Object.fromEntries(new URL(request.originalUrl, 'http://sandbox').searchParams);
}

function accessToken(request: Request, params: Record<string, unknown>): string | undefined {
  if (typeof params.access_token === 'string') return params.access_token;
  return /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
