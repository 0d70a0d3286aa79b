import type {
  AmbiguousSend,
  LedgerEntry,
  NotificationRequest,
  NotificationToken,
  OneTimeRequest,
  OneTimeToken,
  Page,
  Person,
  ProductLink,
  ThreadMessage,
} from '../domain/model.js';
import type { SavedAttachment } from '../domain/attachment.js';
import type { ArmedDisorder } from '../domain/disorder.js';
import type { Fault } from '../domain/faults.js';
import { ORDINARY_PERSON } from '../domain/ordinary-person.js';
import { DEFAULT_PAGE_RULES } from '../domain/page-rules.js';

/** What a snapshot holds. */
export interface SnapshotData {
  pages: Page[];
  people: Person[];
  threads: [psid: string, messages: ThreadMessage[]][];
  requests: OneTimeRequest[];
  tokens: OneTimeToken[];
  /** Absent in snapshots of older sandboxes, as the next. */
  notificationRequests?: NotificationRequest[];
  notificationTokens?: NotificationToken[];
  attachments?: SavedAttachment[];
  ambiguous?: AmbiguousSend[];
  ledger: LedgerEntry[];
  products: ProductLink[];
}

/** Everything the sandbox remembers, in memory. Changed only by synchronous steps, so no two calls interleave. */
export class SandboxState {
  readonly pages = new Map<string, Page>();
  readonly people = new Map<string, Person>();
  readonly threads = new Map<string, ThreadMessage[]>();
  readonly requests = new Map<string, OneTimeRequest>();
  /** The same requests by person, oldest first. */
  readonly requestsByPerson = new Map<string, OneTimeRequest[]>();
  readonly tokens = new Map<string, OneTimeToken>();
  readonly notificationRequests = new Map<string, NotificationRequest[]>();
  readonly notificationTokens = new Map<string, NotificationToken>();
  readonly products = new Map<string, ProductLink>();
  /** Files that Pages saved, by id. */
  readonly attachments = new Map<string, SavedAttachment>();
  ledger: LedgerEntry[] = [];
  /** Sends whose caller could not know whether they were taken. */
  ambiguous: AmbiguousSend[] = [];
  faults: readonly Fault[] = [];
  disorder: readonly ArmedDisorder[] = [];

  /** The Page whose access token this is. */
  pageByToken(token: string | undefined): Page | undefined {
    if (!token) return undefined;
    for (const page of this.pages.values()) if (page.token === token) return page;
    return undefined;
  }

  /** The messages of a person's thread, oldest first; changing the array changes the thread. */
  thread(psid: string): ThreadMessage[] {
    let thread = this.threads.get(psid);
    if (!thread) this.threads.set(psid, (thread = []));
    return thread;
  }

  /** Notes a one-time request that a person is shown. */
  addRequest(request: OneTimeRequest): void {
    this.requests.set(request.mid, request);
    const others = this.requestsByPerson.get(request.psid);
    if (others) others.push(request);
    else this.requestsByPerson.set(request.psid, [request]);
  }

  /** Notes a request for notification messages that a person is shown. */
  addNotificationRequest(request: NotificationRequest): void {
    const others = this.notificationRequests.get(request.psid);
    if (others) others.push(request);
    else this.notificationRequests.set(request.psid, [request]);
  }

  /** Forgets everything. */
  clear(): void {
    const { pages, people, threads, requests, requestsByPerson, tokens, products } = this;
    for (const map of [pages, people, threads, requests, requestsByPerson, tokens, products]) map.clear();
    this.notificationRequests.clear();
    this.notificationTokens.clear();
    this.attachments.clear();
    this.ledger = [];
    this.ambiguous = [];
    this.faults = [];
    this.disorder = [];
  }

  /** A plain copy for a file. Faults are not part of it. */
  snapshot(): SnapshotData {
    return {
      pages: [...this.pages.values()],
      people: [...this.people.values()],
      threads: [...this.threads],
      requests: [...this.requests.values()],
      tokens: [...this.tokens.values()],
      notificationRequests: [...this.notificationRequests.values()].flat(),
      notificationTokens: [...this.notificationTokens.values()],
      attachments: [...this.attachments.values()],
      ambiguous: this.ambiguous,
      ledger: this.ledger,
      products: [...this.products.values()],
    };
  }

  /** Replaces everything by a snapshot. */
  restore(data: SnapshotData): void {
    this.clear();
    // A snapshot of an older sandbox lacks the younger switches.
    for (const page of data.pages) this.pages.set(page.id, withSwitches(page));
    for (const person of data.people) this.people.set(person.psid, { ...ORDINARY_PERSON, ...person });
    for (const [psid, messages] of data.threads) this.threads.set(psid, messages);
    for (const request of data.requests) this.addRequest(request);
    for (const token of data.tokens) this.tokens.set(token.token, token);
    for (const request of data.notificationRequests ?? []) this.addNotificationRequest(request);
    for (const token of data.notificationTokens ?? []) this.notificationTokens.set(token.token, token);
    for (const product of data.products) this.products.set(product.id, product);
    for (const saved of data.attachments ?? []) this.attachments.set(saved.id, saved);
    this.ambiguous = data.ambiguous ?? [];
    this.ledger = data.ledger;
  }
}

function withSwitches(page: Page): Page {
  const ordinary = {
    ...({ state: 'ok', subscribedFields: null, webhookFailingSince: null, subscriptionEndedAt: null } as const),
    profile: { get_started: { payload: 'GET_STARTED' } },
  };
  return { ...ordinary, ...page, rules: { ...DEFAULT_PAGE_RULES, ...page.rules } };
}
