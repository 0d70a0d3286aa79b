import type { Attachment, SentMessage } from './attachment.js';
import type { NotificationToken, OneTimeToken, Page, Person, ThreadMessage } from './model.js';

/** The bodies of the webhooks that go out, as the platform shapes them. Pure: ids and times are handed in. */

/** One element of `messaging[]`. */
export type WebhookEvent = Record<string, unknown> & { readonly timestamp: number };

/** One `entry`: events of a Page; `time` is when the youngest is first sent. Owned by another app, they are under `standby`. */
export interface Entry {
  readonly id: string;
  readonly time: number;
  readonly messaging?: readonly WebhookEvent[];
  readonly standby?: readonly WebhookEvent[];
}

/** An entry with one event. */
export function entryOf(page: string, time: number, event: WebhookEvent, standby: boolean): Entry {
  return standby ? { id: page, time, standby: [event] } : { id: page, time, messaging: [event] };
}

/**
 * The same events in as few entries as keep the order of each Page: one per Page, and another one where its events
 * change between `messaging` and `standby`.
 */
export function mergedEntries(entries: readonly Entry[]): Entry[] {
  const merged: { id: string; time: number; messaging?: WebhookEvent[]; standby?: WebhookEvent[] }[] = [];
  const lastOf = new Map<string, (typeof merged)[number]>();
  for (const { id, time, messaging, standby } of entries) {
    const last = lastOf.get(id);
    const list = messaging ? last?.messaging : last?.standby;
    if (last && list) {
      list.push(...(messaging ?? standby ?? []));
      last.time = time;
      continue;
    }
    const entry = messaging ? { id, time, messaging: [...messaging] } : { id, time, standby: [...(standby ?? [])] };
    merged.push(entry);
    lastOf.set(id, entry);
  }
  return merged;
}

/** The envelope around entries. */
export function envelope(entries: readonly Entry[]): object {
  return { object: 'page', entry: entries };
}

/** The person wrote, or tapped a quick reply. */
export function messageEvent(
  person: Person,
  message: ThreadMessage,
  more: { quickReplyPayload?: string; replyTo?: string } = {},
): WebhookEvent {
  return fromPerson(person, message.at, {
    message: {
      mid: message.mid,
      text: message.text,
      ...(more.quickReplyPayload !== undefined && { quick_reply: { payload: more.quickReplyPayload } }),
      ...(more.replyTo !== undefined && { reply_to: { mid: more.replyTo } }),
    },
  });
}

/** The person tapped Get Started or a postback button. */
export function postbackEvent(
  person: Person,
  at: number,
  postback: { mid: string; title: string; payload: string; ref?: string | undefined },
): WebhookEvent {
  const { mid, title, payload, ref } = postback;
  return fromPerson(person, at, {
    postback: { mid, title, payload, ...(ref !== undefined && { referral: referral(ref) }) },
  });
}

/** The person followed an m.me link into an existing thread (rule 47). */
export function referralEvent(person: Person, at: number, ref: string): WebhookEvent {
  return fromPerson(person, at, { referral: referral(ref) });
}

/** The person tapped Notify Me (rule 12). */
export function oneTimeOptinEvent(person: Person, at: number, payload: string, token: OneTimeToken): WebhookEvent {
  return fromPerson(person, at, {
    optin: { type: 'one_time_notif_req', payload, one_time_notif_token: token.token },
  });
}

/** Rule 23: the person opted in to a topic or renewed that; with `status`, stopped or resumed it. */
export function notificationOptinEvent(
  person: Person,
  at: number,
  token: NotificationToken,
  status?: string,
): WebhookEvent {
  return fromPerson(person, at, {
    optin: {
      type: 'notification_messages',
      payload: token.payload,
      title: token.title,
      notification_messages_token: token.token,
      notification_messages_timezone: token.timezone,
      token_expiry_timestamp: token.expiresAt,
      user_token_status: token.renewed ? 'REFRESHED' : 'NOT_REFRESHED',
      ...(status !== undefined && { notification_messages_status: status }),
    },
  });
}

/** The person reacted to a message, or took the reaction back. */
export function reactionEvent(person: Person, at: number, mid: string, reaction: string | undefined): WebhookEvent {
  return fromPerson(person, at, {
    reaction: {
      mid,
      action: reaction === undefined ? 'unreact' : 'react',
      ...(reaction !== undefined && { reaction }),
    },
  });
}

/** Rule 46: these messages, and all up to the watermark, reached the device. */
export function deliveryEvent(person: Person, at: number, mids: readonly string[], watermark: number): WebhookEvent {
  return fromPerson(person, at, { delivery: { mids, watermark } });
}

/** Rule 46: all messages up to the watermark were seen. */
export function readEvent(person: Person, at: number, watermark: number): WebhookEvent {
  return fromPerson(person, at, { read: { watermark } });
}

/**
 * Rule 45: every accepted send comes back with its id, its metadata and the app that sent it; the sender is the Page.
 * `appId` is the Page's own app if not said.
 */
export function echoEvent(
  page: Page,
  psid: string,
  at: number,
  mid: string,
  message: SentMessage,
  appId: string = page.appId,
): WebhookEvent {
  return {
    sender: { id: page.id },
    recipient: { id: psid },
    timestamp: at,
    message: {
      is_echo: true,
      app_id: asNumber(appId),
      mid,
      ...(message.text !== undefined && { text: message.text }),
      ...(message.metadata !== undefined && { metadata: message.metadata }),
      ...(message.attachment !== undefined && { attachments: [echoedAttachment(message.attachment)] }),
    },
  };
}

/** Files come back with their address; the id of a saved one is a number here, though a string in sends. */
function echoedAttachment(attachment: Attachment): object {
  if (attachment.type === 'template') return attachment;
  const { url, attachment_id: id } = attachment.payload;
  return { type: attachment.type, payload: { url, ...(id !== undefined && { attachment_id: asNumber(id) }) } };
}

function asNumber(id: string): number | string {
  const number = Number(id);
  return Number.isSafeInteger(number) ? number : id;
}

/** Rule 33: control over the thread goes from one app to another. */
export function handoverEvent(
  person: Person,
  at: number,
  kind: 'take_thread_control' | 'pass_thread_control',
  owners: { previous: string; next: string },
): WebhookEvent {
  return fromPerson(person, at, {
    [kind]: { previous_owner_app_id: owners.previous, new_owner_app_id: owners.next, metadata: '' },
  });
}

/** Rule 34: the platform blocks the Page for breaking its policies, or lets it send again. */
export function policyEvent(page: string, at: number, action: 'block' | 'unblock'): WebhookEvent {
  const reason = 'The Page has broken the platform policies.';
  return {
    recipient: { id: page },
    timestamp: at,
    policy_enforcement: { action, ...(action === 'block' && { reason }) },
  };
}

function fromPerson(person: Person, at: number, body: Record<string, unknown>): WebhookEvent {
  return { sender: { id: person.psid }, recipient: { id: person.page }, timestamp: at, ...body };
}

function referral(ref: string): object {
  return { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' };
}
