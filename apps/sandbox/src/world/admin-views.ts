import { mediaOf, templateOf } from '../domain/attachment.js';
import { deedWords } from '../domain/deed.js';
import type { Deed } from '../domain/deed.js';
import { greetingFor, iceBreakersFor, menuFor } from '../domain/messenger-profile.js';
import type { LedgerEntry, Page, Person, ProductLink, ThreadMessage } from '../domain/model.js';
import { callCurl, webhookCurl } from '../domain/curl.js';
import { knownValues } from '../domain/ready-made.js';
import { rule6WindowEnd } from '../domain/rules-window.js';
import { checkSignature } from '../domain/signature-check.js';
import { namesOf } from '../domain/user-profile.js';
import { rule43Standing } from '../domain/webhook-retries.js';
import { addressees } from '../outbound/webhook-job.js';
import type { WebhookJob } from '../outbound/webhook-job.js';
import type { GraphCall } from './call-log.js';
import { toSnake } from './snake-case.js';
import type { Pending, TopicState } from './person-acts.js';

/** What the admin API shows, as JSON in snake case. Times are milliseconds since the epoch. */

/**
 * A Page; no secret and no token in it, but for the ready-made one, whose values are no secrets (`known_values`).
 * `high_volume`: more than 40 messages in the last second (rule 37); `webhook_alert`: no webhook was taken for 15 minutes
 * (rule 43).
 */
export function pageView(page: Page, highVolume: boolean, now: number) {
  return {
    page: page.id,
    name: page.name,
    app_id: page.appId,
    webhook_url: page.webhookUrl,
    token_state: page.tokenState,
    one_time_allowed: page.oneTimeAllowed,
    strict_messaging_type: page.strictMessagingType,
    state: page.state,
    high_volume: highVolume,
    known_values: knownValues(page),
    subscribed_fields: page.subscribedFields,
    webhook_failing_since: page.webhookFailingSince,
    webhook_alert: rule43Standing(page.webhookFailingSince, now) !== 'ok',
    subscription_ended_at: page.subscriptionEndedAt,
    profile: page.profile,
    ...toSnake(page.rules),
  };
}

/** A person; `window_until` null: never opened. */
export function personView(person: Person) {
  return {
    psid: person.psid,
    page: person.page,
    name: person.name,
    locale: person.locale,
    timezone: person.timezone,
    started: person.started,
    pending_ref: person.pendingRef,
    typing: person.typing,
    window_until: rule6WindowEnd(person.lastActedAt),
    state: person.state,
    thread_owner: person.threadOwner,
    eu_blocked: person.euBlocked,
    has_role: person.hasRole,
    region: person.region,
    receipts: person.receipts,
    receipt_delay_ms: person.receiptDelayMs,
    offline: person.offlineSince !== null,
    offline_since: person.offlineSince,
    muted: person.muted,
    profile_pic: person.profilePic,
    gender: person.gender,
    fault_rate: person.faultRate,
    fault_seed: person.faultSeed,
    fault_kinds: person.faultKinds,
  };
}

/**
 * What the Page shows this person beside the messages, in their language: before the first message the greeting with
 * Get Started or questions (questions go before), later the menu. `composer_disabled`: the person can only tap.
 */
export function profileView(page: Page, person: Person) {
  const { items, composerDisabled } = menuFor(page.profile, person.locale);
  return {
    greeting: greetingFor(page.profile, { locale: person.locale, ...namesOf(person.name) }),
    get_started: page.profile.get_started !== undefined,
    ice_breakers: iceBreakersFor(page.profile, person.locale),
    menu: items,
    composer_disabled: composerDisabled,
  };
}

/** One bubble, with what waits for a tap in it and, if it asks for notification messages, how that topic stands. */
export function messageView(message: ThreadMessage, pending: Pending[], topic: TopicState | undefined) {
  return {
    mid: message.mid,
    from: message.from,
    at: message.at,
    text: message.text ?? null,
    template: templateOf(message) ?? null,
    attachment: fileIn(message),
    quick_replies: message.quickReplies ?? [],
    metadata: message.metadata ?? null,
    right: message.right ?? null,
    reaction: message.reaction ?? null,
    delivered_at: message.deliveredAt ?? null,
    read_at: message.readAt ?? null,
    reply_to: message.replyTo ?? null,
    pending,
    topic: topic ?? null,
  };
}

/** Something that the person did on a phone that is offline; it is sent when the phone is on again. */
export function waitingView(deed: Deed) {
  return { kind: deed.kind, words: deedWords(deed), at: deed.at };
}

/** One accepted message: what the person truly received. */
export function ledgerView(entry: LedgerEntry) {
  return {
    page: entry.page,
    psid: entry.psid,
    mid: entry.mid,
    accepted_at: entry.acceptedAt,
    right: entry.right,
    metadata: entry.metadata,
    text: entry.text,
    template: entry.template,
    attachment: entry.attachment,
    fault: entry.fault,
  };
}

function fileIn(message: ThreadMessage): { type: string; url: string } | null {
  const media = mediaOf(message);
  return media ? { type: media.type, url: media.payload.url ?? '' } : null;
}

/** A product page. */
export function productView(product: ProductLink) {
  const { id, page, title, subtitle, imageUrl, link } = product;
  return { id, page, title, subtitle, image_url: imageUrl, link };
}

/**
 * A webhook on its way or done: the bytes, what was sent with them at the last attempt, the check that its receiver
 * should make with the app's secret as it is now, and a command that sends it again.
 */
export function webhookView(job: WebhookJob, appSecret: string | undefined) {
  const { id, page, psid, state, body, failures, attempts, createdAt, sent } = job;
  const header = sent?.headers['x-hub-signature-256'];
  const check = sent && appSecret !== undefined ? checkSignature(header, body, appSecret) : null;
  return {
    ...{ id, page, psid, events: addressees(job).length, state, created_at: createdAt, failures, attempts, body },
    url: sent?.url ?? null,
    headers: sent?.headers ?? {},
    signature: { header: header ?? null, check },
    curl: sent ? webhookCurl(sent.url, sent.headers, body) : null,
  };
}

/** A Graph call and its answer, and a command that makes it again. `origin`: the address of this sandbox. */
export function callView(call: GraphCall, origin: string) {
  return { ...call, curl: callCurl(origin, call) };
}

/** See {@link pageView}. */
export type PageView = ReturnType<typeof pageView>;
/** See {@link personView}. */
export type PersonView = ReturnType<typeof personView>;
/** See {@link profileView}. */
export type ProfileView = ReturnType<typeof profileView>;
/** See {@link messageView}. */
export type MessageView = ReturnType<typeof messageView>;
/** See {@link waitingView}. */
export type WaitingView = ReturnType<typeof waitingView>;
/** See {@link ledgerView}. */
export type LedgerView = ReturnType<typeof ledgerView>;
/** See {@link productView}. */
export type ProductView = ReturnType<typeof productView>;
/** See {@link callView}. */
export type CallView = ReturnType<typeof callView>;
/** See {@link webhookView}. */
export type WebhookView = ReturnType<typeof webhookView>;
