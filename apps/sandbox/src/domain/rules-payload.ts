import {
  BUTTONS_MAX,
  BUTTON_TEMPLATE_TEXT_MAX,
  GENERIC_ELEMENTS_MAX,
  GENERIC_SUBTITLE_MAX,
  GENERIC_TITLE_MAX,
  METADATA_MAX,
  PAYLOAD_MAX,
  QUICK_REPLIES_MAX,
  QUICK_REPLY_TITLE_MAX,
  TEXT_MAX,
  lengthOf,
} from '@beckon/messenger';
import { assumedError, firstRefusal, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';

/** Rule 28, assumed: what a character is. */
export type TextUnits = 'code_points' | 'utf16';

/** Rule 28: text is neither empty nor longer than the platform takes. */
export function rule28Text(text: unknown, units: TextUnits = 'code_points'): GraphError | undefined {
  if (typeof text !== 'string') return graphError(28, 100, undefined, 'Param message[text] must be a string.');
  if (text === '') return rule28Empty();
  if (units === 'code_points' || text.length <= TEXT_MAX) return tooLong(28, 'message[text]', text, TEXT_MAX);
  return graphError(28, 100, undefined, `Length of param message[text] must be less than or equal to ${TEXT_MAX}`);
}

/** Rule 28: a message without text and attachment. */
export function rule28Empty(): GraphError {
  return graphError(28, 100, 2018034, 'Message cannot be empty, must provide valid attachment or text');
}

/** Rule 29: a generic template's cards. */
export function rule29Generic(payload: Record<string, unknown>): GraphError | undefined {
  const { elements } = payload;
  if (!Array.isArray(elements) || elements.length === 0) {
    return graphError(29, 100, undefined, 'Param elements must be a non-empty array.');
  }
  if (elements.length > GENERIC_ELEMENTS_MAX) {
    return graphError(29, 100, undefined, `Param elements must have at most ${GENERIC_ELEMENTS_MAX} items.`);
  }
  return firstRefusal(
    () => rule30KnownKeys('payload', payload, ['template_type', 'elements', 'image_aspect_ratio', 'sharable']),
    () => aspectRatio(payload.image_aspect_ratio),
    ...elements.map((element: unknown) => () => genericElement(element)),
  );
}

function aspectRatio(value: unknown): GraphError | undefined {
  if (value === undefined || value === 'horizontal' || value === 'square') return undefined;
  return graphError(29, 100, undefined, 'Param image_aspect_ratio must be one of {horizontal, square}');
}

function genericElement(element: unknown): GraphError | undefined {
  if (!isRecord(element)) return graphError(29, 100, undefined, 'Each element must be an object.');
  const known = ['title', 'subtitle', 'image_url', 'default_action', 'buttons'];
  const { title, subtitle, buttons } = element;
  if (typeof title !== 'string' || title === '') {
    return graphError(29, 100, undefined, 'Param elements[title] must be a non-empty string.');
  }
  if (known.every((key) => key === 'title' || element[key] === undefined)) {
    return graphError(29, 100, undefined, 'An element needs at least one property besides its title.');
  }
  return firstRefusal(
    () => rule30KnownKeys('elements', element, known),
    () => tooLong(29, 'elements[title]', title, GENERIC_TITLE_MAX),
    () => (subtitle === undefined ? undefined : stringUpTo(29, 'elements[subtitle]', subtitle, GENERIC_SUBTITLE_MAX)),
    () => (element.image_url === undefined ? undefined : httpUrl('elements[image_url]', element.image_url)),
    () => (element.default_action === undefined ? undefined : defaultAction(element.default_action)),
    () => (buttons === undefined ? undefined : rule29Buttons(buttons)),
  );
}

function defaultAction(action: unknown): GraphError | undefined {
  if (!isRecord(action) || action.type !== 'web_url') {
    return graphError(29, 100, undefined, 'Param default_action[type] must be one of {web_url}');
  }
  if (action.title !== undefined) return graphError(29, 100, undefined, 'A default_action must not have a title.');
  return httpUrl('default_action[url]', action.url);
}

/** Rule 29: a text with buttons below. */
export function rule29ButtonTemplate(payload: Record<string, unknown>): GraphError | undefined {
  return firstRefusal(
    () => rule30KnownKeys('payload', payload, ['template_type', 'text', 'buttons', 'sharable']),
    () => stringUpTo(29, 'payload[text]', payload.text, BUTTON_TEMPLATE_TEXT_MAX),
    () => rule29Buttons(payload.buttons),
  );
}

/** Rule 29: one to three buttons, each complete. */
export function rule29Buttons(buttons: unknown): GraphError | undefined {
  if (!Array.isArray(buttons) || buttons.length === 0 || buttons.length > BUTTONS_MAX) {
    return graphError(29, 100, undefined, `Param buttons must be an array of 1 to ${BUTTONS_MAX} buttons.`);
  }
  return firstRefusal(...buttons.map((button: unknown) => () => completeButton(button)));
}

function completeButton(button: unknown): GraphError | undefined {
  if (!isRecord(button)) return graphError(29, 100, undefined, 'Each button must be an object.');
  if (typeof button.title !== 'string' || button.title === '') {
    return graphError(29, 100, undefined, 'Param buttons[title] must be a non-empty string.');
  }
  if (button.type === 'web_url') return httpUrl('buttons[url]', button.url);
  if (button.type === 'postback' || button.type === 'phone_number') {
    return stringUpTo(29, 'buttons[payload]', button.payload, PAYLOAD_MAX);
  }
  return graphError(29, 100, undefined, 'Param buttons[type] must be one of {web_url, postback, phone_number}');
}

/** Rule 29: at most 13 quick replies, each with a short title and a payload. */
export function rule29QuickReplies(quickReplies: unknown): GraphError | undefined {
  if (!Array.isArray(quickReplies) || quickReplies.length === 0 || quickReplies.length > QUICK_REPLIES_MAX) {
    return graphError(29, 100, undefined, `Param message[quick_replies] must have 1 to ${QUICK_REPLIES_MAX} items.`);
  }
  return firstRefusal(...quickReplies.map((reply: unknown) => () => completeQuickReply(reply)));
}

function completeQuickReply(reply: unknown): GraphError | undefined {
  if (!isRecord(reply) || reply.content_type !== 'text') {
    return graphError(29, 100, undefined, 'Param quick_replies[content_type] must be one of {text}');
  }
  return firstRefusal(
    () => stringUpTo(29, 'quick_replies[title]', reply.title, QUICK_REPLY_TITLE_MAX),
    () => stringUpTo(29, 'quick_replies[payload]', reply.payload, PAYLOAD_MAX),
  );
}

/** Rule 29: metadata of fewer than 1000 characters. */
export function rule29Metadata(metadata: unknown): GraphError | undefined {
  if (typeof metadata !== 'string') return graphError(29, 100, undefined, 'Param message[metadata] must be a string.');
  return tooLong(29, 'message[metadata]', metadata, METADATA_MAX);
}

/** Rule 30: keys that the platform does not know are refused by name. */
export function rule30KnownKeys(
  param: string,
  value: Record<string, unknown>,
  known: readonly string[],
): GraphError | undefined {
  const extra = Object.keys(value).filter((key) => !known.includes(key));
  if (extra.length === 0) return undefined;
  const list = extra.map((key) => `"${key.slice(0, 100)}"`).join(', ');
  return graphError(30, 100, undefined, `Invalid keys ${list} were found in param "${param}".`);
}

/** Rule 30: `sender_action` travels alone with the recipient. */
export function rule30ActionAlone(params: Record<string, unknown>): GraphError | undefined {
  if (params.sender_action === undefined || params.message === undefined) return undefined;
  return graphError(30, 100, 2018014, 'Message and sender_action cannot be sent together.');
}

const RECIPIENT_KINDS = [
  'id',
  'one_time_notif_token',
  'notification_messages_token',
  'user_ref',
  'post_id',
  'comment_id',
  'phone_number',
];

/** Rule 31: exactly one kind of recipient. */
export function rule31OneRecipient(recipient: unknown): GraphError | undefined {
  if (!isRecord(recipient)) return assumedError(31, 'recipient', 'The parameter recipient is required');
  const kinds = RECIPIENT_KINDS.filter((kind) => recipient[kind] !== undefined);
  if (kinds.length === 1) return undefined;
  return assumedError(31, 'recipient', `Param recipient must name exactly one of {${RECIPIENT_KINDS.join(', ')}}`);
}

/** A text that is there and no longer than that. */
export function stringUpTo(rule: number | null, param: string, value: unknown, max: number): GraphError | undefined {
  if (typeof value !== 'string' || value === '') {
    return graphError(rule, 100, undefined, `Param ${param} must be a non-empty string.`);
  }
  return tooLong(rule, param, value, max);
}

function tooLong(rule: number | null, param: string, value: string, max: number): GraphError | undefined {
  if (lengthOf(value) <= max) return undefined;
  return graphError(rule, 100, undefined, `Length of param ${param} must be less than or equal to ${max}`);
}

/** Rule 29: an address of the web. */
export function httpUrl(param: string, value: unknown): GraphError | undefined {
  if (typeof value === 'string' && /^https?:\/\/[^\s]+$/i.test(value)) return undefined;
  return graphError(29, 100, undefined, `Param ${param} must be a valid URL.`);
}
