import { Injectable } from '@nestjs/common';
import { takeFault } from '../domain/faults.js';
import { errorBody } from '../domain/graph-error.js';
import type { GraphError } from '../domain/graph-error.js';
import type { Page } from '../domain/model.js';
import {
  rule19UnknownPath,
  rule2LiveToken,
  rule3Proof,
  rule5GraphPath,
  rule5OwnPage,
} from '../domain/rules-identity.js';
import type { GraphCall } from '../world/call-log.js';
import { SandboxClock } from '../world/clock.js';
import { nextExchange } from '../world/exchange-order.js';
import { GraphEdges } from '../world/graph-edges.js';
import type { EdgeCall } from '../world/graph-edges.js';
import { GraphSend } from '../world/graph-send.js';
import { newTraceId } from '../world/ids.js';
import { SandboxState } from '../world/sandbox-state.js';
import { UsageMeter } from '../world/usage-meter.js';
import { faultReply } from './fault-reply.js';
import type { Reply } from './fault-reply.js';

/** One Graph call, alone or in a batch. */
export interface IncomingCall {
  readonly method: string;
  readonly pathname: string;
  readonly params: Record<string, unknown>;
  readonly token: string | undefined;
}

/** The type of every answer that is Graph's own. */
export const GRAPH_JSON = 'application/json; charset=UTF-8';

/** Takes a call through token, limits, faults and edges; what became of it is written into the note. */
@Injectable()
export class GraphCalls {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly graph: GraphSend,
    private readonly edges: GraphEdges,
    private readonly meter: UsageMeter,
  ) {}

  /** A note about a call that has just come. */
  note(method: string, path: string, request: string): GraphCall {
    const unknown = { ms: null, page: null, psid: null, status: null, rule: null, code: null, subcode: null };
    const call = { id: nextExchange(), at: this.clock.now(), method, path, query: '', headers: {}, request };
    return { ...unknown, ...call, outcome: 'refused', mid: null, fault: null, answer: null };
  }

  /** Rules 2, 3 and 36: whether the token may call. Counts the call. */
  admit({ token, params }: IncomingCall): { page: Page } | { refusal: GraphError } {
    const page = this.state.pageByToken(token);
    const refusal = rule2LiveToken(token, page) ?? (page && rule3Proof(page, params.appsecret_proof));
    if (refusal || !page) return { refusal: refusal ?? rule19UnknownPath('') };
    const exhausted = this.meter.call(page);
    return exhausted ? { refusal: exhausted } : { page };
  }

  /** Serves a call. */
  async process(incoming: IncomingCall, note: GraphCall): Promise<Reply> {
    note.page = this.state.pageByToken(incoming.token)?.id ?? null;
    const admitted = this.admit(incoming);
    if ('refusal' in admitted) return this.refuse(note, admitted.refusal);
    const { page } = admitted;
    const { method, pathname, params } = incoming;
    const path = rule5GraphPath(pathname);
    const call = { method, pathname, path, params };
    const isSend = method === 'POST' && path?.edge === 'messages' && !rule5OwnPage(path.object, page);
    return isSend ? this.messages(page, call, note) : this.serve(page, call, note);
  }

  /** The answer to a refused call. */
  refuse(note: GraphCall, error: GraphError): Reply {
    const { rule, code, subcode } = error;
    Object.assign(note, { outcome: 'refused', rule, code, subcode: subcode ?? null });
    return { status: 400, type: GRAPH_JSON, text: JSON.stringify(errorBody(error, newTraceId())) };
  }

  /** Sends are what faults strike (rule 48). */
  private async messages(page: Page, call: EdgeCall, note: GraphCall): Promise<Reply> {
    const psid = this.graph.addressee(call.params);
    note.psid = psid ?? null;
    const { fault, rest } = takeFault(this.state.faults, { page: page.id, psid });
    this.state.faults = rest;
    if (!fault) return this.serve(page, call, note);
    note.fault = fault.kind;
    if (fault.kind !== 'delay') {
      const { mid, reply } = faultReply(fault, () => this.graph.send(page, call.params));
      Object.assign(note, { outcome: 'fault', code: fault.code ?? null, subcode: fault.subcode ?? null, mid });
      return reply;
    }
    await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0).unref());
    // The Page may have lost its token while the call waited.
    const refusal = rule2LiveToken(page.token, this.state.pages.get(page.id));
    return refusal ? this.refuse(note, refusal) : this.serve(page, call, note);
  }

  private serve(page: Page, call: EdgeCall, note: GraphCall): Reply {
    const outcome = this.edges.answer(page, call);
    if ('refusal' in outcome) return this.refuse(note, outcome.refusal);
    const { psid, mid, body } = outcome;
    Object.assign(note, { psid: psid ?? note.psid, mid: mid ?? null, outcome: 'accepted' });
    return { status: 200, type: GRAPH_JSON, text: JSON.stringify(body) };
  }
}
