import { Injectable } from '@nestjs/common';
import { INBOX_APP_ID } from '@beckon/messenger';
import type { Button } from '@beckon/messenger';
import { templateOf } from '../domain/attachment.js';
import type { Deed } from '../domain/deed.js';
import { rule47Link } from '../domain/m-me-link.js';
import { iceBreakersFor, menuFor } from '../domain/messenger-profile.js';
import type { OneTimeRequest, Page, Person, ThreadMessage } from '../domain/model.js';
import { DEFAULT_TOPIC } from '../domain/rules-notification.js';
import { deliveryEvent, echoEvent, handoverEvent, readEvent } from '../domain/webhook-events.js';
import { ChangeFeed } from './change-feed.js';
import { SandboxClock } from './clock.js';
import { Deeds } from './deeds.js';
import { newMid } from './ids.js';
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

/** What a link led to. */
export type LinkOutcome = 'waiting_for_get_started' | 'referral_sent' | 'thread_opened' | 'waiting_for_network';

type Pressable = Exclude<Pending, { kind: 'notify_me' | 'get_updates' }>;

/** Deeds that put a bubble below the last message. */
const WRITTEN: readonly Deed['kind'][] = ['write', 'quick_reply', 'postback', 'begin'];

/**
 * What the people in the sandbox can do. Each act is checked and given to {@link Deeds}; what comes back is known at
 * once, also while the phone is offline.
 */
@Injectable()
export class PersonActs {
  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
    private readonly deeds: Deeds,
    private readonly feed: ChangeFeed,
  ) {}

  /**
   * The person writes. A new person cannot if the Page has a Get Started button: the composer is behind it. Without one
   * the first message begins the thread.
   */
  say(psid: string, text: string, replyTo?: string): { mid: string } {
    const person = this.person(psid);
    if (this.pageOf(person).profile.get_started !== undefined) this.startedPerson(psid);
    const mid = newMid();
    this.deeds.do(person, { at: this.clock.now(), kind: 'write', mid, text, replyTo });
    return { mid };
  }

  /** A new person taps Get Started; the `ref` of the link that brought them goes along (rule 47). */
  tapGetStarted(psid: string): { mid: string; ref: string | null } {
    const person = this.person(psid);
    if (hasBegun(person)) throw new SandboxError('already_started', 'This person has already tapped Get Started.');
    const { get_started: button } = this.pageOf(person).profile;
    if (!button) throw new SandboxError('nothing_to_tap', 'This Page has no Get Started button; the person can write.');
    return this.beginBy(person, 'Get Started', button.payload);
  }

  /** A new person taps a question instead (it stands in place of Get Started); the Page gets it as a postback. */
  tapIceBreaker(psid: string, choice: ListChoice): { mid: string; ref: string | null } {
    const person = this.person(psid);
    if (hasBegun(person))
      throw new SandboxError('already_started', 'Questions are only shown before the first message.');
    const questions = iceBreakersFor(this.pageOf(person).profile, person.locale);
    const found = questions.find(({ question, payload }, index) => fits({ index, title: question, payload }, choice));
    if (!found) throw new SandboxError('nothing_to_tap', 'No question of this Page fits.');
    return this.beginBy(person, found.question, found.payload);
  }

  /** The person taps an entry of the Page's menu; a link only gives its address. */
  pressMenu(psid: string, choice: ListChoice): { kind: 'postback' | 'opened'; mid?: string; url?: string } {
    const person = this.startedPerson(psid);
    const { items } = menuFor(this.pageOf(person).profile, person.locale);
    const found = items.find((item, index) => fits({ index, ...item }, choice));
    if (!found) throw new SandboxError('nothing_to_tap', 'No entry of this Page’s menu fits.');
    if (found.type === 'web_url') return { kind: 'opened', url: found.url };
    const [mid, { title, payload }] = [newMid(), found];
    this.deeds.do(person, { at: this.clock.now(), kind: 'postback', mid, title, payload });
    return { kind: 'postback', mid };
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
    this.deeds.emit(person, echoEvent(this.pageOf(person), psid, message.at, message.mid, { text }, INBOX_APP_ID));
    return { mid: message.mid };
  }

  /**
   * The person taps Notify Me on a request, by default the youngest not tapped yet. A second tap does nothing. `emitted`:
   * whether the Page was told; not so while the phone is offline.
   */
  tapNotifyMe(psid: string, mid?: string): { emitted: boolean; mid: string } {
    const person = this.person(psid);
    const request = this.requestToTap(person, mid);
    const emitted = this.deeds.do(person, { at: this.clock.now(), kind: 'notify_me', of: request.mid });
    return { emitted, mid: request.mid };
  }

  /**
   * Rule 23: the person taps the button of a request for notification messages, by default of the youngest. The first
   * tap on a topic makes a token; a later one (another request, or a re-opt-in) renews it and ends a stop.
   */
  tapGetUpdates(psid: string, mid?: string): { mid: string; renewed: boolean } {
    const person = this.person(psid);
    const asked = (this.state.notificationRequests.get(psid) ?? []).filter((one) => isOnPhone(person, one.askedAt));
    const request = mid === undefined ? asked.at(-1) : asked.find((one) => one.mid === mid);
    if (!request) throw new SandboxError('nothing_to_tap', 'There is no request for notifications in this thread.');
    const renewed = this.state.notificationTokensOf(psid).some(({ title }) => title === request.title);
    this.deeds.do(person, { at: this.clock.now(), kind: 'get_updates', of: request.mid });
    return { mid: request.mid, renewed };
  }

  /** Rule 23: the person stops or resumes a topic, by default all of them. Gives how many change. */
  setNotifications(psid: string, stopped: boolean, topic?: string): { changed: number } {
    const person = this.person(psid);
    const changed = this.deeds.topicsToChange(psid, stopped, topic).length;
    this.deeds.do(person, { at: this.clock.now(), kind: 'topics', stopped, topic });
    return { changed };
  }

  /**
   * The person follows an m.me link, given whole or as a bare ref. New people see Get Started and the Page learns
   * nothing yet; in an existing thread the Page gets a referral (rule 47). A link without ref only opens the thread.
   */
  clickLink(psid: string, link: string): { outcome: LinkOutcome } {
    const person = this.person(psid);
    const reading = rule47Link(link);
    if ('fault' in reading) throw new SandboxError(reading.fault, 'Give an m.me link or a ref of A-Z a-z 0-9 - _ =.');
    if (reading.page !== undefined && reading.page !== person.page) {
      throw new SandboxError('wrong_page', `This person is on Page ${person.page}, the link leads to ${reading.page}.`);
    }
    if (!hasBegun(person)) {
      person.pendingRef = reading.ref ?? null;
      this.feed.tell({ type: 'thread', psid });
      return { outcome: 'waiting_for_get_started' };
    }
    if (reading.ref === undefined) return { outcome: 'thread_opened' };
    const sent = this.deeds.do(person, { at: this.clock.now(), kind: 'link', ref: reading.ref });
    return { outcome: sent ? 'referral_sent' : 'waiting_for_network' };
  }

  /** The person taps a button or a quick reply. A link button only gives its address: the Page is not told. */
  press(
    psid: string,
    choice: PressChoice,
  ): { kind: 'postback' | 'quick_reply' | 'opened'; mid?: string; url?: string } {
    const person = this.startedPerson(psid);
    const { message, pending } = this.findPending(person, choice);
    const [mid, at, { title }] = [newMid(), this.clock.now(), pending];
    if (pending.kind === 'quick_reply') {
      this.deeds.do(person, { at, kind: 'quick_reply', mid, text: title, payload: pending.payload, of: message.mid });
      return { kind: 'quick_reply', mid };
    }
    if (pending.type !== 'postback') return { kind: 'opened', url: pending.url ?? `tel:${pending.payload ?? ''}` };
    this.deeds.do(person, { at, kind: 'postback', mid, title, payload: pending.payload ?? '', ofMessage: true });
    return { kind: 'postback', mid };
  }

  /** The person reacts to a message, or takes the reaction back (no `reaction`). */
  react(psid: string, mid: string | undefined, reaction: string | undefined): { mid: string } {
    const person = this.startedPerson(psid);
    const message = this.onPhone(person).findLast((m) => (mid === undefined ? m.from === 'page' : m.mid === mid));
    if (!message) throw new SandboxError('unknown_message', 'There is no such message in this thread.');
    this.deeds.do(person, { at: this.clock.now(), kind: 'react', of: message.mid, reaction });
    return { mid: message.mid };
  }

  /** The person's device has everything so far (`delivery` webhook, rule 46); while it is offline it gets nothing. */
  deliver(psid: string): { mids: string[] } {
    const person = this.person(psid);
    if (person.offlineSince !== null) return { mids: [] };
    const now = this.deeds.act(person, 'delivery');
    const fresh = this.state.threads.of(psid).filter((m) => m.from === 'page' && m.deliveredAt === undefined);
    for (const message of fresh) message.deliveredAt = now;
    const mids = fresh.map((m) => m.mid);
    if (mids.length > 0) this.deeds.emit(person, deliveryEvent(person, now, mids, watermarkOf(fresh, now)));
    return { mids };
  }

  /** The person has seen everything so far (`read` webhook, after a delivery if one is due; rule 46). */
  read(psid: string): { mids: string[] } {
    const person = this.person(psid);
    if (person.offlineSince !== null) return { mids: [] };
    this.deliver(psid);
    const now = this.deeds.act(person, 'read');
    const unseen = this.state.threads.of(psid).filter((m) => m.from === 'page' && m.readAt === undefined);
    for (const message of unseen) message.readAt = now;
    if (unseen.length > 0) this.deeds.emit(person, readEvent(person, now, watermarkOf(unseen, now)));
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
    this.deeds.emit(person, handoverEvent(person, this.clock.now(), kind, { previous, next }));
  }

  /** What waits for a tap in a message. Quick replies only wait below the last message of a thread. */
  pendingOf(psid: string, message: ThreadMessage): Pending[] {
    const payload = templateOf(message);
    const pending: Pending[] = [];
    const waiting = this.state.people.get(psid)?.waiting ?? [];
    const tapped = (kind: Deed['kind']): boolean =>
      waiting.some((deed) => deed.kind === kind && 'of' in deed && deed.of === message.mid);
    if (payload?.template_type === 'notification_messages' && !tapped('get_updates')) {
      const used = this.state.notificationTokensOf(psid).some(({ requestMid }) => requestMid === message.mid);
      if (!used) pending.push({ kind: 'get_updates', title: payload.title ?? DEFAULT_TOPIC });
    }
    const untapped = this.state.requests.get(message.mid)?.token === null && !tapped('notify_me');
    if (payload?.template_type === 'one_time_notif_req' && untapped) {
      pending.push({ kind: 'notify_me', title: payload.title });
    }
    for (const [index, button] of buttonsOf(message).entries()) {
      const target = button.type === 'web_url' ? { url: button.url } : { payload: button.payload };
      pending.push({ kind: 'button', index, title: button.title, type: button.type, ...target });
    }
    const written = waiting.some(({ kind }) => WRITTEN.includes(kind));
    if (this.state.threads.of(psid).at(-1) === message && !written) {
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
    const token = this.state.notificationTokensOf(psid).find(({ title }) => title === (payload.title ?? DEFAULT_TOPIC));
    return token && { title: token.title, stopped: token.stopped };
  }

  private findPending(person: Person, choice: PressChoice): { message: ThreadMessage; pending: Pressable } {
    for (const message of this.onPhone(person).toReversed()) {
      if (choice.mid !== undefined && message.mid !== choice.mid) continue;
      for (const pending of this.pendingOf(person.psid, message)) {
        if (isPressable(pending) && fits(pending, choice)) return { message, pending };
      }
    }
    throw new SandboxError('nothing_to_tap', 'No button or quick reply in this thread fits.');
  }

  private requestToTap(person: Person, mid: string | undefined): OneTimeRequest {
    const asked = (this.state.requestsByPerson.get(person.psid) ?? []).filter((one) => isOnPhone(person, one.askedAt));
    const request =
      mid === undefined
        ? (asked.findLast((one) => one.token === null) ?? asked.at(-1))
        : asked.find((one) => one.mid === mid);
    if (!request) throw new SandboxError('nothing_to_tap', 'There is no Notify Me card in this thread.');
    return request;
  }

  private beginBy(person: Person, title: string, payload: string): { mid: string; ref: string | null } {
    const [mid, ref] = [newMid(), person.pendingRef];
    this.deeds.do(person, { at: this.clock.now(), kind: 'begin', mid, title, payload });
    return { mid, ref };
  }

  private startedPerson(psid: string): Person {
    const person = this.person(psid);
    if (!hasBegun(person)) throw new SandboxError('not_started', 'A new person must tap Get Started first.');
    return person;
  }

  /** The messages that have reached the phone. */
  private onPhone(person: Person): readonly ThreadMessage[] {
    const messages = this.state.threads.of(person.psid);
    if (person.offlineSince === null) return messages;
    return messages.filter(
      ({ from, at, deliveredAt }) => from === 'person' || deliveredAt !== undefined || isOnPhone(person, at),
    );
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

/** Whether there is a thread, or the beginning of one waits on the phone. */
function hasBegun({ started, waiting }: Person): boolean {
  return started || waiting.some(({ kind }) => kind === 'begin' || kind === 'write');
}

/** Whether something that was sent at this time has reached the phone. */
function isOnPhone({ offlineSince }: Person, sentAt: number): boolean {
  return offlineSince === null || sentAt < offlineSince;
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
