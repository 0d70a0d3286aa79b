import { Injectable } from '@nestjs/common';
import { isRefusal, leavesDoubt } from '../domain/faults.js';
import { errorBody, withChosenCode } from '../domain/graph-error.js';
import type { GraphError } from '../domain/graph-error.js';
import type { AmbiguousSend, Page } from '../domain/model.js';
import { peekMetadata } from '../domain/read-send.js';
import {
  rule19UnknownPath,
  rule2LiveToken,
  rule3Proof,
  rule5AskedVersion,
  rule5GraphPath,
  rule5OwnPage,
  rule5Version,
} from '../domain/rules-identity.js';
import type { GraphCall } from '../world/call-log.js';
import { SandboxClock } from '../world/clock.js';
import { nextExchange } from '../world/exchange-order.js';
import { FaultSource } from '../world/fault-source.js';
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
  /** Where this sandbox is for the caller: `http://127.0.0.1:3010`. */
  readonly origin: string;
  /** The messages in this call, or in its batch, are noted here: their fate is in doubt if the answer gets lost. */
  readonly sends: AnsweredSend[];
}

/** A message whose answer is on its way. */
export interface AnsweredSend {
  readonly note: GraphCall;
  readonly params: Record<string, unknown>;
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
    private readonly faults: FaultSource,
  ) {}

  /** A note about a call that has just come. */
  note(method: string, path: string, request: string): GraphCall {
    const unknown = { ms: null, page: null, psid: null, status: null, rule: null, code: null, subcode: null };
    const call = { id: nextExchange(), at: this.clock.now(), method, path, query: '', headers: {}, request };
    return { ...unknown, ...call, outcome: 'refused', mid: null, fault: null, answer: null };
  }

  /** Rules 2, 3, 5 and 36: whether the token may call. Counts the call. */
  admit({ token, params, pathname }: IncomingCall): { page: Page } | { refusal: GraphError } {
    const page = this.state.pageByToken(token);
    const refusal =
      rule2LiveToken(token, page) ??
      (page && (rule3Proof(page, params.appsecret_proof) ?? rule5Version(rule5AskedVersion(pathname), page.rules)));
    if (refusal || !page) return { refusal: refusal ?? rule19UnknownPath('') };
    const exhausted = this.meter.call(page);
    return exhausted ? { refusal: exhausted } : { page };
  }

  /** Rule 5: whether a batch may ask for this version; its calls name none. */
  batchVersion({ token, pathname }: IncomingCall, note: GraphCall): GraphError | undefined {
    const page = this.state.pageByToken(token);
    note.page = page?.id ?? null;
    return page && rule5Version(rule5AskedVersion(pathname), page.rules);
  }

  /** Serves a call. */
  async process(incoming: IncomingCall, note: GraphCall): Promise<Reply> {
    const page = this.state.pageByToken(incoming.token);
    note.page = page?.id ?? null;
    const { method, pathname, params, origin } = incoming;
    const path = rule5GraphPath(pathname);
    const isSend = page && method === 'POST' && path?.edge === 'messages' && !rule5OwnPage(path.object, page);
    const admitted = this.admit(incoming);
    if ('refusal' in admitted) {
      if (isSend) this.graph.refused(page, params, admitted.refusal);
      return this.refuse(note, admitted.refusal);
    }
    const call = { method, pathname, path, params, origin };
    return isSend ? this.messages(page, call, note, incoming.sends) : this.serve(admitted.page, call, note);
  }

  /** The answer to a refused call. */
  refuse(note: GraphCall, refusal: GraphError): Exclude<Reply, string> {
    const page = note.page === null ? undefined : this.state.pages.get(note.page);
    const error = page ? withChosenCode(refusal, page.rules.assumedCodes) : refusal;
    const { rule, code, subcode } = error;
    Object.assign(note, { outcome: 'refused', rule, code, subcode: subcode ?? null });
    return { status: 400, type: GRAPH_JSON, text: JSON.stringify(errorBody(error, newTraceId())) };
  }

  /** Notes that nobody will know from the answer what became of this message. */
  inDoubt({ note, params }: AnsweredSend, fault: AmbiguousSend['fault']): void {
    // Typing dots and the like are no messages: nobody wonders whether they came.
    if (note.page === null || params.message === undefined) return;
    const { page, psid, mid, at } = note;
    const metadata = peekMetadata(params);
    this.state.ambiguous.push({ page, psid, mid, metadata, at, fault, taken: mid !== null });
  }

  /** Sends are what faults strike (rule 48). */
  private async messages(page: Page, call: EdgeCall, note: GraphCall, sends: AnsweredSend[]): Promise<Reply> {
    const psid = this.graph.addressee(call.params);
    note.psid = psid ?? null;
    const send = { note, params: call.params };
    const fault = this.faults.next(page, psid);
    note.fault = fault?.kind ?? null;
    if (fault && fault.kind !== 'delay') {
      const { mid, reply } = faultReply(fault, () => this.graph.send(page, call.params, fault.kind));
      Object.assign(note, { outcome: 'fault', code: fault.code ?? null, subcode: fault.subcode ?? null, mid });
      if (isRefusal(fault.kind)) this.graph.refused(page, call.params, fault);
      if (leavesDoubt(fault.kind)) this.inDoubt(send, fault.kind);
      else sends.push(send);
      return reply;
    }
    sends.push(send);
    if (!fault) return this.serve(page, call, note);
    await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 0).unref());
    // The Page may have lost its token while the call waited.
    const refusal = rule2LiveToken(page.token, this.state.pages.get(page.id));
    return refusal ? this.refuse(note, refusal) : this.serve(page, { ...call, fault: 'delay' }, note);
  }

  private serve(page: Page, call: EdgeCall, note: GraphCall): Reply {
    const outcome = this.edges.answer(page, call);
    if ('refusal' in outcome) return this.refuse(note, outcome.refusal);
    const { psid, mid, body } = outcome;
    Object.assign(note, { psid: psid ?? note.psid, mid: mid ?? null, outcome: 'accepted' });
    return { status: 200, type: GRAPH_JSON, text: JSON.stringify(body) };
  }
}
