import { z } from 'zod';
import { appScopedId, rule50SignedRequest } from '../domain/data-deletion.js';
import type { ArmedDisorder } from '../domain/disorder.js';
import type { Fault } from '../domain/faults.js';
import type { MessengerProfile } from '../domain/messenger-profile.js';
import type { AmbiguousSend, LedgerEntry, Page, Person } from '../domain/model.js';
import { ORDINARY_PERSON } from '../domain/ordinary-person.js';
import { DEFAULT_PAGE_RULES } from '../domain/page-rules.js';
import type { PageRules } from '../domain/page-rules.js';
import { personas } from '../domain/personas.js';
import { policyEvent } from '../domain/webhook-events.js';
import { requestDeletion } from '../outbound/request-deletion.js';
import type { DeletionOutcome } from '../outbound/request-deletion.js';
import { rule40Verify } from '../outbound/verify-subscription.js';
import { isAbout } from '../outbound/webhook-job.js';
import type { WebhookJob } from '../outbound/webhook-job.js';
import type { WebhookSender } from '../outbound/webhook-sender.js';
import {
  clickLinkInput,
  clockInput,
  deletionInput,
  disorderInput,
  faultInput,
  filterInput,
  inboxReplyInput,
  listChoiceInput,
  pageInput,
  pagePatch,
  personInput,
  personPatch,
  pressInput,
  productInput,
  reactInput,
  personasInput,
  sayInput,
  searchInput,
  trafficInput,
  webhookInput,
  tapGetUpdatesInput,
  tapNotifyMeInput,
  tokenInput,
  topicInput,
} from './admin-input.js';
import type {
  ClockInput,
  DeletionInput,
  DisorderInput,
  FaultInput,
  FilterInput,
  PageInput,
  PagePatch,
  PersonInput,
  PersonPatch,
  PersonasInput,
  ProductInput,
  SearchInput,
  TokenInput,
  TrafficInput,
  WebhookInput,
} from './admin-input.js';
import {
  callView,
  ledgerView,
  messageView,
  pageView,
  personView,
  productView,
  profileView,
  waitingView,
  webhookView,
} from './admin-views.js';
import type {
  CallView,
  LedgerView,
  MessageView,
  PageView,
  PersonView,
  ProductView,
  ProfileView,
  WaitingView,
  WebhookView,
} from './admin-views.js';
import type { GraphCall } from './call-log.js';
import type { ChangeFeed } from './change-feed.js';
import type { SandboxClock } from './clock.js';
import type { Deeds } from './deeds.js';
import type { FaultSource } from './fault-source.js';
import { newPsid } from './ids.js';
import type { PersonActs } from './person-acts.js';
import type { Receipts } from './receipts.js';
import type { Recent } from './recent.js';
import { SandboxError } from './sandbox-error.js';
import { search } from './search.js';
import type { FoundMessage } from './search.js';
import { toCamel } from './snake-case.js';
import type { SandboxState } from './sandbox-state.js';
import { traffic } from './traffic.js';
import type { ExchangeView } from './traffic.js';
import type { UsageMeter } from './usage-meter.js';

/** How many people the overview lists: load tests make more than a page can show. */
const PEOPLE_LISTED = 200;
/** Stands in commands when nobody says where this sandbox is. */
const SOME_ORIGIN = 'http://127.0.0.1:3010';

/** What {@link Admin} works with. */
export interface AdminParts {
  state: SandboxState;
  clock: SandboxClock;
  acts: PersonActs;
  deeds: Deeds;
  webhooks: WebhookSender;
  calls: Recent<GraphCall>;
  feed: ChangeFeed;
  meter: UsageMeter;
  receipts: Receipts;
  faults: FaultSource;
  /** How long a callback may take to answer, in milliseconds of real time. */
  webhookTimeoutMs: number;
}

/**
 * The verbs of the admin API: what stands behind `/admin` and what a test calls in process. Every input is checked;
 * what does not fit throws a {@link SandboxError}.
 */
export class Admin {
  private lastFaultId = 0;

  constructor(private readonly parts: AdminParts) {}

  /** Makes or changes a Page. With a `webhook_url` the address must first pass the verification (rule 40). */
  async createPage(input: PageInput): Promise<PageView> {
    const given = parse(pageInput, input);
    const known = this.parts.state.pages.get(given.page);
    if (given.webhook_url) {
      const fault = await rule40Verify(given.webhook_url, given.verify_token, this.parts.webhookTimeoutMs);
      if (fault) throw new SandboxError('verification_failed', fault);
    }
    const page: Page = {
      id: given.page,
      name: given.name,
      token: given.token,
      tokenState: 'live',
      appId: given.app_id,
      appSecret: given.app_secret,
      webhookUrl: given.webhook_url ?? null,
      verifyToken: given.verify_token,
      profile: withGetStarted(known?.profile, given.get_started_payload),
      oneTimeAllowed: given.one_time_allowed,
      strictMessagingType: given.strict_messaging_type,
      state: known?.state ?? 'ok',
      // Whose subscription the platform has ended gets all fields again: the callback has just proved itself.
      subscribedFields: known?.subscriptionEndedAt === null ? known.subscribedFields : null,
      webhookFailingSince: null,
      subscriptionEndedAt: null,
      rules: { ...DEFAULT_PAGE_RULES, ...rulesIn(given) },
    };
    const holder = this.parts.state.pageByToken(page.token);
    if (holder && holder.id !== page.id) throw new SandboxError('invalid', 'Another Page has this token.');
    this.parts.state.pages.set(page.id, page);
    this.parts.feed.tell({ type: 'pages' });
    return this.view(page);
  }

  /** Changes a Page's switches and state; the block for a policy, and its end, are told by webhook (rule 34). */
  changePage(page: string, input: PagePatch): PageView {
    const given = parse(pagePatch, input);
    const found = this.page(page);
    const before = found.state;
    if (given.state !== undefined) found.state = given.state;
    if (given.subscribed_fields !== undefined) {
      found.subscribedFields = given.subscribed_fields;
      found.webhookFailingSince = null;
      found.subscriptionEndedAt = null;
    }
    if (given.one_time_allowed !== undefined) found.oneTimeAllowed = given.one_time_allowed;
    if (given.strict_messaging_type !== undefined) found.strictMessagingType = given.strict_messaging_type;
    found.rules = { ...found.rules, ...rulesIn(given) };
    const wasBlocked = before === 'policy_blocked';
    if (wasBlocked !== (found.state === 'policy_blocked')) {
      const event = policyEvent(page, this.parts.clock.now(), wasBlocked ? 'unblock' : 'block');
      this.parts.webhooks.enqueue(page, '', event);
    }
    this.parts.feed.tell({ type: 'pages' });
    return this.view(found);
  }

  /** Sends the Page's webhooks to another address, which must first pass the verification (rule 40), or to none. */
  async setWebhook(page: string, input: WebhookInput): Promise<PageView> {
    const { url, verify_token: word } = parse(webhookInput, input);
    const found = this.page(page);
    const verifyToken = word ?? found.verifyToken;
    const fault = url === null ? undefined : await rule40Verify(url, verifyToken, this.parts.webhookTimeoutMs);
    if (fault) throw new SandboxError('verification_failed', fault);
    Object.assign(found, { webhookUrl: url, verifyToken, webhookFailingSince: null });
    // Rule 43: an address that proves itself is a new subscription.
    if (found.subscriptionEndedAt !== null) Object.assign(found, { subscribedFields: null, subscriptionEndedAt: null });
    this.parts.feed.tell({ type: 'pages' });
    return this.view(found);
  }

  /** Revokes a Page's token, takes that back, or sets a new one (rule 2). */
  setToken(page: string, input: TokenInput): PageView {
    const given = parse(tokenInput, input);
    const found = this.page(page);
    if ('token' in given) {
      const holder = this.parts.state.pageByToken(given.token);
      if (holder && holder !== found) throw new SandboxError('invalid', 'Another Page has this token.');
      found.token = given.token;
      found.tokenState = 'live';
    } else found.tokenState = given.revoked ?? 'live';
    this.parts.feed.tell({ type: 'pages' });
    return this.view(found);
  }

  /** Makes a person on a Page, or changes the one with this `psid`. */
  createPerson(input: PersonInput): PersonView {
    const given = parse(personInput, input);
    const page = this.page(given.page);
    const known = given.psid === undefined ? undefined : this.parts.state.people.get(given.psid);
    if (known && known.page !== page.id)
      throw new SandboxError('wrong_page', 'This id is another Page’s person (rule 1).');
    const { name, locale, timezone, profile_pic: profilePic = null, gender = null } = given;
    const about = { name, locale, timezone, profilePic, gender };
    const person: Person = known
      ? Object.assign(known, about)
      : { ...newcomer(given.psid ?? this.freePsid(), page.id), ...about };
    this.parts.state.addPerson(person);
    this.parts.feed.tell({ type: 'people' });
    return personView(person);
  }

  /** Makes the people of a seed on a Page; those who are there already stay as they are. */
  createPersonas(page: string, input: PersonasInput): { made: number; people: PersonView[] } {
    const { seed, count, mixed } = parse(personasInput, input);
    const { state, feed } = this.parts;
    this.page(page);
    let made = 0;
    const people = personas(page, seed, count, mixed).map(({ psid, name, locale, timezone, region, switches }) => {
      const known = state.people.get(psid);
      const person = known ?? { ...newcomer(psid, page), name, locale, timezone, region, ...switches };
      if (!known) made += 1;
      state.addPerson(person);
      return personView(person);
    });
    feed.tell({ type: 'people' });
    return { made, people };
  }

  /** Changes a person's switches (rules 4, 24, 26, 32, 33, 35 and 46); a device that comes online gets what waited, and sends it. */
  changePerson(psid: string, input: PersonPatch): PersonView {
    const { thread_owner: owner, offline, ...given } = parse(personPatch, input);
    const person = this.person(psid);
    Object.assign(person, toCamel(given));
    this.parts.state.noteReach(person);
    if (offline !== undefined) this.switchDevice(person, offline);
    if (owner !== undefined) this.parts.acts.giveThread(psid, owner);
    this.parts.feed.tell({ type: 'people' });
    this.parts.feed.tell({ type: 'thread', psid });
    return personView(person);
  }

  /** Puts a product page with a "notify me" link beside the phones, or changes it. */
  createProduct(input: ProductInput): ProductView {
    const given = parse(productInput, input);
    this.page(given.page);
    const { id, page, title, link } = given;
    const product = { id, page, title, link, subtitle: given.subtitle ?? null, imageUrl: given.image_url ?? null };
    this.parts.state.products.set(`${page}:${id}`, product);
    this.parts.feed.tell({ type: 'pages' });
    return productView(product);
  }

  /** All Pages, the first {@link PEOPLE_LISTED} people, product pages, the clock, and how many events wait for receivers. */
  overview(): {
    pages: PageView[];
    people: PersonView[];
    people_total: number;
    products: ProductView[];
    clock: ReturnType<SandboxClock['describe']>;
    webhooks: ReturnType<WebhookSender['standing']>;
  } {
    const { state, clock, webhooks } = this.parts;
    return {
      pages: [...state.pages.values()].map((page) => this.view(page)),
      people: [...state.people.values()].slice(0, PEOPLE_LISTED).map(personView),
      people_total: state.people.size,
      products: [...state.products.values()].map(productView),
      clock: clock.describe(),
      webhooks: webhooks.standing(),
    };
  }

  /**
   * A person and all messages both ways, oldest first, with what waits for a tap; what the Page shows beside; and what
   * the person did on a phone that is offline.
   */
  thread(psid: string): {
    person: PersonView;
    profile: ProfileView;
    messages: MessageView[];
    waiting: WaitingView[];
  } {
    const { state, acts } = this.parts;
    const person = this.person(psid);
    const messages = state.threads.of(person.psid);
    return {
      person: personView(person),
      profile: profileView(this.page(person.page), person),
      messages: messages.map((message) =>
        messageView(message, acts.pendingOf(psid, message), acts.topicOf(psid, message)),
      ),
      waiting: person.waiting.map(waitingView),
    };
  }

  /** Every accepted message in the order of acceptance: what people truly received. */
  ledger(filter: FilterInput = {}): LedgerView[] {
    return [...this.ledgerPages(filter)].flat();
  }

  /** The same in pages that are read as they are asked for: there may be more messages than memory holds. */
  ledgerPages(filter: FilterInput = {}): Iterable<LedgerView[]> {
    const { page, psid, metadata, since, limit } = parse(filterInput, filter);
    const isFiltered = page !== undefined || psid !== undefined || metadata !== undefined;
    const fits = (entry: LedgerEntry): boolean =>
      (page === undefined || entry.page === page) &&
      (psid === undefined || entry.psid === psid) &&
      (metadata === undefined || entry.metadata === metadata);
    const pages = this.parts.state.ledger.pages({ since, limit, ...(isFiltered && { fits }) });
    return viewed(pages);
  }

  /** Sends whose caller could not know whether they were taken, oldest first, and whether they were. */
  ambiguous(filter: FilterInput = {}): AmbiguousSend[] {
    const { page, psid, metadata, since, limit } = parse(filterInput, filter);
    const fits = (entry: AmbiguousSend): boolean =>
      (page === undefined || entry.page === page) &&
      (psid === undefined || entry.psid === psid) &&
      (metadata === undefined || entry.metadata === metadata);
    return this.parts.state.ambiguous.select({ since, limit, fits });
  }

  /** Recent Graph calls with their outcome, oldest first. */
  calls(filter: FilterInput = {}, origin = SOME_ORIGIN): CallView[] {
    const { page, psid, since, limit } = parse(filterInput, filter);
    const calls = this.parts.calls
      .list()
      .filter(
        (call) =>
          (page === undefined || call.page === page) &&
          (psid === undefined || call.psid === psid) &&
          (since === undefined || call.at >= since),
      );
    return youngest(calls, limit).map((call) => callView(call, origin));
  }

  /** Recent webhooks with their attempts, oldest first. */
  webhooks(filter: FilterInput = {}): WebhookView[] {
    const { page, psid, since, limit } = parse(filterInput, filter);
    const jobs = this.parts.webhooks
      .list()
      .filter((job) => isAbout(job, page, psid) && (since === undefined || job.createdAt >= since));
    return youngest(jobs, limit).map((job) => this.webhookView(job));
  }

  /** One recent webhook. */
  webhook(id: number): WebhookView {
    const job = this.parts.webhooks.list().find((one) => one.id === id);
    if (!job) throw new SandboxError('unknown_exchange', `No webhook ${id} is kept.`);
    return this.webhookView(job);
  }

  /** One recent Graph call; `origin`: where this sandbox is, for the command that repeats it. */
  call(id: number, origin = SOME_ORIGIN): CallView {
    const call = this.parts.calls.list().find((one) => one.id === id);
    if (!call) throw new SandboxError('unknown_exchange', `No call ${id} is kept.`);
    return callView(call, origin);
  }

  /** Recent webhooks and Graph calls together, a line each, the youngest first. */
  traffic(filter: TrafficInput = {}): ExchangeView[] {
    const { webhooks, calls } = this.parts;
    return traffic(webhooks.list(), calls.list(), parse(trafficInput, filter));
  }

  /** People by name or id, messages by their words; of one Page, or of all. */
  search(input: SearchInput): { people: PersonView[]; messages: FoundMessage[] } {
    const { q, page } = parse(searchInput, input);
    const { people: all, threads } = this.parts.state;
    const here = page === undefined ? all.values() : [...all.values()].filter((person) => person.page === page);
    const { people, messages } = search(here, (psid) => threads.of(psid), q);
    return { people: people.map(personView), messages };
  }

  /** Moves, freezes or resets the clock; without input tells how it stands. */
  clock(input: ClockInput = {}): ReturnType<SandboxClock['describe']> {
    const given = parse(clockInput, input);
    const { clock, feed } = this.parts;
    if (given.reset) clock.reset();
    if (given.frozen !== undefined) clock.freeze(given.frozen);
    if (given.set_ms !== undefined) clock.set(given.set_ms);
    if (given.advance_ms !== undefined) clock.advance(given.advance_ms);
    if (Object.keys(given).length > 0) feed.tell({ type: 'clock' });
    return clock.describe();
  }

  /** Arms a fault (rule 48). */
  addFault(input: FaultInput): Fault {
    const fault: Fault = { ...parse(faultInput, input), id: ++this.lastFaultId };
    this.parts.state.faults = [...this.parts.state.faults, fault];
    this.parts.feed.tell({ type: 'faults' });
    return fault;
  }

  /** Armed faults that have not struck yet. */
  faults(): readonly Fault[] {
    return this.parts.state.faults;
  }

  /** Disarms all faults. */
  clearFaults(): void {
    this.parts.state.faults = [];
    this.parts.feed.tell({ type: 'faults' });
  }

  /** Orders disorder for the next webhooks (rule 44). */
  addDisorder(input: DisorderInput): ArmedDisorder {
    const armed = { ...parse(disorderInput, input), id: ++this.lastFaultId };
    this.parts.state.disorder = [...this.parts.state.disorder, armed];
    this.parts.feed.tell({ type: 'faults' });
    return armed;
  }

  /** Disorder that has not struck yet. */
  disorder(): readonly ArmedDisorder[] {
    return this.parts.state.disorder;
  }

  /** Takes ordered disorder back. What chance brings is a switch of the Page. */
  clearDisorder(): void {
    this.parts.state.disorder = [];
    this.parts.feed.tell({ type: 'faults' });
  }

  /** The platform asks the app to delete the person's data (rule 50). */
  async requestDeletion(psid: string, input: DeletionInput): Promise<DeletionOutcome> {
    const { url, user_id: userId, tampered } = parse(deletionInput, input);
    const page = this.page(this.person(psid).page);
    const signed = rule50SignedRequest(page.appSecret, {
      userId: userId ?? appScopedId(page.appId, psid),
      issuedAt: this.parts.clock.now(),
      tampered,
    });
    try {
      return await requestDeletion(url, signed, this.parts.webhookTimeoutMs);
    } catch (error) {
      throw new SandboxError('callback_failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** Forgets everything: Pages, people, messages, faults, webhooks on their way; the clock goes back to real time. */
  reset(): void {
    const { state, clock, webhooks, calls, feed, meter, receipts, faults } = this.parts;
    webhooks.reset();
    faults.reset();
    receipts.reset();
    meter.reset();
    state.clear();
    calls.clear();
    clock.reset();
    for (const type of ['pages', 'people', 'clock', 'calls', 'webhooks', 'faults'] as const) feed.tell({ type });
  }

  /** The person writes. */
  say(psid: string, input: z.input<typeof sayInput>): { mid: string } {
    const { text, reply_to: replyTo } = parse(sayInput, input);
    return this.parts.acts.say(psid, text, replyTo);
  }

  /** A new person taps Get Started. */
  tapGetStarted(psid: string): { mid: string; ref: string | null } {
    return this.parts.acts.tapGetStarted(psid);
  }

  /** The person taps Notify Me; `emitted` is false at the second tap. */
  tapNotifyMe(psid: string, input: z.input<typeof tapNotifyMeInput> = {}): { emitted: boolean; mid: string } {
    return this.parts.acts.tapNotifyMe(psid, parse(tapNotifyMeInput, input).mid);
  }

  /** The person opts in to notification messages, or renews that (rule 23). */
  tapGetUpdates(psid: string, input: z.input<typeof tapGetUpdatesInput> = {}): { mid: string; renewed: boolean } {
    return this.parts.acts.tapGetUpdates(psid, parse(tapGetUpdatesInput, input).mid);
  }

  /** The person stops notification messages on a topic, or on all (rule 23). */
  stopNotifications(psid: string, input: z.input<typeof topicInput> = {}): { changed: number } {
    return this.parts.acts.setNotifications(psid, true, parse(topicInput, input).title);
  }

  /** The person wants notification messages again (rule 23). */
  resumeNotifications(psid: string, input: z.input<typeof topicInput> = {}): { changed: number } {
    return this.parts.acts.setNotifications(psid, false, parse(topicInput, input).title);
  }

  /** The person follows an m.me link. */
  clickLink(psid: string, input: z.input<typeof clickLinkInput>): ReturnType<PersonActs['clickLink']> {
    const given = parse(clickLinkInput, input);
    return this.parts.acts.clickLink(psid, 'url' in given ? given.url : given.ref);
  }

  /** The person presses a button or quick reply. */
  press(psid: string, input: z.input<typeof pressInput> = {}): ReturnType<PersonActs['press']> {
    return this.parts.acts.press(psid, parse(pressInput, input));
  }

  /** The person taps an entry of the Page's menu. */
  pressMenu(psid: string, input: z.input<typeof listChoiceInput> = {}): ReturnType<PersonActs['pressMenu']> {
    return this.parts.acts.pressMenu(psid, parse(listChoiceInput, input));
  }

  /** A new person taps one of the Page's questions. */
  tapIceBreaker(psid: string, input: z.input<typeof listChoiceInput> = {}): { mid: string; ref: string | null } {
    return this.parts.acts.tapIceBreaker(psid, parse(listChoiceInput, input));
  }

  /** Somebody of the brand answers from the Page's inbox (rule 45). */
  replyFromInbox(psid: string, input: z.input<typeof inboxReplyInput>): { mid: string } {
    return this.parts.acts.replyFromInbox(psid, parse(inboxReplyInput, input).text);
  }

  /** The person reacts, by default to the youngest message of the Page. */
  react(psid: string, input: z.input<typeof reactInput> = {}): { mid: string } {
    const { mid, reaction } = parse(reactInput, input);
    return this.parts.acts.react(psid, mid, reaction);
  }

  /** The person's device receives what was sent. */
  deliver(psid: string): { mids: string[] } {
    return this.parts.acts.deliver(psid);
  }

  /** The person sees what was sent. */
  read(psid: string): { mids: string[] } {
    return this.parts.acts.read(psid);
  }

  private switchDevice(person: Person, offline: boolean): void {
    const wasOff = person.offlineSince !== null;
    if (wasOff === offline) return;
    person.offlineSince = offline ? this.parts.clock.now() : null;
    if (!wasOff) return;
    this.parts.deeds.sendWaiting(person);
    this.parts.receipts.after(person);
  }

  private webhookView(job: WebhookJob): WebhookView {
    return webhookView(job, this.parts.state.pages.get(job.page)?.appSecret);
  }

  private view(page: Page): PageView {
    return pageView(page, this.parts.meter.highVolume(page), this.parts.clock.now());
  }

  private page(id: string): Page {
    const page = this.parts.state.pages.get(id);
    if (!page) throw new SandboxError('unknown_page', `There is no Page ${id}.`);
    return page;
  }

  private person(psid: string): Person {
    const person = this.parts.state.people.get(psid);
    if (!person) throw new SandboxError('unknown_person', `There is no person ${psid}.`);
    return person;
  }

  private freePsid(): string {
    let psid = newPsid();
    while (this.parts.state.people.has(psid)) psid = newPsid();
    return psid;
  }
}

/** What a Page shows: a new one has a Get Started button, a known one keeps what its app has set. */
function withGetStarted(known: MessengerProfile | undefined, payload: string | undefined): MessengerProfile {
  if (payload === undefined && known) return known;
  return { ...known, get_started: { payload: payload ?? 'GET_STARTED' } };
}

function newcomer(psid: string, page: string): Omit<Person, 'name' | 'locale' | 'timezone'> {
  return { psid, page, started: false, lastActedAt: null, pendingRef: null, typing: false, ...ORDINARY_PERSON };
}

/** The switches among what was given. */
function rulesIn(given: object): Partial<PageRules> {
  return Object.fromEntries(Object.entries(toCamel(given)).filter(([name]) => name in DEFAULT_PAGE_RULES));
}

function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new SandboxError('invalid', z.prettifyError(parsed.error));
  return parsed.data;
}

function* viewed(pages: Iterable<readonly LedgerEntry[]>): Generator<LedgerView[]> {
  for (const page of pages) yield page.map(ledgerView);
}

function youngest<T>(items: readonly T[], limit: number | undefined): T[] {
  return limit === undefined ? [...items] : items.slice(-limit);
}
