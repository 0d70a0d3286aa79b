import { z } from 'zod';
import { DISORDER_KINDS } from '../domain/disorder.js';
import { FAULT_KINDS } from '../domain/faults.js';
import type { FaultKind, FaultShape } from '../domain/faults.js';
import { ASSUMED_CODES } from '../domain/graph-error.js';
import type { AssumedCode } from '../domain/graph-error.js';
import { WEBHOOK_FIELDS } from '../domain/subscription.js';
import { EXCHANGE_OUTCOMES } from './traffic.js';

/** What the admin verbs take, over HTTP and in process alike. Unknown keys are refused: they are mostly typing errors. */

const id = z.union([z.string().min(1).max(100), z.number().int().positive().transform(String)]);
const httpUrl = z.url({ protocol: /^https?$/ });

/** The kinds of faults. */
export const faultKind = z.enum(Object.keys(FAULT_KINDS) as [FaultKind, ...FaultKind[]]);
/** What a kind of fault needs besides its name. */
const faultShape = {
  kind: faultKind,
  code: z.number().int().optional(),
  subcode: z.number().int().optional(),
  message: z.string().optional(),
  transient: z.boolean().optional(),
  /** Milliseconds of real time. */
  ms: z.number().int().nonnegative().max(600_000).optional(),
};
const delayHasMs = (fault: FaultShape): boolean => fault.kind !== 'delay' || fault.ms !== undefined;
const errorHasCode = (fault: FaultShape): boolean =>
  !['error', 'ok_with_error'].includes(fault.kind) || fault.code !== undefined;
/** A fault and how often it comes compared with others. */
export const weightedFault = z.strictObject({ ...faultShape, weight: z.number().positive() });
/** Faults that chance chooses from: a kind, or a kind with what it needs and its weight (1 if not said). */
const faultKinds = z
  .array(
    z.union([
      faultKind.transform((kind) => ({ kind, weight: 1 })),
      z.strictObject({ ...weightedFault.shape, weight: z.number().positive().default(1) }),
    ]),
  )
  .min(1)
  .refine((faults) => faults.every(delayHasMs), 'a delay needs ms')
  .refine((faults) => faults.every(errorHasCode), 'an error needs a code');
const faultRate = z.number().min(0).max(1);

/** The switches of a Page, each with the name that it has on the wire; see PageRules for what they mean. */
export const pageRules = {
  require_appsecret_proof: z.boolean(),
  permissions: z.array(z.string()),
  app_live: z.boolean(),
  unknown_versions: z.enum(['served', 'refused']),
  eu_privacy_rules: z.boolean(),
  notify_me_opens_window: z.boolean(),
  second_tap_emits: z.boolean(),
  failed_checks_spend_tokens: z.boolean(),
  refused_sends_spend_tokens: z.boolean(),
  text_units: z.enum(['code_points', 'utf16']),
  assumed_codes: z.partialRecord(z.enum(Object.keys(ASSUMED_CODES) as AssumedCode[]), z.number().int()),
  one_time_requests_per_day: z.number().int().min(0).nullable(),
  notification_requests_per_week: z.number().int().min(0),
  notification_status_with_space: z.boolean(),
  notification_token_days: z.number().positive(),
  notification_cooldown_hours: z.number().positive(),
  notification_regions_only: z.boolean(),
  unavailable_code: z.union([z.literal(551), z.literal(200)]),
  standby_events: z.enum(['all', 'messages']),
  standby_own_buttons: z.boolean(),
  limits_enforced: z.boolean(),
  sends_per_second: z.number().positive(),
  media_per_second: z.number().positive(),
  media_kinds: z.array(z.enum(['image', 'audio', 'video', 'file'])),
  rate_debt_seconds: z.number().nonnegative(),
  calls_per_person_and_day: z.number().int().positive(),
  day_limit_code: z.union([z.literal(80006), z.literal(4)]),
  thread_sends_per_second: z.number().positive().nullable(),
  refuse_high_volume: z.boolean(),
  webhook_retry_first_ms: z.number().int().positive(),
  webhook_retry_longest_ms: z.number().int().positive(),
  end_drops_waiting: z.boolean(),
  webhook_batch_ms: z.number().int().min(0).max(60_000),
  disorder_rate: z.number().min(0).max(1),
  disorder_seed: z.number().int(),
  disorder_kinds: z.array(z.enum(DISORDER_KINDS)),
  disorder_late_ms: z.number().int().nonnegative(),
  inbox_reply_takes_thread: z.boolean(),
  fault_rate: faultRate,
  fault_seed: z.number().int(),
  fault_kinds: faultKinds,
};
/** Rule 34. */
export const pageState = z.enum(['ok', 'restricted', 'policy_blocked']);
const subscribedFields = z.array(z.enum(WEBHOOK_FIELDS)).nullable();

/** `PATCH /admin/pages/:page`: what is named changes, everything else stays. */
export const pagePatch = z
  .strictObject({
    ...pageRules,
    /** Rule 34: restricted, or blocked for breaking a policy (the Page is told by webhook). */
    state: pageState,
    /** Rule 41: the subscribed webhook fields; null: all. */
    subscribed_fields: subscribedFields,
    one_time_allowed: z.boolean(),
    strict_messaging_type: z.boolean(),
  })
  .partial();
/** See {@link pagePatch}. */
export type PagePatch = z.input<typeof pagePatch>;

/** `POST /admin/pages`: makes a Page or changes it; people, threads, state and subscription stay. */
export const pageInput = z.strictObject({
  ...z.object(pageRules).partial().shape,
  page: id,
  name: z.string().min(1),
  token: z.string().min(1),
  app_id: id,
  app_secret: z.string().min(1),
  webhook_url: httpUrl.nullish(),
  verify_token: z.string().default(''),
  /** Payload of the Get Started button; GET_STARTED for a new Page that says nothing. */
  get_started_payload: z.string().min(1).max(1000).optional(),
  /** Rule 11: whether the Page may ask for one-time notifications. */
  one_time_allowed: z.boolean().default(true),
  /** Rule 10: whether `messaging_type` must be there. */
  strict_messaging_type: z.boolean().default(false),
});
/** See {@link pageInput}. */
export type PageInput = z.input<typeof pageInput>;

/** Rule 2: the subcodes with which a token is refused. */
export const revocation = z.union([
  z.literal(458),
  z.literal(459),
  z.literal(460),
  z.literal(463),
  z.literal(464),
  z.literal(467),
]);

/** `POST /admin/pages/:page/token`: revokes the token with a subcode (null: takes that back), or sets a new one. */
export const tokenInput = z.union([
  z.strictObject({
    revoked: revocation.nullable(),
  }),
  z.strictObject({ token: z.string().min(1) }),
]);
/** See {@link tokenInput}. */
export type TokenInput = z.input<typeof tokenInput>;

/** `POST /admin/pages/:page/webhook`: where webhooks go from now on; without a word of its own the old one stays. */
export const webhookInput = z.strictObject({ url: httpUrl.nullable(), verify_token: z.string().optional() });
/** See {@link webhookInput}. */
export type WebhookInput = z.input<typeof webhookInput>;

/** `POST /admin/pages/:page/personas`: the first `count` people of a seed; `mixed`: some of them are unlike the others. */
export const personasInput = z.strictObject({
  seed: z.number().int(),
  count: z.number().int().min(1).max(10_000),
  mixed: z.boolean().default(false),
});
/** See {@link personasInput}. */
export type PersonasInput = z.input<typeof personasInput>;

/** `POST /admin/people`: a person on a Page; with a `psid` that exists, that person is changed. */
export const personInput = z.strictObject({
  page: id,
  name: z.string().min(1),
  psid: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  locale: z.string().min(2).default('en_US'),
  timezone: z.string().min(1).default('UTC'),
  /** Address of a picture; null: the sandbox draws one. */
  profile_pic: httpUrl.nullish(),
  gender: z.enum(['male', 'female']).nullish(),
});
/** See {@link personInput}. */
export type PersonInput = z.input<typeof personInput>;

/** `PATCH /admin/people/:psid`: what is named changes. */
export const personPatch = z
  .strictObject({
    /** Rule 32. */
    state: z.enum(['reachable', 'blocked', 'deactivated', 'thread_deleted', 'cannot_receive']),
    /** Rule 33: the app that owns the thread; null: the Page's own. The Page is told by webhook. */
    thread_owner: id.nullable(),
    /** Rule 35. */
    eu_blocked: z.boolean(),
    /** Rules 4 and 26: a role on the app. */
    has_role: z.boolean(),
    /** Rule 24: 'EU', 'JP', 'US' and so on. */
    region: z.string().min(2),
    /** Rule 46: receipts that the device sends by itself. */
    receipts: z.enum(['none', 'delivered', 'read']),
    /** Rule 46: milliseconds between message and receipt on the sandbox's clock. */
    receipt_delay_ms: z.number().int().nonnegative(),
    /** The device is off: what is sent to it and done on it waits until it is on again. */
    offline: z.boolean(),
    /** Notifications of the thread are off: nothing is read by itself. */
    muted: z.boolean(),
    /** Address of a picture; null: the sandbox draws one. */
    profile_pic: httpUrl.nullable(),
    gender: z.enum(['male', 'female']).nullable(),
    /** Rule 48: share of this person's sends that meet a fault; null: as the Page says, with the next two. */
    fault_rate: faultRate.nullable(),
    fault_seed: z.number().int().nullable(),
    fault_kinds: faultKinds.nullable(),
  })
  .partial();
/** See {@link personPatch}. */
export type PersonPatch = z.input<typeof personPatch>;

/** `POST /admin/products`: a product page with a "notify me" link, shown beside the phones. */
export const productInput = z.strictObject({
  page: id,
  id: z.string().min(1),
  title: z.string().min(1),
  subtitle: z.string().nullish(),
  image_url: httpUrl.nullish(),
  link: z.string().min(1),
});
/** See {@link productInput}. */
export type ProductInput = z.input<typeof productInput>;

/** `POST /admin/clock`: any of them, in this order: reset, freeze or unfreeze, set, advance. Milliseconds. */
export const clockInput = z.strictObject({
  reset: z.literal(true).optional(),
  frozen: z.boolean().optional(),
  set_ms: z.number().int().nonnegative().optional(),
  advance_ms: z.number().int().optional(),
});
/** See {@link clockInput}. */
export type ClockInput = z.input<typeof clockInput>;

/** `POST /admin/faults`: arms a fault for the next `times` calls (1 if not said) of a Page, a person, or anybody. */
export const faultInput = z
  .strictObject({
    ...faultShape,
    times: z.number().int().min(1).default(1),
    page: id.optional(),
    psid: id.optional(),
  })
  .refine(delayHasMs, 'a delay needs ms')
  .refine(errorHasCode, 'it needs a code');
/** See {@link faultInput}. */
export type FaultInput = z.input<typeof faultInput>;

/** `POST /admin/disorder`: what happens to the next `times` webhooks (1 if not said) that it fits (rule 44). */
export const disorderInput = z.strictObject({
  kind: z.enum(DISORDER_KINDS),
  times: z.number().int().min(1).default(1),
  page: id.optional(),
  psid: id.optional(),
});
/** See {@link disorderInput}. */
export type DisorderInput = z.input<typeof disorderInput>;

/** `POST /admin/people/:psid/request-deletion`: where to, as whom (the app's id for the person if not said). */
export const deletionInput = z.strictObject({
  url: httpUrl,
  user_id: id.optional(),
  /** Whether the payload is changed after signing. */
  tampered: z.boolean().default(false),
});
/** See {@link deletionInput}. */
export type DeletionInput = z.input<typeof deletionInput>;

/** Filters of `GET /admin/ledger` and `/admin/ambiguous`; without `metadata`, of `/admin/calls` and `/admin/webhooks`. */
export const filterInput = z.strictObject({
  page: z.string().optional(),
  psid: z.string().optional(),
  metadata: z.string().optional(),
  /** Milliseconds since the epoch, inclusive. */
  since: z.coerce.number().int().optional(),
  /** Only the youngest so many. */
  limit: z.coerce.number().int().min(1).optional(),
});
/** See {@link filterInput}. */
export type FilterInput = z.input<typeof filterInput>;

/** Filters of `GET /admin/traffic`. */
export const trafficInput = z.strictObject({
  page: z.string().optional(),
  psid: z.string().optional(),
  kind: z.enum(['webhook', 'call']).optional(),
  outcome: z.enum(EXCHANGE_OUTCOMES).optional(),
  /** Found anywhere in bodies, ids and metadata. */
  q: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
/** See {@link trafficInput}. */
export type TrafficInput = z.input<typeof trafficInput>;

/** `GET /admin/search` */
export const searchInput = z.strictObject({ q: z.string().min(1), page: z.string().optional() });
/** See {@link searchInput}. */
export type SearchInput = z.input<typeof searchInput>;

/** `POST /admin/people/:psid/say` */
export const sayInput = z.strictObject({ text: z.string().min(1), reply_to: z.string().optional() });
/** `POST /admin/people/:psid/tap-notify-me` */
export const tapNotifyMeInput = z.strictObject({ mid: z.string().optional() });
/** `POST /admin/people/:psid/tap-get-updates` */
export const tapGetUpdatesInput = z.strictObject({ mid: z.string().optional() });
/** `POST /admin/people/:psid/stop-notifications` and `.../resume-notifications`: one topic, or all. */
export const topicInput = z.strictObject({ title: z.string().optional() });
/** `POST /admin/people/:psid/click-link`: an m.me link or a bare ref. */
export const clickLinkInput = z.union([
  z.strictObject({ url: z.string().min(1) }),
  z.strictObject({ ref: z.string().min(1) }),
]);
/** `POST /admin/people/:psid/press` */
export const pressInput = z.strictObject({
  mid: z.string().optional(),
  index: z.number().int().nonnegative().optional(),
  title: z.string().optional(),
  payload: z.string().optional(),
});
/** `POST /admin/people/:psid/press-menu` and `.../tap-ice-breaker`: the first entry that fits. */
export const listChoiceInput = pressInput.omit({ mid: true });
/** `POST /admin/people/:psid/inbox-reply` */
export const inboxReplyInput = z.strictObject({ text: z.string().min(1).max(2000) });
/** `POST /admin/people/:psid/react`: without `reaction` the reaction is taken back. */
export const reactInput = z.strictObject({ mid: z.string().optional(), reaction: z.string().optional() });
