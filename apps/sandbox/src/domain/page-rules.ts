import type { MediaKind } from './attachment.js';
import { DISORDER_KINDS } from './disorder.js';
import type { DisorderKind } from './disorder.js';
import { ORDINARY_FAULTS } from './faults.js';
import type { WeightedFault } from './faults.js';
import type { AssumedCode } from './graph-error.js';
import type { TextUnits } from './rules-payload.js';

/**
 * The switches of a Page: rules that the platform does not document, or whose strength a test wants to choose. Each can
 * be set with `POST /admin/pages` and `PATCH /admin/pages/:page` under its name in snake case.
 */
export interface PageRules {
  /** Rule 3: whether every call needs an `appsecret_proof`. */
  requireAppsecretProof: boolean;
  /** Rule 4: what the token's app may do; without `pages_messaging` no call to `messages` passes. */
  permissions: string[];
  /** Rule 4: whether the app is live; otherwise only people with a role on it can be written to. */
  appLive: boolean;
  /** Rule 5, assumed: whether a version that is not live is served by the oldest live one, or refused. */
  unknownVersions: 'served' | 'refused';
  /** Rule 8, assumed: whether a tap on Notify Me opens the window. */
  notifyMeOpensWindow: boolean;
  /** Rule 13, assumed: whether a second tap on Notify Me tells the Page again, with the same token. */
  secondTapEmits: boolean;
  /** Rule 17, assumed: whether a message that fails its checks uses its one-time token up. */
  failedChecksSpendTokens: boolean;
  /** Rule 18, assumed: whether a refused send (throttled, dead access token, person away) uses its token up. */
  refusedSendsSpendTokens: boolean;
  /** Rule 28, assumed: what counts as one character of a text. */
  textUnits: TextUnits;
  /** Codes of refusals that the platform does not document, where they are to be others. */
  assumedCodes: Partial<Record<AssumedCode, number>>;
  /** Rule 20, assumed: open one-time requests per person in 24 hours; null: as many as one likes. */
  oneTimeRequestsPerDay: number | null;
  /** Rule 22, assumed: notification requests per person in seven days. */
  notificationRequestsPerWeek: number;
  /** Rule 23, assumed: stop and resume are spelt with a space instead of an underscore. */
  notificationStatusWithSpace: boolean;
  /** Rule 24, assumed: days that a notification token lives from the last opt-in on. */
  notificationTokenDays: number;
  /** Rule 24: hours between two messages on one notification token. */
  notificationCooldownHours: number;
  /** Rule 24, assumed: whether tokens of people outside the regions that still have the product are refused. */
  notificationRegionsOnly: boolean;
  /** Rule 32: the code for a person who cannot be reached; the subcode is 1545041 with both. */
  unavailableCode: 551 | 200;
  /** Rule 33, assumed: whether what else than messages and their receipts happens comes in standby too. */
  standbyEvents: 'all' | 'messages';
  /** Rule 33, assumed: whether presses of the app's own buttons are only overheard too, without their payload. */
  standbyOwnButtons: boolean;
  /** Rule 35: whether the Page falls under the privacy rules of Europe; only told, with the Messenger profile. */
  euPrivacyRules: boolean;
  /** Rule 36: whether the limits below refuse; off, so that load tests measure the sender and not this sandbox. */
  limitsEnforced: boolean;
  /** Rule 36: messages per second of the Page. */
  sendsPerSecond: number;
  /** Rule 36: messages per second with such files in them. */
  mediaPerSecond: number;
  /** Rule 36, assumed: which files those are. */
  mediaKinds: MediaKind[];
  /** Rule 38, assumed: how far calling on can prolong a block of the messages per second, in seconds. */
  rateDebtSeconds: number;
  /** Rule 36: calls in 24 hours for each person who can be reached. */
  callsPerPersonAndDay: number;
  /** Rule 36, assumed: the code when that many were made. */
  dayLimitCode: 80006 | 4;
  /** Rule 36, assumed: messages per second into one thread; null: no limit of its own. */
  threadSendsPerSecond: number | null;
  /** Rule 37, assumed: whether a Page with a high volume is refused until the volume falls. */
  refuseHighVolume: boolean;
  /** Rule 43, assumed: milliseconds before the second retry of a webhook; each further gap is twice as long. */
  webhookRetryFirstMs: number;
  /** Rule 43, assumed: the longest gap between retries, in milliseconds. */
  webhookRetryLongestMs: number;
  /** Rule 43, assumed: whether what waits is dropped when the subscription ends. */
  endDropsWaiting: boolean;
  /**
   * Rule 44: how long the webhooks of one receiver are gathered, in milliseconds of real time, to be sent as one (1,000
   * events at most); 0: each goes alone and at once.
   */
  webhookBatchMs: number;
  /** Rule 44: which share of webhooks meets disorder, 0 to 1. */
  disorderRate: number;
  /** Rule 44: the same seed, the same disorder. */
  disorderSeed: number;
  /** Rule 44: what may happen. */
  disorderKinds: DisorderKind[];
  /** Rule 44: how late is late, in milliseconds of the sandbox's clock. */
  disorderLateMs: number;
  /** Rule 45, assumed: whether an answer from the inbox takes the thread from the app. */
  inboxReplyTakesThread: boolean;
  /** Rule 48: which share of sends meets a fault, 0 to 1. */
  faultRate: number;
  /** Rule 48: the same seed, the same faults. */
  faultSeed: number;
  /** Rule 48: what may happen, and how often compared with the others. */
  faultKinds: WeightedFault[];
}

/** What holds for a Page that says nothing. */
export const DEFAULT_PAGE_RULES: PageRules = {
  requireAppsecretProof: false,
  permissions: ['pages_messaging', 'pages_manage_metadata'],
  appLive: true,
  unknownVersions: 'served',
  notifyMeOpensWindow: false,
  secondTapEmits: false,
  failedChecksSpendTokens: false,
  refusedSendsSpendTokens: false,
  textUnits: 'code_points',
  assumedCodes: {},
  oneTimeRequestsPerDay: 5,
  notificationRequestsPerWeek: 10,
  notificationStatusWithSpace: false,
  notificationTokenDays: 365,
  notificationCooldownHours: 48,
  notificationRegionsOnly: true,
  unavailableCode: 551,
  standbyEvents: 'all',
  standbyOwnButtons: false,
  euPrivacyRules: false,
  limitsEnforced: false,
  sendsPerSecond: 300,
  mediaPerSecond: 10,
  mediaKinds: ['audio', 'video'],
  rateDebtSeconds: 1,
  callsPerPersonAndDay: 200,
  dayLimitCode: 80006,
  threadSendsPerSecond: null,
  refuseHighVolume: false,
  webhookRetryFirstMs: 1000,
  webhookRetryLongestMs: 300000,
  endDropsWaiting: false,
  webhookBatchMs: 0,
  disorderRate: 0,
  disorderSeed: 1,
  disorderKinds: [...DISORDER_KINDS],
  disorderLateMs: 3 * 60 * 60 * 1000,
  inboxReplyTakesThread: false,
  faultRate: 0,
  faultSeed: 1,
  faultKinds: [...ORDINARY_FAULTS],
};
