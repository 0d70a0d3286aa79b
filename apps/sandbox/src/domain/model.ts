import type { OutgoingMessage, TemplatePayload } from '@beckon/messenger';
import type { Attachment, MediaKind } from './attachment.js';
import type { Deed } from './deed.js';
import type { FaultKind, WeightedFault } from './faults.js';
import type { MessengerProfile } from './messenger-profile.js';
import type { PageRules } from './page-rules.js';

/**
 * What the sandbox knows: Pages, the people who write to them, and what passed between them. Plain data, so that a
 * snapshot is one JSON.stringify. All times are milliseconds since the epoch on the sandbox's own clock.
 */

/** A Page with its app. Switches are the rules marked as assumed in the rule list, with their defaults. */
export interface Page {
  id: string;
  name: string;
  /** Page access token. */
  token: string;
  /** 'live', or the subcode with which every call is refused (460 password, 463 expired, 467 invalid). */
  tokenState: 'live' | 458 | 459 | 460 | 463 | 464 | 467;
  appId: string;
  appSecret: string;
  /** Where webhooks go; null: nobody has subscribed. */
  webhookUrl: string | null;
  verifyToken: string;
  /** What the Page shows beside its conversations; the app sets it, and the admin API the Get Started button. */
  profile: MessengerProfile;
  /** Whether the Page may ask for one-time notifications (rule 11). */
  oneTimeAllowed: boolean;
  /** Whether a missing `messaging_type` is refused (rule 10). */
  strictMessagingType: boolean;
  /** Whether the platform lets the Page send (rule 34). */
  state: 'ok' | 'restricted' | 'policy_blocked';
  /** The webhook fields that the app subscribed to (rule 41); null: all. */
  subscribedFields: string[] | null;
  /** Rule 43: since when no webhook was taken; null: the last one was. */
  webhookFailingSince: number | null;
  /** Rule 43: when the platform ended the subscription; null: it did not, or the app has subscribed again. */
  subscriptionEndedAt: number | null;
  /** The switches. */
  rules: PageRules;
}

/** One person on one Page: the same human on another Page is another record with another id (rule 1). */
export interface Person {
  psid: string;
  page: string;
  name: string;
  locale: string;
  timezone: string;
  /** Whether a thread exists, that is: Get Started was tapped. */
  started: boolean;
  /** When the person last did something that opens the window (rule 6). */
  lastActedAt: number | null;
  /** The `ref` of the link that brought a new person, kept until Get Started (rule 47). */
  pendingRef: string | null;
  /** Whether the Page shows typing dots. */
  typing: boolean;
  /** Whether messages reach the person (rule 32). */
  state: 'reachable' | 'blocked' | 'deactivated' | 'thread_deleted' | 'cannot_receive';
  /** The app that owns the thread (rule 33); null: the Page's own. */
  threadOwner: string | null;
  /** Whether European privacy rules keep features from this person (rule 35). */
  euBlocked: boolean;
  /** Whether the person has a role on the app: a tester (rules 4 and 26). */
  hasRole: boolean;
  /** Where the person lives, for products that exist in some regions only (rule 24). */
  region: string;
  /** Which receipts the person's device sends by itself, `receiptDelayMs` after a message came (rule 46). */
  receipts: 'none' | 'delivered' | 'read';
  receiptDelayMs: number;
  /** Since when the device is off: what is sent waits, unseen, and so does what the person does. null: it is on. */
  offlineSince: number | null;
  /** What the person did on a device that is off, in order. */
  waiting: readonly Deed[];
  /** Whether notifications of this thread are off: messages reach the device, but are not read by themselves. */
  muted: boolean;
  /** Address of a picture; null: the sandbox draws one. */
  profilePic: string | null;
  /** null: not told to Pages. */
  gender: 'male' | 'female' | null;
  /** Rule 48: share of this person's sends that meet a fault; null: as the Page says, with the next two. */
  faultRate: number | null;
  faultSeed: number | null;
  faultKinds: WeightedFault[] | null;
}

/** A one-time-notification request that was shown to a person. */
export interface OneTimeRequest {
  mid: string;
  page: string;
  psid: string;
  title: string;
  payload: string;
  askedAt: number;
  /** The token that the tap gave; null: not tapped yet. */
  token: string | null;
}

/** The right to send one message, whenever. */
export interface OneTimeToken {
  token: string;
  page: string;
  psid: string;
  requestMid: string;
  grantedAt: number;
  /** The message that used it up; null: still good. */
  spentBy: string | null;
}

/** A request for notification messages that was shown to a person. */
export interface NotificationRequest {
  mid: string;
  page: string;
  psid: string;
  /** The topic. */
  title: string;
  payload: string;
  reoptin: string;
  timezone: string;
  askedAt: number;
}

/** The right to send on one topic, again and again. One per person, Page and topic. */
export interface NotificationToken {
  token: string;
  page: string;
  psid: string;
  title: string;
  payload: string;
  requestMid: string;
  reoptin: string;
  timezone: string;
  createdAt: number;
  /** The last opt-in: follow-ups count from it. */
  optedInAt: number;
  expiresAt: number;
  /** Whether the person has renewed it. */
  renewed: boolean;
  stopped: boolean;
  /** Messages in the two minutes after the opt-in. */
  followUps: number;
  /** null: not used yet, or the cooldown was lifted. */
  lastUsedAt: number | null;
}

/** By which right a message was taken. */
export type SendingRight = 'window' | 'one_time' | 'notification' | 'human_agent';

/** One bubble on the phone. */
export interface ThreadMessage {
  mid: string;
  from: 'page' | 'person';
  at: number;
  text?: string;
  attachment?: Attachment;
  quickReplies?: OutgoingMessage['quick_replies'];
  metadata?: string;
  /** 'inbox': written by a person of the brand, not by the app (rule 45). */
  right?: SendingRight | 'inbox';
  reaction?: string;
  deliveredAt?: number;
  readAt?: number;
  /** The message that this one answers. */
  replyTo?: string;
}

/** One accepted message: what a person truly received. */
export interface LedgerEntry {
  page: string;
  psid: string;
  mid: string;
  acceptedAt: number;
  right: SendingRight;
  metadata: string | null;
  text: string | null;
  template: TemplatePayload | null;
  /** The file in it. */
  attachment: { type: MediaKind; url: string } | null;
  /** The fault that struck the call that brought it (rule 48). */
  fault: FaultKind | null;
}

/** A send whose caller could not know whether it was taken: the answer was lost, or told nothing. */
export interface AmbiguousSend {
  page: string;
  /** null: the call addressed nobody we know of. */
  psid: string | null;
  /** The message that was taken all the same; null: none was. */
  mid: string | null;
  metadata: string | null;
  at: number;
  /** What took the answer away; 'caller_left': the caller broke the connection before it came. */
  fault: FaultKind | 'caller_left';
  taken: boolean;
}

/** A product page with a "notify me" link, for the phone page. */
export interface ProductLink {
  id: string;
  page: string;
  title: string;
  subtitle: string | null;
  imageUrl: string | null;
  /** An m.me link. */
  link: string;
}
