import { Injectable } from '@nestjs/common';
import type { OutgoingMessage } from '@beckon/messenger';
import { decideSend } from '../domain/decide-send.js';
import type { GraphError } from '../domain/graph-error.js';
import type { OneTimeRequest, OneTimeToken, Page, Person, SendingRight } from '../domain/model.js';
import { rule4Permission } from '../domain/rules-identity.js';
import { peekRecipient, readSend } from '../domain/read-send.js';
import type { SendRecipient } from '../domain/read-send.js';
import { echoEvent } from '../domain/webhook-events.js';
import { WebhookSender } from '../outbound/webhook-sender.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { newMid } from './ids.js';
import { SandboxState } from './sandbox-state.js';
import { UsageMeter } from './usage-meter.js';

/** What became of a send: taken (an action has no message id), or refused. */
export type SendOutcome =
  { readonly psid: string; readonly mid?: string; readonly right: SendingRight } | { readonly refusal: GraphError };

/**
 * Decides a send and does what follows from it, in one synchronous step: that is what makes ten parallel sends with one
 * token one delivery (rule 15), and what keeps refusals from using a token up (rules 17 and 18).
 */
@Injectable()
export class GraphSend {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly webhooks: WebhookSender,
    private readonly feed: ChangeFeed,
    private readonly meter: UsageMeter,
  ) {}

  /** The person whom a call addresses, by id or by token; undefined if it addresses nobody we know of. */
  addressee(params: Record<string, unknown>): string | undefined {
    const recipient = peekRecipient(params);
    return recipient && this.lookUp(recipient).psid;
  }

  /** Handles the parameters of `POST /{page}/messages`. */
  send(page: Page, params: Record<string, unknown>): SendOutcome {
    const forbidden = rule4Permission(page, 'pages_messaging');
    const limited = forbidden ?? this.meter.send(page, this.addressee(params));
    if (limited) return { refusal: limited };
    const read = readSend(params, page);
    if ('refusal' in read) return read;
    const { send } = read;
    const { person, token } = this.lookUp(send.recipient);
    const verdict = decideSend(send, { page, person, token, requests: this.requestsOf(person) }, this.clock.now());
    if ('refusal' in verdict) return verdict;
    if (!person) throw new Error('a send was allowed to nobody');
    const { right } = verdict;
    if ('action' in send.content) {
      if (send.content.action !== 'mark_seen') person.typing = send.content.action === 'typing_on';
      this.feed.tell({ type: 'thread', psid: person.psid });
      return { psid: person.psid, right };
    }
    return { psid: person.psid, right, mid: this.accept(page, person, send.content.message, right, token) };
  }

  private accept(
    page: Page,
    person: Person,
    message: OutgoingMessage,
    right: SendingRight,
    token?: OneTimeToken,
  ): string {
    const { psid } = person;
    this.meter.accepted(page);
    const mid = newMid();
    const at = this.clock.now();
    const { text, attachment, metadata, quick_replies: quickReplies } = message;
    if (token) token.spentBy = mid;
    person.typing = false;
    const payload = attachment?.payload;
    if (payload?.template_type === 'one_time_notif_req') {
      const asked = { mid, page: page.id, psid, title: payload.title, payload: payload.payload };
      this.state.addRequest({ ...asked, askedAt: at, token: null });
    }
    this.state.thread(psid).push({
      mid,
      from: 'page',
      at,
      right,
      ...(text !== undefined && { text }),
      ...(attachment !== undefined && { attachment }),
      ...(quickReplies !== undefined && { quickReplies }),
      ...(metadata !== undefined && { metadata }),
    });
    this.state.ledger.push({
      page: page.id,
      psid,
      mid,
      acceptedAt: at,
      right,
      metadata: metadata ?? null,
      text: text ?? null,
      template: payload ?? null,
    });
    this.webhooks.enqueue(page.id, psid, echoEvent(page, psid, at, mid, message));
    this.feed.tell({ type: 'thread', psid });
    return mid;
  }

  private requestsOf(person: Person | undefined): OneTimeRequest[] {
    return person ? (this.state.requestsByPerson.get(person.psid) ?? []) : [];
  }

  private lookUp(recipient: SendRecipient): { psid: string | undefined; person?: Person; token?: OneTimeToken } {
    const token = recipient.kind === 'one_time' ? this.state.tokens.get(recipient.token) : undefined;
    const psid = recipient.kind === 'psid' ? recipient.psid : token?.psid;
    const person = psid === undefined ? undefined : this.state.people.get(psid);
    return { psid, ...(person && { person }), ...(token && { token }) };
  }
}
