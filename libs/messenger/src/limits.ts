/**
 * What the Messenger Platform allows in one message. Lengths count Unicode code points (the platform's own counting
 * rule is not documented; code points are what a reader would count). Sources: the Send API reference and the pages on
 * templates and quick replies, developers.facebook.com/documentation/business-messaging/messenger-platform.
 */

/** Longest `message.text`: the Send API reference says "less than 2000". */
export const TEXT_MAX = 1999;
/** Longest text above the buttons of a button template. */
export const BUTTON_TEMPLATE_TEXT_MAX = 640;
/** Most elements (cards) of a generic template. */
export const GENERIC_ELEMENTS_MAX = 10;
/** Longest title of a generic element. */
export const GENERIC_TITLE_MAX = 80;
/** Longest subtitle of a generic element. */
export const GENERIC_SUBTITLE_MAX = 80;
/** Most buttons of one generic element or of a button template. */
export const BUTTONS_MAX = 3;
/** Longest button title that is shown unclipped. Recollected, not documented: warn about it, do not refuse for it. */
export const BUTTON_TITLE_MAX = 20;
/** Longest postback payload and quick-reply payload. */
export const PAYLOAD_MAX = 1000;
/** Most quick replies below one message. */
export const QUICK_REPLIES_MAX = 13;
/** Longest title of a quick reply. */
export const QUICK_REPLY_TITLE_MAX = 20;
/** Longest `message.metadata`: the Send API reference says "less than 1000". */
export const METADATA_MAX = 999;
/** Longest title of a one-time-notification request (One-Time Notification page). */
export const ONE_TIME_TITLE_MAX = 65;
/** Longest `ref` of an m.me link (m.me links page). */
export const REF_MAX = 2083;
/** The characters that a `ref` may hold (m.me links page). */
export const REF_PATTERN = /^[A-Za-z0-9\-_=]+$/;

/** How long one may write freely after the person acted: 24 hours, in milliseconds. */
export const WINDOW_MS = 24 * 60 * 60 * 1000;
/** How long a human agent may answer after the person acted (tag HUMAN_AGENT): 7 days, in milliseconds. */
export const HUMAN_AGENT_WINDOW_MS = 7 * 24 * 60 * 60 * 1000;
/** How long an unused one-time-notification token lives: one year, in milliseconds. */
export const ONE_TIME_TOKEN_MS = 365 * 24 * 60 * 60 * 1000;
/**
 * How long a notification token is used of which the platform did not say when it ends: half a year, in milliseconds.
 * Our choice; the shortest validity that was ever documented (Marketing Messages page).
 */
export const NOTIFICATION_TOKEN_MS = 180 * 24 * 60 * 60 * 1000;
/** At most one message on a notification token in so many milliseconds: 48 hours (Marketing Messages FAQ, 2025-09-01). */
export const NOTIFICATION_COOLDOWN_MS = 48 * 60 * 60 * 1000;
/** Within this time a webhook must be answered (Webhooks page): 5 seconds, in milliseconds. */
export const WEBHOOK_ANSWER_MS = 5_000;

/** Length in Unicode code points, the unit of all lengths above. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
