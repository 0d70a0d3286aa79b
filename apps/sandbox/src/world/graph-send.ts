import { Injectable } from '@nestjs/common';
import { mediaOf, templateOf } from '../domain/attachment.js';
import type { SentMessage } from '../domain/attachment.js';
import { decideSend } from '../domain/decide-send.js';
import type { SendFacts } from '../domain/decide-send.js';
import type { FaultKind } from '../domain/faults.js';
import type { GraphError } from '../domain/graph-error.js';
import type { LedgerEntry, NotificationToken, OneTimeToken, Page, Person, SendingRight } from '../domain/model.js';
import { rule4Permission } from '../domain/rules-identity.js';
import { DEFAULT_TOPIC, rule25IsFollowUp } from '../domain/rules-notification.js';
import { peekMedia, peekRecipient, readSend } from '../domain/read-send.js';
import type { SendRecipient } from '../domain/read-send.js';
import { echoEvent } from '../domain/webhook-events.js';
import { WebhookSender } from '../outbound/webhook-sender.js';
import { Attachments } from './attachments.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { newMid } from './ids.js';
import { Receipts } from './receipts.js';
import { SandboxState } from './sandbox-state.js';
import { UsageMeter } from './usage-meter.js';

/** What became of a send: taken (an action has no message id), or refused. */
export type SendOutcome =
  | {
      readonly psid: string;
      readonly mid?: string;
      readonly right: SendingRight;
      /** The id under which the file in it was kept. */
      readonly attachmentId?: string | undefined;
    }
  | { readonly refusal: GraphError };

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
    private readonly receipts: Receipts,
    private readonly attachments: Attachments,
  ) {}

  /** The person whom a call addresses, by id or by token; undefined if it addresses nobody we know of. */
  addressee(params: Record<string, unknown>): string | undefined {
    const recipient = peekRecipient(params);
    return recipient && this.lookUp(recipient).psid;
  }

  /** Handles the parameters of `POST /{page}/messages`; `fault` is what strikes the answer, for the ledger. */
  send(page: Page, params: Record<string, unknown>, fault: FaultKind | null = null): SendOutcome {
    const forbidden = rule4Permission(page, 'pages_messaging');
    const limited = forbidden ?? this.meter.send(page, this.addressee(params), () => peekMedia(params));
    if (limited) return this.refused(page, params, { refusal: limited });
    const read = readSend(params, page);
    if ('refusal' in read) return this.failedCheck(page, params, read);
    const { send } = read;
    const found = this.lookUp(send.recipient);
    const { person } = found;
    const now = this.clock.now();
    const verdict = decideSend(send, this.factsOf(page, found), now);
    if ('refusal' in verdict) return this.refused(page, params, verdict);
    if (!person) throw new Error('a send was allowed to nobody');
    const { right } = verdict;
    if ('action' in send.content) {
      if (send.content.action !== 'mark_seen') person.typing = send.content.action === 'typing_on';
      this.feed.tell({ type: 'thread', psid: person.psid });
      return { psid: person.psid, right };
    }
    const whole = this.attachments.resolve(page, send.content.message);
    if ('refusal' in whole) return this.failedCheck(page, params, whole);
    const mid = this.accept(page, person, whole.message, right, found, fault);
    return { psid: person.psid, right, mid, attachmentId: this.attachments.keep(page, whole.message) };
  }

  /** Rule 26: the platform itself shows the request of a token again, so that the person can renew it. */
  askAgain({ psid, page, title, payload, reoptin, timezone }: NotificationToken): void {
    const [mid, at] = [newMid(), this.clock.now()];
    this.state.addNotificationRequest({ mid, page, psid, title, payload, reoptin, timezone, askedAt: at });
    const template = { template_type: 'notification_messages' as const, title, payload };
    this.state.threads.add(psid, { mid, from: 'page', at, attachment: { type: 'template', payload: template } });
    this.feed.tell({ type: 'thread', psid });
  }

  /**
   * Rule 18: a refused send leaves its token as it was, unless the switch says otherwise. To be called for every refusal
   * but that of {@link send}, which does it by itself.
   */
  refused<T>(page: Page, params: Record<string, unknown>, refusal: T): T {
    if (page.rules.refusedSendsSpendTokens) this.spend(page, params, 'a send that was refused');
    return refusal;
  }

  /** Rule 17: a message that fails its checks leaves its token as it was, unless the switch says otherwise. */
  private failedCheck(page: Page, params: Record<string, unknown>, refused: { refusal: GraphError }): SendOutcome {
    if (page.rules.failedChecksSpendTokens) this.spend(page, params, 'a message that failed its checks');
    return refused;
  }

  private spend(page: Page, params: Record<string, unknown>, by: string): void {
    const recipient = peekRecipient(params);
    const token = recipient && this.lookUp(recipient).token;
    if (token?.page === page.id) this.state.spend(token, by);
  }

  private accept(
    page: Page,
    person: Person,
    message: SentMessage,
    right: SendingRight,
    { token, notification }: Found,
    fault: FaultKind | null,
  ): string {
    const { psid } = person;
    this.meter.accepted(page);
    const mid = newMid();
    const at = this.clock.now();
    const { text, attachment, metadata, quick_replies: quickReplies } = message;
    if (token) this.state.spend(token, mid);
    if (notification) {
      if (rule25IsFollowUp(notification, at)) notification.followUps += 1;
      notification.lastUsedAt = at;
    }
    person.typing = false;
    const payload = templateOf(message);
    if (payload?.template_type === 'one_time_notif_req') {
      const asked = { mid, page: page.id, psid, title: payload.title, payload: payload.payload };
      this.state.addRequest({ ...asked, askedAt: at, token: null });
    }
    if (payload?.template_type === 'notification_messages') {
      this.state.addNotificationRequest({
        ...{ mid, page: page.id, psid, payload: payload.payload, askedAt: at },
        title: payload.title ?? DEFAULT_TOPIC,
        reoptin: payload.notification_messages_reoptin ?? 'DISABLED',
        timezone: payload.notification_messages_timezone ?? person.timezone,
      });
    }
    this.state.threads.add(psid, {
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
      attachment: fileIn(message),
      fault,
    });
    this.webhooks.enqueue(page.id, psid, echoEvent(page, psid, at, mid, message));
    this.receipts.after(person);
    this.feed.tell({ type: 'thread', psid });
    return mid;
  }

  private factsOf(page: Page, { person, token, notification }: Found): SendFacts {
    const psid = person?.psid ?? '';
    const requests = this.state.requestsByPerson.get(psid) ?? [];
    const notificationRequests = this.state.notificationRequests.get(psid) ?? [];
    return { page, person, token, notification, requests, notificationRequests };
  }

  private lookUp(recipient: SendRecipient): Found {
    const { kind } = recipient;
    const token = kind === 'one_time' ? this.state.tokens.get(recipient.token) : undefined;
    const notification = kind === 'notification' ? this.state.notificationTokens.get(recipient.token) : undefined;
    const psid = kind === 'psid' ? recipient.psid : (token ?? notification)?.psid;
    const person = psid === undefined ? undefined : this.state.people.get(psid);
    return { psid, person, token, notification };
  }
}

function fileIn(message: SentMessage): LedgerEntry['attachment'] {
  const media = mediaOf(message);
  return media ? { type: media.type, url: media.payload.url ?? '' } : null;
}

/** Whom and what a call names. */
interface Found {
  readonly psid: string | undefined;
  readonly person: Person | undefined;
  readonly token: OneTimeToken | undefined;
  readonly notification: NotificationToken | undefined;
}
