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
import type { Stretch } from '../outbound/spill-file.js';
import { SpillingLog } from './spilling-log.js';
import { Threads } from './threads.js';

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
  /** Only in snapshots of older sandboxes. Now the ledger lies in the file beside the snapshot, there: */
  ledger: LedgerEntry[];
  ledgerStretch?: Stretch | undefined;
  products: ProductLink[];
}

/** How much is kept of what would otherwise grow with every message. */
export interface StateBounds {
  /** One-time tokens that are used up, with their requests: the youngest. Good ones are rights and all kept. */
  readonly spentTokens: number;
  /** Requests for notification messages of one person: the youngest. */
  readonly notificationRequestsOfOne: number;
  /** Files that Pages saved: the youngest. */
  readonly attachments: number;
}

const BOUNDS: StateBounds = { spentTokens: 100_000, notificationRequestsOfOne: 500, attachments: 100_000 };

/**
 * Everything the sandbox remembers, in memory but for the ledger's older part. Changed only by synchronous steps, so no
 * two calls interleave.
 */
export class SandboxState {
  readonly pages = new Map<string, Page>();
  readonly people = new Map<string, Person>();
  readonly threads = new Threads();
  readonly requests = new Map<string, OneTimeRequest>();
  /** The same requests by person, oldest first. */
  readonly requestsByPerson = new Map<string, OneTimeRequest[]>();
  readonly tokens = new Map<string, OneTimeToken>();
  readonly notificationRequests = new Map<string, NotificationRequest[]>();
  readonly notificationTokens = new Map<string, NotificationToken>();
  readonly products = new Map<string, ProductLink>();
  /** Files that Pages saved, by id. */
  readonly attachments = new Map<string, SavedAttachment>();
  /** Every accepted message, in the order of acceptance. */
  readonly ledger: SpillingLog<LedgerEntry>;
  /** Sends whose caller could not know whether they were taken. */
  readonly ambiguous = new SpillingLog<AmbiguousSend>({ at: (send) => send.at });
  faults: readonly Fault[] = [];
  disorder: readonly ArmedDisorder[] = [];
  private readonly byToken = new Map<string, Page>();
  /** Used-up one-time tokens, those that were used first in front. */
  private readonly spent = new Set<OneTimeToken>();
  /** People of each Page who can be reached, as {@link noteReach} was told. */
  private readonly reachable = new Map<string, Set<string>>();

  /** `ledgerPath`: where old entries of the ledger stay beyond the end of the process; undefined: they go with it. */
  constructor(
    ledgerPath?: string,
    private readonly bounds = BOUNDS,
  ) {
    this.ledger = new SpillingLog({ at: (entry) => entry.acceptedAt, path: ledgerPath });
  }

  /** The Page whose access token this is. */
  pageByToken(token: string | undefined): Page | undefined {
    if (!token) return undefined;
    const remembered = this.byToken.get(token);
    // Tokens change and Pages are replaced: what is remembered is believed only as far as it is still true.
    if (remembered?.token === token && this.pages.get(remembered.id) === remembered) return remembered;
    for (const page of this.pages.values()) {
      if (page.token !== token) continue;
      this.byToken.set(token, page);
      return page;
    }
    this.byToken.delete(token);
    return undefined;
  }

  /** To be called when a person is made, or changes in what decides whether messages reach them. */
  noteReach({ psid, page, started, state }: Person): void {
    let reached = this.reachable.get(page);
    if (!reached) this.reachable.set(page, (reached = new Set()));
    if (started && state === 'reachable') reached.add(psid);
    else reached.delete(psid);
  }

  /** How many people a Page can reach. */
  reachableOn(page: string): number {
    return this.reachable.get(page)?.size ?? 0;
  }

  /** Adds a person, or puts one in the place of the one with the same id. */
  addPerson(person: Person): void {
    this.people.set(person.psid, person);
    this.noteReach(person);
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
    if (others && others.length > this.bounds.notificationRequestsOfOne) others.shift();
  }

  /** Uses a one-time token up. One that was used long ago is forgotten then, and is as unknown as an invented one. */
  spend(token: OneTimeToken, by: string): void {
    token.spentBy ??= by;
    this.spent.add(token);
    if (this.spent.size > this.bounds.spentTokens) this.forget(this.spent.values().next().value!);
  }

  /** Keeps a file that a Page saved. */
  addAttachment(saved: SavedAttachment): void {
    this.attachments.set(saved.id, saved);
    if (this.attachments.size > this.bounds.attachments) {
      this.attachments.delete(this.attachments.keys().next().value!);
    }
  }

  private forget(token: OneTimeToken): void {
    this.spent.delete(token);
    this.tokens.delete(token.token);
    this.requests.delete(token.requestMid);
    const asked = this.requestsByPerson.get(token.psid);
    const index = asked?.findIndex(({ mid }) => mid === token.requestMid) ?? -1;
    if (index >= 0) asked!.splice(index, 1);
  }

  /** A person's tokens for notification messages. */
  notificationTokensOf(psid: string): NotificationToken[] {
    return [...this.notificationTokens.values()].filter((token) => token.psid === psid);
  }

  /** Forgets everything. */
  clear(): void {
    const { pages, people, requests, requestsByPerson, tokens, products, byToken, reachable } = this;
    for (const map of [pages, people, requests, requestsByPerson, tokens, products, byToken, reachable]) map.clear();
    this.threads.clear();
    this.notificationRequests.clear();
    this.notificationTokens.clear();
    this.attachments.clear();
    this.spent.clear();
    this.ledger.clear();
    this.ambiguous.clear();
    this.faults = [];
    this.disorder = [];
  }

  /** A plain copy for a file; the ledger goes into its own. Faults are not part of it. */
  snapshot(): SnapshotData {
    return {
      pages: [...this.pages.values()],
      people: [...this.people.values()],
      threads: this.threads.entries(),
      requests: [...this.requests.values()],
      tokens: [...this.tokens.values()],
      notificationRequests: [...this.notificationRequests.values()].flat(),
      notificationTokens: [...this.notificationTokens.values()],
      attachments: [...this.attachments.values()],
      ambiguous: this.ambiguous.select(),
      ledger: [],
      ledgerStretch: this.ledger.flush(),
      products: [...this.products.values()],
    };
  }

  /** Replaces everything by a snapshot. */
  restore(data: SnapshotData): void {
    this.clear();
    // A snapshot of an older sandbox lacks the younger switches.
    for (const page of data.pages) this.pages.set(page.id, withSwitches(page));
    for (const person of data.people) this.addPerson({ ...ORDINARY_PERSON, ...person });
    for (const [psid, messages] of data.threads) for (const message of messages) this.threads.add(psid, message);
    for (const request of data.requests) this.addRequest(request);
    for (const token of data.tokens) {
      this.tokens.set(token.token, token);
      if (token.spentBy !== null) this.spend(token, token.spentBy);
    }
    for (const request of data.notificationRequests ?? []) this.addNotificationRequest(request);
    for (const token of data.notificationTokens ?? []) this.notificationTokens.set(token.token, token);
    for (const product of data.products) this.products.set(product.id, product);
    for (const saved of data.attachments ?? []) this.addAttachment(saved);
    for (const send of data.ambiguous ?? []) this.ambiguous.push(send);
    if (data.ledgerStretch) this.ledger.restore(data.ledgerStretch);
    for (const entry of data.ledger) this.ledger.push(entry);
  }
}

function withSwitches(page: Page): Page {
  const ordinary = {
    ...({ state: 'ok', subscribedFields: null, webhookFailingSince: null, subscriptionEndedAt: null } as const),
    profile: { get_started: { payload: 'GET_STARTED' } },
  };
  return { ...ordinary, ...page, rules: { ...DEFAULT_PAGE_RULES, ...page.rules } };
}
