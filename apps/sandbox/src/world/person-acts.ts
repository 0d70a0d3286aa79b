import { Injectable } from '@nestjs/common';
import type { Button } from '@beckon/messenger';
import { templateOf } from '../domain/attachment.js';
import { rule47Link } from '../domain/m-me-link.js';
import { iceBreakersFor, menuFor } from '../domain/messenger-profile.js';
import type { NotificationToken, OneTimeRequest, Page, Person, ThreadMessage } from '../domain/model.js';
import { DEFAULT_TOPIC, rule23Status, rule24ExpiresAt } from '../domain/rules-notification.js';
import { rule13FirstTap } from '../domain/rules-one-time.js';
import { rule6LastActedAt } from '../domain/rules-window.js';
import type { PersonAct } from '../domain/rules-window.js';
import {
  INBOX_APP_ID,
  deliveryEvent,
  echoEvent,
  handoverEvent,
  messageEvent,
  notificationOptinEvent,
  oneTimeOptinEvent,
  postbackEvent,
  reactionEvent,
  readEvent,
  referralEvent,
} from '../domain/webhook-events.js';
import type { WebhookEvent } from '../domain/webhook-events.js';
import { WebhookSender } from '../outbound/webhook-sender.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { newMid, newNotificationToken, newOneTimeToken } from './ids.js';
import { SandboxError } from './sandbox-error.js';
import { SandboxState } from './sandbox-state.js';

/** What a button press chooses by; the first that fits in the youngest message wins, or in `mid` if given. */
export interface PressChoice {
  mid?: string | undefined;
  index?: number | undefined;
  title?: string | undefined;
  payload?: string | undefined;
}

/** What chooses an entry of the menu or a question; the first that fits wins. */
export type ListChoice = Omit<PressChoice, 'mid'>;

/** Something on the phone that waits for a tap. */
export type Pending =
  | { kind: 'notify_me'; title: string }
  | { kind: 'get_updates'; title: string }
  | { kind: 'button'; index: number; title: string; type: Button['type']; payload?: string; url?: string }
  | { kind: 'quick_reply'; index: number; title: string; payload: string };

/** A topic that somebody opted in to. */
export interface TopicState {
  title: string;
  stopped: boolean;
}

type Pressable = Exclude<Pending, { kind: 'notify_me' | 'get_updates' }>;

/** What the people in the sandbox can do. Each act changes the thread and lets the Page know as the platform would. */
@Injectable()
export class PersonActs {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly webhooks: WebhookSender,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * The person writes. A new person cannot if the Page has a Get Started button: the composer is behind it. Without one
   * the first message begins the thread.
   */
  say(psid: string, text: string, replyTo?: string): { mid: string } {
    const newcomer = this.person(psid);
    if (!newcomer.started && this.pageOf(newcomer).profile.get_started === undefined) this.begin(newcomer);
    const person = this.startedPerson(psid);
    return this.write(person, text, 'message', replyTo === undefined ? {} : { replyTo });
  }

  /** A new person taps Get Started; the `ref` of the link that brought them goes along (rule 47). */
  tapGetStarted(psid: string): { mid: string; ref: string | null } {
    const person = this.actingPerson(psid);
    if (person.started) throw new SandboxError('already_started', 'This person has already tapped Get Started.');
    const { get_started: button } = this.pageOf(person).profile;
    if (!button) throw new SandboxError('nothing_to_tap', 'This Page has no Get Started button; the person can write.');
    const ref = this.begin(person);
    return { ...this.postback(person, { title: 'Get Started', payload: button.payload, ref }), ref };
  }

  /** A new person taps a question instead (it stands in place of Get Started); the Page gets it as a postback. */
  tapIceBreaker(psid: string, choice: ListChoice): { mid: string; ref: string | null } {
    const person = this.actingPerson(psid);
    if (person.started) throw new SandboxError('already_started', 'Questions are only shown before the first message.');
    const questions = iceBreakersFor(this.pageOf(person).profile, person.locale);
    const found = questions.find(({ question, payload }, index) => fits({ index, title: question, payload }, choice));
    if (!found) throw new SandboxError('nothing_to_tap', 'No question of this Page fits.');
    const ref = this.begin(person);
    return { ...this.postback(person, { title: found.question, payload: found.payload, ref }), ref };
  }

  /** The person taps an entry of the Page's menu; a link only gives its address. */
  pressMenu(psid: string, choice: ListChoice): { kind: 'postback' | 'opened'; mid?: string; url?: string } {
    const person = this.startedPerson(psid);
    const { items } = menuFor(this.pageOf(person).profile, person.locale);
    const found = items.find((item, index) => fits({ index, ...item }, choice));
    if (!found) throw new SandboxError('nothing_to_tap', 'No entry of this Page’s menu fits.');
    if (found.type === 'web_url') return { kind: 'opened', url: found.url };
    return { kind: 'postback', ...this.postback(person, found) };
  }

  /**
   * Rule 45: somebody of the brand answers by hand, from the Page's inbox. It is no send of the app: it stands in the
   * thread and comes back as an echo of the inbox, but uses no right and is not in the ledger. Assumed: the thread
   * stays the app's.
   */
  replyFromInbox(psid: string, text: string): { mid: string } {
    const person = this.person(psid);
    if (!person.started) throw new SandboxError('not_started', 'There is no thread with this person yet.');
    if (person.state !== 'reachable') throw new SandboxError('unreachable', 'This person cannot be written to now.');
    const message: ThreadMessage = { mid: newMid(), from: 'page', at: this.clock.now(), text, right: 'inbox' };
    this.state.threads.add(psid, message);
    if (this.pageOf(person).rules.inboxReplyTakesThread) this.giveThread(psid, INBOX_APP_ID);
    this.emit(person, echoEvent(this.pageOf(person), psid, message.at, message.mid, { text }, INBOX_APP_ID));
    return { mid: message.mid };
  }

  /** The person taps Notify Me on a request, by default the youngest not tapped yet. A second tap does nothing. */
  tapNotifyMe(psid: string, mid?: string): { emitted: boolean; mid: string } {
    const person = this.actingPerson(psid);
    const request = this.requestToTap(psid, mid);
    if (!rule13FirstTap(request)) return { emitted: this.tapAgain(person, request), mid: request.mid };
    const now = this.act(person, 'one_time_tap');
    const token = {
      token: newOneTimeToken(),
      page: person.page,
      psid,
      requestMid: request.mid,
      grantedAt: now,
      spentBy: null,
    };
    request.token = token.token;
    this.state.tokens.set(token.token, token);
    this.emit(person, oneTimeOptinEvent(person, now, request.payload, token));
    return { emitted: true, mid: request.mid };
  }

  /** Rule 13: a second tap says nothing, or the same again if the switch says so. */
  private tapAgain(person: Person, request: OneTimeRequest): boolean {
    const token = request.token === null ? undefined : this.state.tokens.get(request.token);
    if (!token || !this.pageOf(person).rules.secondTapEmits) return false;
    this.emit(person, oneTimeOptinEvent(person, this.clock.now(), request.payload, token));
    return true;
  }

  /**
   * Rule 23: the person taps the button of a request for notification messages, by default of the youngest. The first
   * tap on a topic makes a token; a later one (another request, or a re-opt-in) renews it and ends a stop.
   */
  tapGetUpdates(psid: string, mid?: string): { mid: string; renewed: boolean } {
    const person = this.actingPerson(psid);
    const asked = this.state.notificationRequests.get(psid) ?? [];
    const request = mid === undefined ? asked.at(-1) : asked.find((one) => one.mid === mid);
    if (!request) throw new SandboxError('nothing_to_tap', 'There is no request for notifications in this thread.');
    const now = this.act(person, 'notification_tap');
    const known = this.notificationTokensOf(psid).find(({ title }) => title === request.title);
    const { page, title, payload, reoptin, timezone } = request;
    const token: NotificationToken = {
      ...{ token: known?.token ?? newNotificationToken(), page, psid, title, payload, reoptin, timezone },
      ...{ requestMid: request.mid, createdAt: known?.createdAt ?? now, optedInAt: now },
      ...{ expiresAt: rule24ExpiresAt(now, this.pageOf(person).rules), renewed: known !== undefined, stopped: false },
      ...{ followUps: 0, lastUsedAt: known?.lastUsedAt ?? null },
    };
    this.state.notificationTokens.set(token.token, token);
    this.emit(person, notificationOptinEvent(person, now, token));
    return { mid: request.mid, renewed: token.renewed };
  }

  /** Rule 23: the person stops or resumes a topic, by default all of them. Gives how many changed. */
  setNotifications(psid: string, stopped: boolean, title?: string): { changed: number } {
    const person = this.actingPerson(psid);
    const { rules } = this.pageOf(person);
    const changing = this.notificationTokensOf(psid).filter(
      (token) => token.stopped !== stopped && (title === undefined || token.title === title),
    );
    for (const token of changing) {
      token.stopped = stopped;
      this.emit(person, notificationOptinEvent(person, this.clock.now(), token, rule23Status(stopped, rules)));
    }
    return { changed: changing.length };
  }

  private notificationTokensOf(psid: string): NotificationToken[] {
    return [...this.state.notificationTokens.values()].filter((token) => token.psid === psid);
  }

  /**
   * The person follows an m.me link, given whole or as a bare ref. New people see Get Started and the Page learns
   * nothing yet; in an existing thread the Page gets a referral (rule 47). A link without ref only opens the thread.
   */
  clickLink(psid: string, link: string): { outcome: 'waiting_for_get_started' | 'referral_sent' | 'thread_opened' } {
    const person = this.actingPerson(psid);
    const reading = rule47Link(link);
    if ('fault' in reading) throw new SandboxError(reading.fault, 'Give an m.me link or a ref of A-Z a-z 0-9 - _ =.');
    if (reading.page !== undefined && reading.page !== person.page) {
      throw new SandboxError('wrong_page', `This person is on Page ${person.page}, the link leads to ${reading.page}.`);
    }
    if (!person.started) {
      person.pendingRef = reading.ref ?? null;
      this.feed.tell({ type: 'thread', psid });
      return { outcome: 'waiting_for_get_started' };
    }
    if (reading.ref === undefined) return { outcome: 'thread_opened' };
    this.emit(person, referralEvent(person, this.act(person, 'link_into_thread'), reading.ref));
    return { outcome: 'referral_sent' };
  }

  /** The person taps a button or a quick reply. A link button only gives its address: the Page is not told. */
  press(
    psid: string,
    choice: PressChoice,
  ): { kind: 'postback' | 'quick_reply' | 'opened'; mid?: string; url?: string } {
    const person = this.startedPerson(psid);
    const { message, pending } = this.findPending(psid, choice);
    if (pending.kind === 'quick_reply') {
      delete message.quickReplies;
      const { mid } = this.write(person, pending.title, 'quick_reply', { quickReplyPayload: pending.payload });
      return { kind: 'quick_reply', mid };
    }
    if (pending.type !== 'postback') return { kind: 'opened', url: pending.url ?? `tel:${pending.payload ?? ''}` };
    const pressed = { title: pending.title, payload: pending.payload ?? '', ofMessage: true };
    return { kind: 'postback', ...this.postback(person, pressed) };
  }

  /** The person reacts to a message, or takes the reaction back (no `reaction`). */
  react(psid: string, mid: string | undefined, reaction: string | undefined): { mid: string } {
    const person = this.startedPerson(psid);
    const message = this.state.threads
      .of(psid)
      .findLast((m) => (mid === undefined ? m.from === 'page' : m.mid === mid));
    if (!message) throw new SandboxError('unknown_message', 'There is no such message in this thread.');
    if (reaction === undefined) delete message.reaction;
    else message.reaction = reaction;
    this.emit(person, reactionEvent(person, this.act(person, 'reaction'), message.mid, reaction));
    return { mid: message.mid };
  }

  /** The person's device has everything so far (`delivery` webhook, rule 46); while it is offline it gets nothing. */
  deliver(psid: string): { mids: string[] } {
    const person = this.person(psid);
    if (person.offlineSince !== null) return { mids: [] };
    const now = this.act(person, 'delivery');
    const fresh = this.state.threads.of(psid).filter((m) => m.from === 'page' && m.deliveredAt === undefined);
    for (const message of fresh) message.deliveredAt = now;
    const mids = fresh.map((m) => m.mid);
    if (mids.length > 0) this.emit(person, deliveryEvent(person, now, mids, watermarkOf(fresh, now)));
    return { mids };
  }

  /** The person has seen everything so far (`read` webhook, after a delivery if one is due; rule 46). */
  read(psid: string): { mids: string[] } {
    const person = this.person(psid);
    if (person.offlineSince !== null) return { mids: [] };
    this.deliver(psid);
    const now = this.act(person, 'read');
    const unseen = this.state.threads.of(psid).filter((m) => m.from === 'page' && m.readAt === undefined);
    for (const message of unseen) message.readAt = now;
    if (unseen.length > 0) this.emit(person, readEvent(person, now, watermarkOf(unseen, now)));
    return { mids: unseen.map((m) => m.mid) };
  }

  /** Rule 33: another app takes the thread (its id), or gives it back (null). The Page's app hears of it. */
  giveThread(psid: string, owner: string | null): void {
    const person = this.person(psid);
    const page = this.pageOf(person);
    const previous = person.threadOwner ?? page.appId;
    const next = owner ?? page.appId;
    if (previous === next) return;
    person.threadOwner = next === page.appId ? null : next;
    const kind = previous === page.appId ? 'take_thread_control' : 'pass_thread_control';
    this.emit(person, handoverEvent(person, this.clock.now(), kind, { previous, next }));
  }

  /** What waits for a tap in a message. Quick replies only wait below the last message of a thread. */
  pendingOf(psid: string, message: ThreadMessage): Pending[] {
    const payload = templateOf(message);
    const pending: Pending[] = [];
    if (payload?.template_type === 'notification_messages') {
      const used = this.notificationTokensOf(psid).some(({ requestMid }) => requestMid === message.mid);
      if (!used) pending.push({ kind: 'get_updates', title: payload.title ?? DEFAULT_TOPIC });
    }
    if (payload?.template_type === 'one_time_notif_req' && this.state.requests.get(message.mid)?.token === null) {
      pending.push({ kind: 'notify_me', title: payload.title });
    }
    for (const [index, button] of buttonsOf(message).entries()) {
      const target = button.type === 'web_url' ? { url: button.url } : { payload: button.payload };
      pending.push({ kind: 'button', index, title: button.title, type: button.type, ...target });
    }
    if (this.state.threads.of(psid).at(-1) === message) {
      for (const [index, { title, payload: ours }] of (message.quickReplies ?? []).entries()) {
        pending.push({ kind: 'quick_reply', index, title, payload: ours });
      }
    }
    return pending;
  }

  /** How the topic stands that a message asks for; undefined: it asks for none, or nobody opted in. */
  topicOf(psid: string, message: ThreadMessage): TopicState | undefined {
    const payload = templateOf(message);
    if (payload?.template_type !== 'notification_messages') return undefined;
    const token = this.notificationTokensOf(psid).find(({ title }) => title === (payload.title ?? DEFAULT_TOPIC));
    return token && { title: token.title, stopped: token.stopped };
  }

  private findPending(psid: string, choice: PressChoice): { message: ThreadMessage; pending: Pressable } {
    for (const message of this.state.threads.of(psid).toReversed()) {
      if (choice.mid !== undefined && message.mid !== choice.mid) continue;
      for (const pending of this.pendingOf(psid, message)) {
        if (isPressable(pending) && fits(pending, choice)) return { message, pending };
      }
    }
    throw new SandboxError('nothing_to_tap', 'No button or quick reply in this thread fits.');
  }

  private requestToTap(psid: string, mid: string | undefined): OneTimeRequest {
    const asked = this.state.requestsByPerson.get(psid) ?? [];
    const request =
      mid === undefined
        ? (asked.findLast((one) => one.token === null) ?? asked.at(-1))
        : asked.find((one) => one.mid === mid);
    if (!request) throw new SandboxError('nothing_to_tap', 'There is no Notify Me card in this thread.');
    return request;
  }

  private write(
    person: Person,
    text: string,
    act: 'message' | 'quick_reply',
    more: { quickReplyPayload?: string; replyTo?: string },
  ): { mid: string } {
    const { replyTo } = more;
    const message: ThreadMessage = {
      ...{ mid: newMid(), from: 'person', at: this.act(person, act), text },
      ...(replyTo !== undefined && { replyTo }),
    };
    this.state.threads.add(person.psid, message);
    this.emit(person, messageEvent(person, message, more));
    return { mid: message.mid };
  }

  /** `ofMessage`: the button was below a message of the app, which then hears of it in any case (rule 33). */
  private postback(
    person: Person,
    pressed: { title: string; payload: string; ref?: string | null; ofMessage?: boolean },
  ): { mid: string } {
    const { title, payload, ref, ofMessage } = pressed;
    const mid = newMid();
    const at = this.act(person, 'postback');
    this.state.threads.add(person.psid, { mid, from: 'person', at, text: title });
    this.emit(person, postbackEvent(person, at, { mid, title, payload, ref: ref ?? undefined }), ofMessage);
    return { mid };
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

  /** Notes the act (rules 6 and 8) and gives its time. */
  private act(person: Person, act: PersonAct): number {
    const now = this.clock.now();
    person.lastActedAt = rule6LastActedAt(act, person.lastActedAt, now, this.pageOf(person).rules.notifyMeOpensWindow);
    return now;
  }

  private emit(person: Person, event: WebhookEvent, forSender = false): void {
    this.webhooks.enqueue(person.page, person.psid, event, forSender);
    this.feed.tell({ type: 'thread', psid: person.psid });
  }

  private startedPerson(psid: string): Person {
    const person = this.actingPerson(psid);
    if (!person.started) throw new SandboxError('not_started', 'A new person must tap Get Started first.');
    return person;
  }

  private actingPerson(psid: string): Person {
    const person = this.person(psid);
    if (person.offlineSince !== null)
      throw new SandboxError('offline', 'This phone is offline: nothing can be done on it.');
    return person;
  }

  private person(psid: string): Person {
    const person = this.state.people.get(psid);
    if (!person) throw new SandboxError('unknown_person', `There is no person ${psid}.`);
    return person;
  }

  private pageOf(person: Person): Page {
    const page = this.state.pages.get(person.page);
    if (!page) throw new SandboxError('unknown_page', `There is no Page ${person.page}.`);
    return page;
  }
}

/** Rule 46: never before the messages that it covers, even when the clock was put back. */
function watermarkOf(messages: readonly ThreadMessage[], now: number): number {
  return messages.reduce((latest, { at }) => Math.max(latest, at), now);
}

function buttonsOf(message: ThreadMessage): Button[] {
  const payload = templateOf(message);
  if (payload?.template_type === 'button') return payload.buttons;
  if (payload?.template_type === 'generic') return payload.elements.flatMap((element) => element.buttons ?? []);
  return [];
}

function isPressable(pending: Pending): pending is Pressable {
  return pending.kind === 'button' || pending.kind === 'quick_reply';
}

function fits(pending: { index: number; title: string; payload?: unknown }, choice: PressChoice): boolean {
  return (
    (choice.index === undefined || pending.index === choice.index) &&
    (choice.title === undefined || pending.title === choice.title) &&
    (choice.payload === undefined || pending.payload === choice.payload)
  );
}
