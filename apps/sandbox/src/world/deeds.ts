import { Injectable } from '@nestjs/common';
import type { Deed } from '../domain/deed.js';
import type {
  NotificationRequest,
  NotificationToken,
  OneTimeRequest,
  Page,
  Person,
  ThreadMessage,
} from '../domain/model.js';
import { rule23Status, rule24ExpiresAt } from '../domain/rules-notification.js';
import { rule13FirstTap } from '../domain/rules-one-time.js';
import { rule6LastActedAt } from '../domain/rules-window.js';
import type { PersonAct } from '../domain/rules-window.js';
import {
  messageEvent,
  notificationOptinEvent,
  oneTimeOptinEvent,
  postbackEvent,
  reactionEvent,
  referralEvent,
} from '../domain/webhook-events.js';
import type { WebhookEvent } from '../domain/webhook-events.js';
import { WebhookSender } from '../outbound/webhook-sender.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { newNotificationToken, newOneTimeToken } from './ids.js';
import { SandboxError } from './sandbox-error.js';
import { SandboxState } from './sandbox-state.js';

/**
 * What follows from what people do: the thread changes, tokens are given, the Page hears of it. On a phone that is
 * offline deeds wait, in order, and happen when it is on again: the platform knows nothing of them before.
 */
@Injectable()
export class Deeds {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly webhooks: WebhookSender,
    private readonly feed: ChangeFeed,
  ) {}

  /** The phone is on again: what its owner did meanwhile happens now, in order. */
  sendWaiting(person: Person): void {
    const { waiting } = person;
    person.waiting = [];
    for (const deed of waiting) this.perform(person, deed);
  }

  /** Hands a deed to the platform; false: the phone is offline, and keeps it. */
  do(person: Person, deed: Deed): boolean {
    if (person.offlineSince === null) return this.perform(person, deed);
    person.waiting = [...person.waiting, deed];
    this.feed.tell({ type: 'thread', psid: person.psid });
    return false;
  }

  /** The topics of a person that would be stopped, or resumed. */
  topicsToChange(psid: string, stopped: boolean, topic: string | undefined): NotificationToken[] {
    return this.state
      .notificationTokensOf(psid)
      .filter((token) => token.stopped !== stopped && (topic === undefined || token.title === topic));
  }

  /** Notes the act (rules 6 and 8) and gives its time. */
  act(person: Person, act: PersonAct): number {
    const now = this.clock.now();
    person.lastActedAt = rule6LastActedAt(act, person.lastActedAt, now, this.pageOf(person).rules.notifyMeOpensWindow);
    return now;
  }

  /** Tells the Page. With `forSender` the app hears of it whoever owns the thread (rule 33). */
  emit(person: Person, event: WebhookEvent, forSender = false): true {
    this.webhooks.enqueue(person.page, person.psid, event, forSender);
    this.feed.tell({ type: 'thread', psid: person.psid });
    return true;
  }

  /** What follows from a deed now. Gives whether the Page is told. */
  private perform(person: Person, deed: Deed): boolean {
    const { psid } = person;
    switch (deed.kind) {
      case 'write':
        if (!person.started) this.begin(person);
        return this.write(person, deed, 'message', { ...(deed.replyTo !== undefined && { replyTo: deed.replyTo }) });
      case 'quick_reply': {
        const below = this.state.threads.of(psid).find(({ mid }) => mid === deed.of);
        if (below) delete below.quickReplies;
        return this.write(person, deed, 'quick_reply', { quickReplyPayload: deed.payload });
      }
      case 'postback':
        return this.postback(person, deed);
      case 'begin':
        return this.postback(person, { ...deed, ref: this.begin(person) });
      case 'notify_me': {
        const request = this.state.requests.get(deed.of);
        return request !== undefined && this.optInOnce(person, request);
      }
      case 'get_updates': {
        const request = this.state.notificationRequests.get(psid)?.find(({ mid }) => mid === deed.of);
        return request !== undefined && this.optIn(person, request);
      }
      case 'topics':
        return this.changeTopics(person, deed.stopped, deed.topic);
      case 'link':
        return this.emit(person, referralEvent(person, this.act(person, 'link_into_thread'), deed.ref));
      case 'react': {
        const message = this.state.threads.of(psid).find(({ mid }) => mid === deed.of);
        if (message && deed.reaction === undefined) delete message.reaction;
        else if (message) message.reaction = deed.reaction!;
        return this.emit(person, reactionEvent(person, this.act(person, 'reaction'), deed.of, deed.reaction));
      }
    }
  }

  private write(
    person: Person,
    { mid, text }: { mid: string; text: string },
    act: 'message' | 'quick_reply',
    more: { quickReplyPayload?: string; replyTo?: string },
  ): boolean {
    const { replyTo } = more;
    const message: ThreadMessage = {
      ...{ mid, from: 'person', at: this.act(person, act), text },
      ...(replyTo !== undefined && { replyTo }),
    };
    this.state.threads.add(person.psid, message);
    return this.emit(person, messageEvent(person, message, more));
  }

  /** `ofMessage`: the button was below a message of the app, which then hears of it in any case (rule 33). */
  private postback(
    person: Person,
    pressed: { mid: string; title: string; payload: string; ref?: string | null; ofMessage?: boolean },
  ): boolean {
    const { mid, title, payload, ref, ofMessage } = pressed;
    const at = this.act(person, 'postback');
    this.state.threads.add(person.psid, { mid, from: 'person', at, text: title });
    return this.emit(person, postbackEvent(person, at, { mid, title, payload, ref: ref ?? undefined }), ofMessage);
  }

  /** The thread exists from now on. Gives the `ref` of the link that brought the person. */
  private begin(person: Person): string | null {
    const ref = person.pendingRef;
    person.started = true;
    this.state.noteReach(person);
    person.pendingRef = null;
    this.feed.tell({ type: 'people' });
    return ref;
  }

  private optInOnce(person: Person, request: OneTimeRequest): boolean {
    if (!rule13FirstTap(request)) return this.tapAgain(person, request);
    const now = this.act(person, 'one_time_tap');
    const { page, psid } = person;
    const token = { token: newOneTimeToken(), page, psid, requestMid: request.mid, grantedAt: now, spentBy: null };
    request.token = token.token;
    this.state.tokens.set(token.token, token);
    this.emit(person, oneTimeOptinEvent(person, now, request.payload, token));
    return true;
  }

  /** Rule 13: a second tap says nothing, or the same again if the switch says so. */
  private tapAgain(person: Person, request: OneTimeRequest): boolean {
    const token = request.token === null ? undefined : this.state.tokens.get(request.token);
    if (!token || !this.pageOf(person).rules.secondTapEmits) return false;
    this.emit(person, oneTimeOptinEvent(person, this.clock.now(), request.payload, token));
    return true;
  }

  private optIn(person: Person, request: NotificationRequest): boolean {
    const now = this.act(person, 'notification_tap');
    const known = this.state.notificationTokensOf(person.psid).find(({ title }) => title === request.title);
    const { page, psid, title, payload, reoptin, timezone } = request;
    const token: NotificationToken = {
      ...{ token: known?.token ?? newNotificationToken(), page, psid, title, payload, reoptin, timezone },
      ...{ requestMid: request.mid, createdAt: known?.createdAt ?? now, optedInAt: now },
      ...{ expiresAt: rule24ExpiresAt(now, this.pageOf(person).rules), renewed: known !== undefined, stopped: false },
      ...{ followUps: 0, lastUsedAt: known?.lastUsedAt ?? null },
    };
    this.state.notificationTokens.set(token.token, token);
    this.emit(person, notificationOptinEvent(person, now, token));
    return true;
  }

  private changeTopics(person: Person, stopped: boolean, topic: string | undefined): boolean {
    const { rules } = this.pageOf(person);
    for (const token of this.topicsToChange(person.psid, stopped, topic)) {
      token.stopped = stopped;
      this.emit(person, notificationOptinEvent(person, this.clock.now(), token, rule23Status(stopped, rules)));
    }
    return true;
  }

  private pageOf(person: Person): Page {
    const page = this.state.pages.get(person.page);
    if (!page) throw new SandboxError('unknown_page', `There is no Page ${person.page}.`);
    return page;
  }
}
