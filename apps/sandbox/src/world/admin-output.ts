import { z } from 'zod';
import type { ArmedDisorder } from '../domain/disorder.js';
import type { Fault } from '../domain/faults.js';
import type { AmbiguousSend } from '../domain/model.js';
import {
  disorderInput,
  faultInput,
  faultKind,
  pageRules,
  pageState,
  personPatch,
  revocation,
  weightedFault,
} from './admin-input.js';
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
import type { SandboxClock } from './clock.js';
import type { Pending } from './person-acts.js';
import { EXCHANGE_OUTCOMES } from './traffic.js';
import type { ExchangeView } from './traffic.js';

/** What the admin verbs answer, for their description. Times are milliseconds since the epoch. */

const at = z.number();
const count = z.number().int().nonnegative();
const right = z.enum(['window', 'one_time', 'notification', 'human_agent']);
/** Anything that Messenger itself defines: templates, menus, quick replies. */
const messengerObject = z.record(z.string(), z.unknown());
const file = z.strictObject({ type: z.enum(['image', 'audio', 'video', 'file']), url: z.string() });

const page = z.strictObject({
  ...pageRules,
  fault_kinds: z.array(weightedFault),
  page: z.string(),
  name: z.string(),
  app_id: z.string(),
  webhook_url: z.string().nullable(),
  token_state: z.union([z.literal('live'), revocation]),
  one_time_allowed: z.boolean(),
  strict_messaging_type: z.boolean(),
  state: pageState,
  high_volume: z.boolean().describe('rule 37: more than 40 messages in the last second'),
  known_values: z
    .strictObject({ token: z.string(), app_secret: z.string(), verify_token: z.string() })
    .nullable()
    .describe('what a bot needs, of the ready-made Page; null: these values are secret'),
  subscribed_fields: z.array(z.string()).nullable().describe('rule 41; null: all'),
  webhook_failing_since: at.nullable().describe('rule 43; null: the last webhook was taken'),
  webhook_alert: z.boolean().describe('rule 43: no webhook was taken for 15 minutes'),
  subscription_ended_at: at.nullable().describe('rule 43: ended after an hour of failures'),
  profile: messengerObject.describe('the Messenger profile as it was set'),
});

const { shape: switches } = personPatch;
const person = z.strictObject({
  psid: z.string(),
  page: z.string(),
  name: z.string(),
  locale: z.string(),
  timezone: z.string(),
  started: z.boolean().describe('whether there is a thread'),
  pending_ref: z.string().nullable().describe('rule 47: of the link that brought a new person'),
  typing: z.boolean(),
  window_until: at.nullable().describe('rule 6; null: never opened'),
  state: switches.state.unwrap(),
  thread_owner: z.string().nullable(),
  eu_blocked: z.boolean(),
  has_role: z.boolean(),
  region: z.string(),
  receipts: switches.receipts.unwrap(),
  receipt_delay_ms: count,
  offline: z.boolean().describe('what is sent waits, and what the person does'),
  offline_since: at.nullable(),
  muted: z.boolean(),
  profile_pic: z.string().nullable(),
  gender: z.enum(['male', 'female']).nullable(),
  fault_rate: z.number().nullable(),
  fault_seed: z.number().int().nullable(),
  fault_kinds: z.array(weightedFault).nullable(),
});

const profile = z.strictObject({
  greeting: z.string().nullable(),
  get_started: z.boolean(),
  ice_breakers: z.array(z.strictObject({ question: z.string(), payload: z.string() })),
  menu: z.array(messengerObject),
  composer_disabled: z.boolean().describe('the person can only tap'),
});

const pending = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('notify_me'), title: z.string() }),
  z.strictObject({ kind: z.literal('get_updates'), title: z.string() }),
  z.strictObject({
    kind: z.literal('button'),
    index: count,
    title: z.string(),
    type: z.enum(['web_url', 'postback', 'phone_number']),
    payload: z.string().optional(),
    url: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('quick_reply'), index: count, title: z.string(), payload: z.string() }),
]) satisfies z.ZodType<Pending>;

const message = z.strictObject({
  mid: z.string(),
  from: z.enum(['page', 'person']),
  at,
  text: z.string().nullable(),
  template: messengerObject.nullable(),
  attachment: file.nullable(),
  quick_replies: z.array(messengerObject),
  metadata: z.string().nullable(),
  right: z.union([right, z.literal('inbox')]).nullable(),
  reaction: z.string().nullable(),
  delivered_at: at.nullable(),
  read_at: at.nullable(),
  reply_to: z.string().nullable().describe('the message that this one answers'),
  pending: z.array(pending).describe('what waits for a tap'),
  topic: z
    .strictObject({ title: z.string(), stopped: z.boolean() })
    .nullable()
    .describe('how the topic stands that this message asks for; null: it asks for none, or nobody opted in'),
});

const waiting = z.strictObject({
  kind: z.enum(['write', 'quick_reply', 'postback', 'begin', 'notify_me', 'get_updates', 'topics', 'link', 'react']),
  words: z.string(),
  at: at.describe('when the person did it; the Page hears of it when the phone is on again'),
}) satisfies z.ZodType<WaitingView>;

const ledgerEntry = z.strictObject({
  page: z.string(),
  psid: z.string(),
  mid: z.string(),
  accepted_at: at,
  right,
  metadata: z.string().nullable(),
  text: z.string().nullable(),
  template: messengerObject.nullable(),
  attachment: file.nullable(),
  fault: faultKind.nullable().describe('what struck the answer (rule 48)'),
});

const ambiguousSend = z.strictObject({
  page: z.string(),
  psid: z.string().nullable(),
  mid: z.string().nullable().describe('null: not taken'),
  metadata: z.string().nullable(),
  at,
  fault: z.union([faultKind, z.literal('caller_left')]),
  taken: z.boolean(),
});

const headers = z.record(z.string(), z.string());
const call = z.strictObject({
  id: count,
  at,
  ms: z.number().nullable(),
  method: z.string(),
  path: z.string(),
  query: z.string().describe('without token and proof'),
  headers: headers.describe('what proves who called is blackened'),
  page: z.string().nullable(),
  psid: z.string().nullable(),
  status: z.number().int().nullable().describe('null: no answer was given'),
  outcome: z.enum(['accepted', 'refused', 'fault']),
  rule: z.number().int().nullable(),
  code: z.number().int().nullable(),
  subcode: z.number().int().nullable(),
  mid: z.string().nullable(),
  fault: faultKind.nullable(),
  request: z.string().describe('the body, cut at 8,000 characters'),
  answer: z.string().nullable().describe('likewise; null: none was given'),
  curl: z.string().describe('makes the call again, with the token in $PAGE_TOKEN'),
});

const attempt = z.strictObject({
  at,
  ms: z.number(),
  status: z.number().int().nullable(),
  error: z.string().nullable(),
  answer: z.string().nullable().describe('what the receiver answered, cut at 2,000 characters'),
});

const webhook = z.strictObject({
  id: count,
  page: z.string().describe('of a batch, that of its first event, as psid'),
  psid: z.string(),
  events: count.describe('how many events are in it; `page` and `psid` find it by each of them'),
  state: z.enum(['waiting', 'delivered', 'dropped', 'nobody_subscribed', 'not_subscribed', 'batched']),
  created_at: at,
  failures: count,
  attempts: z.array(attempt),
  body: z.string(),
  url: z.string().nullable().describe('of the last attempt, as the headers'),
  headers,
  signature: z.strictObject({
    header: z.string().nullable(),
    check: z
      .enum(['valid', 'forged', 'none'])
      .nullable()
      .describe('what a receiver finds that checks; null: not sent yet'),
  }),
  curl: z.string().nullable().describe('sends the same bytes with the same signatures again'),
});

const exchange = z.strictObject({
  id: count,
  kind: z.enum(['webhook', 'call']),
  at,
  page: z.string().nullable(),
  psid: z.string().nullable(),
  title: z.string(),
  words: z.string(),
  outcome: z.enum(EXCHANGE_OUTCOMES),
  status: z.string().describe('HTTP status, or a word where there was none'),
  ms: z.number().nullable(),
});

const product = z.strictObject({
  id: z.string(),
  page: z.string(),
  title: z.string(),
  subtitle: z.string().nullable(),
  image_url: z.string().nullable(),
  link: z.string(),
});

const clock = z.strictObject({ now: at, frozen: z.boolean(), offset_ms: z.number() });
const armed = { id: count, page: z.string().optional(), psid: z.string().optional() };
const { kind: _kind, ...faultShape } = faultInput.shape;

/** The schemas, by the names that the description gives them. */
export const OUTPUTS = {
  Page: page satisfies z.ZodType<PageView>,
  Person: person satisfies z.ZodType<PersonView>,
  Thread: z.strictObject({
    person,
    profile,
    messages: z.array(message),
    waiting: z.array(waiting).describe('done on a phone that is offline, not sent yet'),
  }) satisfies z.ZodType<{
    person: PersonView;
    profile: Omit<ProfileView, 'menu'>;
    messages: Omit<MessageView, 'template' | 'quick_replies'>[];
    waiting: WaitingView[];
  }>,
  LedgerEntry: ledgerEntry satisfies z.ZodType<Omit<LedgerView, 'template'>>,
  AmbiguousSend: ambiguousSend satisfies z.ZodType<AmbiguousSend>,
  Call: call satisfies z.ZodType<CallView>,
  Webhook: webhook satisfies z.ZodType<WebhookView>,
  Exchange: exchange satisfies z.ZodType<ExchangeView>,
  People: z.strictObject({ made: count, people: z.array(person) }),
  Found: z.strictObject({
    people: z.array(person),
    messages: z.array(
      z.strictObject({
        ...{ psid: z.string(), name: z.string(), mid: z.string(), at },
        ...{ from: z.enum(['page', 'person']), excerpt: z.string() },
      }),
    ),
  }),
  Product: product satisfies z.ZodType<ProductView>,
  Clock: clock satisfies z.ZodType<ReturnType<SandboxClock['describe']>>,
  Overview: z.strictObject({
    pages: z.array(page),
    people: z.array(person),
    people_total: count,
    products: z.array(product),
    clock,
    webhooks: z
      .strictObject({ waiting: count, most: count, dropped: count })
      .describe('events that wait for receivers, how many may, and how many were dropped for want of room'),
  }),
  Fault: z.strictObject({ ...faultShape, ...armed, kind: faultKind, times: count }) satisfies z.ZodType<Fault>,
  Disorder: z.strictObject({
    ...armed,
    kind: disorderInput.shape.kind,
    times: count,
  }) satisfies z.ZodType<ArmedDisorder>,
  Deletion: z.strictObject({
    status: z.number().int(),
    answer: z.strictObject({ url: z.string(), confirmation_code: z.string() }).nullable(),
    signed_request: z.string(),
  }),
  Sent: z.strictObject({ mid: z.string() }),
  Begun: z.strictObject({ mid: z.string(), ref: z.string().nullable() }),
  Tapped: z.strictObject({ mid: z.string(), emitted: z.boolean() }),
  OptedIn: z.strictObject({ mid: z.string(), renewed: z.boolean() }),
  Changed: z.strictObject({ changed: count }),
  Link: z.strictObject({
    outcome: z.enum(['waiting_for_get_started', 'referral_sent', 'thread_opened', 'waiting_for_network']),
  }),
  Pressed: z.strictObject({
    kind: z.enum(['postback', 'quick_reply', 'opened']),
    mid: z.string().optional(),
    url: z.string().optional(),
  }),
  Receipt: z.strictObject({ mids: z.array(z.string()) }),
  Error: z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }),
};
/** A name in {@link OUTPUTS}. */
export type OutputName = keyof typeof OUTPUTS;
