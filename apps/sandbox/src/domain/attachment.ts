import type { OutgoingMessage, TemplatePayload } from '@beckon/messenger';
import { firstRefusal, graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';
import { rule30KnownKeys } from './rules-payload.js';

/**
 * Pictures, sounds, films and files in messages: by address, or by the id of one that was saved before. Sources: Send API
 * and Attachment Upload API references. Nothing is fetched here: that every http address leads to a file is assumed.
 */

/** The kinds of files. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'file'] as const;
/** See {@link MEDIA_KINDS}. */
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** A file in a message. In what was sent one of both is there; in what was taken, always the address. */
export interface MediaAttachment {
  type: MediaKind;
  payload: { url?: string; attachment_id?: string; is_reusable?: boolean };
}

/** A message as the sandbox takes it: what the library sends, and files. */
export type SentMessage = Omit<OutgoingMessage, 'attachment'> & { attachment?: Attachment };
/** See {@link SentMessage}. */
export type Attachment = NonNullable<OutgoingMessage['attachment']> | MediaAttachment;

/** A file that was saved for later. It belongs to one Page. */
export interface SavedAttachment {
  id: string;
  page: string;
  type: MediaKind;
  url: string;
  savedAt: number;
}

/** How long a saved file can be sent: 90 days, in milliseconds (Attachment Upload API). */
export const SAVED_FOR_MS = 90 * 24 * 60 * 60 * 1000;

/** The template in a message, if there is one. */
export function templateOf(message: { attachment?: Attachment } | undefined): TemplatePayload | undefined {
  return message?.attachment?.type === 'template' ? message.attachment.payload : undefined;
}

/** The file in a message, if there is one. */
export function mediaOf(message: { attachment?: Attachment } | undefined): MediaAttachment | undefined {
  return message?.attachment?.type === 'template' ? undefined : message?.attachment;
}

/** Whether this is the type of a file, not of a template. */
export function isMediaKind(type: unknown): type is MediaKind {
  return MEDIA_KINDS.some((kind) => kind === type);
}

/** A file in a message: an address or a saved file's id, not both. */
export function mediaAttachment(attachment: Record<string, unknown>): GraphError | undefined {
  const { payload } = attachment;
  if (!isRecord(payload)) return missing('message[attachment][payload]');
  return firstRefusal(
    () => rule30KnownKeys('message[attachment]', attachment, ['type', 'payload']),
    () => rule30KnownKeys('message[attachment][payload]', payload, ['url', 'attachment_id', 'is_reusable']),
    () => reusable(payload.is_reusable),
    () => {
      if ((payload.url === undefined) === (payload.attachment_id === undefined)) {
        return missing('message[attachment][payload][url] or [attachment_id]');
      }
      return payload.url === undefined ? savedId(payload.attachment_id) : fetchable(payload.url);
    },
  );
}

/** What `POST /{page}/message_attachments` takes: a file by its address. */
export function readUpload(message: unknown): { media: MediaAttachment } | { refusal: GraphError } {
  const attachment = isRecord(message) ? message.attachment : undefined;
  if (!isRecord(attachment)) return { refusal: missing('message[attachment]') };
  if (!isMediaKind(attachment.type)) return { refusal: unknownKind(false) };
  const refusal = mediaAttachment(attachment);
  if (refusal) return { refusal };
  const { url } = attachment.payload as { url?: string };
  if (url === undefined) return { refusal: missing('message[attachment][payload][url]') };
  return { media: { type: attachment.type, payload: { url } } };
}

/** The refusal of an attachment of no known type. */
export function unknownKind(withTemplates: boolean): GraphError {
  const kinds = [...MEDIA_KINDS, ...(withTemplates ? ['template'] : [])].join(', ');
  return graphError(29, 100, undefined, `Param message[attachment][type] must be one of {${kinds}}`);
}

/** Whether a saved file can be sent: it is this Page's, of this kind, and not too old. The platform's code for all. */
export function usableAttachment(
  saved: SavedAttachment | undefined,
  use: { page: string; type: MediaKind; now: number },
): GraphError | undefined {
  const { page, type, now } = use;
  if (saved?.page === page && saved.type === type && now <= saved.savedAt + SAVED_FOR_MS) return undefined;
  return graphError(null, 100, 2018074, 'Invalid attachment ID: it is not a saved attachment of this Page and type.');
}

function fetchable(url: unknown): GraphError | undefined {
  if (typeof url === 'string' && /^https?:\/\/[^\s/]+\S*$/i.test(url) && URL.canParse(url)) return undefined;
  return graphError(null, 100, 2018008, 'Failed to fetch the file from the url');
}

function savedId(id: unknown): GraphError | undefined {
  return (typeof id === 'string' && id !== '') || typeof id === 'number'
    ? undefined
    : missing('message[attachment][payload][attachment_id]');
}

function reusable(value: unknown): GraphError | undefined {
  if (value === undefined || typeof value === 'boolean') return undefined;
  return graphError(null, 100, undefined, 'Param message[attachment][payload][is_reusable] must be a boolean');
}

function missing(param: string): GraphError {
  return graphError(29, 100, undefined, `The parameter ${param} is required`);
}
