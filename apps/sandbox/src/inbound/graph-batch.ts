import { Inject, Injectable } from '@nestjs/common';
import { rule39Batch } from '../domain/rules-batch.js';
import type { BatchItem } from '../domain/rules-batch.js';
import { graphError } from '../domain/graph-error.js';
import { CALL_LOG } from '../tokens.js';
import { LOGGED_BODY } from '../world/call-log.js';
import type { GraphCall } from '../world/call-log.js';
import type { Recent } from '../world/recent.js';
import type { Reply } from './fault-reply.js';
import { GRAPH_JSON, GraphCalls } from './graph-calls.js';
import type { IncomingCall } from './graph-calls.js';
import { loggableQuery } from './loggable.js';
import { UnreadableBody, bodyParams } from './read-params.js';

/** One answer inside the answer to a batch; null: the item timed out. */
type ItemAnswer = { code: number; headers?: { name: string; value: string }[]; body: string } | null;

/** Rule 39: several calls in one. Each is a call of its own, in order; the answer is 200 even if all failed. */
@Injectable()
export class GraphBatch {
  constructor(
    private readonly calls: GraphCalls,
    @Inject(CALL_LOG) private readonly log: Recent<GraphCall>,
  ) {}

  /** Serves a batch; `hide` blackens what must not reach the log. */
  async process(outer: IncomingCall, note: GraphCall, hide: (text: string) => string): Promise<Reply> {
    const version = this.calls.batchVersion(outer, note);
    if (version) return this.calls.refuse(note, version);
    const read = rule39Batch(outer.params.batch);
    if ('refusal' in read) return this.calls.refuse(note, read.refusal);
    const answers: ItemAnswer[] = [];
    for (const item of read.items) {
      const { pathname, search } = new URL(item.relativeUrl.replace(/^\/*/, '/'), 'http://sandbox');
      const itemNote = this.calls.note(item.method, pathname, hide(item.body));
      const began = performance.now();
      const reply = await this.one(item, pathname, search, outer, itemNote);
      itemNote.ms = Math.round((performance.now() - began) * 10) / 10;
      itemNote.query = loggableQuery(search.slice(1));
      itemNote.status = typeof reply === 'string' ? null : reply.status;
      itemNote.answer = typeof reply === 'string' ? null : hide(reply.text.slice(0, LOGGED_BODY));
      this.log.add(itemNote);
      answers.push(asItem(reply, outer.params.include_headers !== 'false' && outer.params.include_headers !== false));
    }
    note.outcome = 'accepted';
    return { status: 200, type: GRAPH_JSON, text: JSON.stringify(answers) };
  }

  private async one(
    item: BatchItem,
    pathname: string,
    search: string,
    outer: IncomingCall,
    note: GraphCall,
  ): Promise<Reply> {
    try {
      const inQuery = Object.fromEntries(new URLSearchParams(search));
      const params = { ...inQuery, ...bodyParams(Buffer.from(item.body), 'application/x-www-form-urlencoded') };
      // An item with a token of its own brings its own proof; the others share the outer ones.
      const own = typeof params.access_token === 'string' ? params.access_token : undefined;
      const shared = own === undefined && { appsecret_proof: outer.params.appsecret_proof };
      const { origin, sends } = outer;
      const token = own ?? outer.token;
      const call = { method: item.method, pathname, params: { ...shared, ...params }, token, origin, sends };
      return await this.calls.process(call, note);
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error;
      return this.calls.refuse(note, graphError(null, 100, undefined, error.message));
    }
  }
}

function asItem(reply: Reply, withHeaders: boolean): ItemAnswer {
  if (typeof reply === 'string') return null;
  const headers = [{ name: 'Content-Type', value: reply.type }];
  return { code: reply.status, ...(withHeaders && { headers }), body: reply.text };
}
