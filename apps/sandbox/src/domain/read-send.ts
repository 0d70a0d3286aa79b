import { isMediaKind, mediaAttachment, unknownKind } from './attachment.js';
import type { MediaKind, SentMessage } from './attachment.js';
import { assumedError, firstRefusal, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';
import { jsonParam } from './json-param.js';
import type { Page } from './model.js';
import { rule22Request } from './rules-notification.js';
import { rule11Request } from './rules-one-time.js';
import {
  rule28Empty,
  rule28Text,
  rule29ButtonTemplate,
  rule29Generic,
  rule29Metadata,
  rule29QuickReplies,
  rule30ActionAlone,
  rule30KnownKeys,
  rule31OneRecipient,
} from './rules-payload.js';
import { rule10MessagingType, rule9Tag } from './rules-window.js';

/** Whom a call addresses, of the kinds that are served. */
export type SendRecipient =
  | { readonly kind: 'psid'; readonly psid: string }
  | { readonly kind: 'one_time'; readonly token: string }
  | { readonly kind: 'notification'; readonly token: string };

/** A call whose shape is in order; whether it may go to this recipient now is another question. */
export interface ReadSend {
  readonly recipient: SendRecipient;
  readonly content: { readonly message: SentMessage } | { readonly action: 'typing_on' | 'typing_off' | 'mark_seen' };
  readonly humanAgent: boolean;
}

const MESSAGE_KEYS = ['text', 'attachment', 'quick_replies', 'metadata'];
const ACTIONS = ['typing_on', 'typing_off', 'mark_seen'] as const;
const NOTIFICATION_TYPES = ['REGULAR', 'SILENT_PUSH', 'NO_PUSH'];

/** Whom a call seems to address, before anything is checked: enough to pick an injected fault. */
export function peekRecipient(params: Record<string, unknown>): SendRecipient | undefined {
  const recipient = jsonParam(params.recipient);
  if (!isRecord(recipient)) return undefined;
  if (typeof recipient.id === 'string' || typeof recipient.id === 'number') {
    return { kind: 'psid', psid: String(recipient.id) };
  }
  if (typeof recipient.one_time_notif_token === 'string') {
    return { kind: 'one_time', token: recipient.one_time_notif_token };
  }
  if (typeof recipient.notification_messages_token === 'string') {
    return { kind: 'notification', token: recipient.notification_messages_token };
  }
  return undefined;
}

/** The kind of file that a call seems to send, before anything is checked: enough for the limits. */
export function peekMedia(params: Record<string, unknown>): MediaKind | undefined {
  const message = jsonParam(params.message);
  const attachment = isRecord(message) ? message.attachment : undefined;
  return isRecord(attachment) && isMediaKind(attachment.type) ? attachment.type : undefined;
}

/** The metadata that a call seems to carry, before anything is checked; null: none. */
export function peekMetadata(params: Record<string, unknown>): string | null {
  const message = jsonParam(params.message);
  return isRecord(message) && typeof message.metadata === 'string' ? message.metadata : null;
}

/**
 * Reads the parameters of `POST /{page}/messages`: rules 9 to 11 and 28 to 31, everything that needs no person.
 * Parameters come as JSON values or, in forms, as JSON in strings; both are taken, as the platform does.
 */
export function readSend(raw: Record<string, unknown>, page: Page): { send: ReadSend } | { refusal: GraphError } {
  const params: Record<string, unknown> = {
    ...raw,
    recipient: jsonParam(raw.recipient),
    message: jsonParam(raw.message),
  };
  const refusal = firstRefusal(
    () => rule31OneRecipient(params.recipient),
    () => rule30ActionAlone(params),
    () => rule10MessagingType(params.messaging_type, page.strictMessagingType && params.message !== undefined),
    () => rule9Tag(params.messaging_type, params.tag),
    () => notificationType(params.notification_type),
    () => (params.message === undefined ? action(params.sender_action) : message(params.message, page)),
  );
  if (refusal) return { refusal };
  const recipient = peekRecipient(params);
  if (!recipient) return { refusal: assumedError(31, 'recipient', 'This kind of recipient is not served here.') };
  // The checks above are what makes these shapes true.
  const content =
    params.message === undefined
      ? { action: params.sender_action as (typeof ACTIONS)[number] }
      : { message: params.message as SentMessage };
  return { send: { recipient, content, humanAgent: params.messaging_type === 'MESSAGE_TAG' } };
}

function message(value: unknown, page: Page): GraphError | undefined {
  if (!isRecord(value)) return graphError(28, 100, undefined, 'Param message must be a JSON object.');
  const { text, attachment, quick_replies: quickReplies, metadata } = value;
  return firstRefusal(
    () => rule30KnownKeys('message', value, MESSAGE_KEYS),
    () => (text === undefined && attachment === undefined ? rule28Empty() : undefined),
    () => (text === undefined ? undefined : rule28Text(text, page.rules.textUnits)),
    () => (text !== undefined && attachment !== undefined ? textAndAttachment() : undefined),
    () => (attachment === undefined ? undefined : anyAttachment(attachment, page)),
    () => (quickReplies === undefined ? undefined : rule29QuickReplies(quickReplies)),
    () => (metadata === undefined ? undefined : rule29Metadata(metadata)),
  );
}

function textAndAttachment(): GraphError {
  return graphError(30, 100, undefined, 'Param message must not have both text and attachment.');
}

function anyAttachment(attachment: unknown, page: Page): GraphError | undefined {
  if (!isRecord(attachment)) return graphError(29, 100, undefined, 'Param message[attachment] must be a JSON object.');
  if (isMediaKind(attachment.type)) return mediaAttachment(attachment);
  if (attachment.type !== 'template' || !isRecord(attachment.payload)) return unknownKind(true);
  return template(attachment.payload, page);
}

function template(payload: Record<string, unknown>, page: Page): GraphError | undefined {
  switch (payload.template_type) {
    case 'generic':
      return rule29Generic(payload);
    case 'button':
      return rule29ButtonTemplate(payload);
    case 'one_time_notif_req':
      return rule11Request(payload, page);
    case 'notification_messages':
      return rule22Request(payload);
    default: {
      const message = 'Param template_type must be one of {generic, button, one_time_notif_req, notification_messages}';
      return graphError(29, 100, undefined, message);
    }
  }
}

function action(senderAction: unknown): GraphError | undefined {
  if (senderAction === undefined) return rule28Empty();
  if (ACTIONS.some((known) => known === senderAction)) return undefined;
  return graphError(30, 100, undefined, `Param sender_action must be one of {${ACTIONS.join(', ')}}`);
}

function notificationType(value: unknown): GraphError | undefined {
  if (value === undefined || (typeof value === 'string' && NOTIFICATION_TYPES.includes(value))) return undefined;
  return graphError(null, 100, undefined, `Param notification_type must be one of {${NOTIFICATION_TYPES.join(', ')}}`);
}
