import { createHash } from 'node:crypto';
import type { z } from 'zod';
import {
  changeBodySchema,
  deliveryBodySchema,
  echoBodySchema,
  handoverBodySchema,
  messageBodySchema,
  optinBodySchema,
  postbackBodySchema,
  rawEventSchema,
  reactionBodySchema,
  readBodySchema,
  referralSchema,
  webhookEntrySchema,
  webhookEnvelopeSchema,
} from './graph-types.js';
import type {
  ChangeBody,
  DeliveryBody,
  EchoBody,
  HandoverBody,
  MessageBody,
  OptinBody,
  PostbackBody,
  RawEvent,
  ReactionBody,
  ReadBody,
  Referral,
} from './graph-types.js';

interface EventHead {
  /** The Page's id; '' only if the platform named none. */
  readonly page: string;
  /** The person's page-scoped id (in an echo: the recipient); '' only if the platform named none. */
  readonly psid: string;
  /** When it happened, milliseconds since the epoch; seconds are recognised and multiplied. */
  readonly timestamp: number;
  /** Another app owns the thread: look, do not answer. */
  readonly standby: boolean;
  /**
   * Equal for two deliveries of the same event. By `mid` where there is one, by token for opt-ins, else by content.
   * Holds no personal identifier and no token in the clear (they are hashed), so that it may be stored.
   */
  readonly dedupKey: string;
}

/** One thing that happened, whatever envelope it came in. */
export type MessengerEvent = EventHead &
  (
    | { readonly kind: 'message'; readonly body: MessageBody }
    | { readonly kind: 'postback'; readonly body: PostbackBody }
    | { readonly kind: 'referral'; readonly body: Referral }
    | { readonly kind: 'optin'; readonly body: OptinBody }
    | { readonly kind: 'delivery'; readonly body: DeliveryBody }
    | { readonly kind: 'read'; readonly body: ReadBody }
    | { readonly kind: 'reaction'; readonly body: ReactionBody }
    | { readonly kind: 'echo'; readonly body: EchoBody }
    /** An item of `changes[]`: something about the Page, and no person's doing (`psid` is ''). */
    | { readonly kind: 'change'; readonly body: ChangeBody }
    | { readonly kind: 'handover'; readonly body: HandoverBody }
    | { readonly kind: 'unknown'; readonly body: unknown }
  );

type Content = { [E in MessengerEvent as E['kind']]: Pick<E, 'kind' | 'body'> }[MessengerEvent['kind']];

/** Before this, a number of milliseconds would lie in 2001: it must be seconds. */
const FIRST_PLAUSIBLE_MS = 1e12;

/** Milliseconds from a timestamp that may be in seconds (production code has met both). */
export function toMilliseconds(timestamp: number): number {
  return timestamp < FIRST_PLAUSIBLE_MS ? timestamp * 1000 : timestamp;
}

/**
 * Flattens a webhook body into its events, in the order of the body. Never throws: what cannot be read becomes an event
 * of kind `unknown` with the raw value as its body, and a body without entries gives no events. `watermark` and
 * `token_expiry_timestamp` come out in milliseconds.
 */
export function parseWebhook(body: unknown): MessengerEvent[] {
  const envelope = webhookEnvelopeSchema.safeParse(body);
  if (!envelope.success) return [];
  return envelope.data.entry.flatMap((rawEntry) => {
    const entry = webhookEntrySchema.safeParse(rawEntry);
    if (!entry.success) return [unreadable(rawEntry, '', 0, false)];
    const { id: page = '', time = 0, messaging = [], standby = [], changes = [] } = entry.data;
    return [
      ...messaging.map((event) => parseEvent(event, { page, time, list: 'messaging' })),
      ...standby.map((event) => parseEvent(event, { page, time, list: 'standby' })),
      ...changes.map((event) => parseEvent(event, { page, time, list: 'changes' })),
    ];
  });
}

/** Where an event stood: in which list of the entry of which Page ('': it named none), and the entry's time. */
export interface EventPlace {
  readonly page: string;
  readonly time: number;
  readonly list: 'messaging' | 'standby' | 'changes';
}

/** One item of an entry's list; see {@link parseWebhook}, which never throws either. */
export function parseEvent(raw: unknown, { page: entryPage, time: entryTime, list }: EventPlace): MessengerEvent {
  const standby = list === 'standby';
  if (list === 'changes') return parseChange(raw, entryPage, entryTime);
  const parsed = rawEventSchema.safeParse(raw);
  if (!parsed.success) return unreadable(raw, entryPage, entryTime, standby);
  const event = parsed.data;
  const content = readContent(event);
  const [person, other] = content.kind === 'echo' ? [event.recipient, event.sender] : [event.sender, event.recipient];
  const head = {
    page: other?.id ?? entryPage,
    psid: person?.id ?? '',
    timestamp: toMilliseconds(event.timestamp ?? watermarkOf(content) ?? entryTime),
    standby,
  };
  return { ...head, dedupKey: dedupKeyOf(head, content), ...content };
}

function parseChange(raw: unknown, page: string, time: number): MessengerEvent {
  const change = changeBodySchema.safeParse(raw);
  if (!change.success) return unreadable(raw, page, time, false);
  const head = { page, psid: '', timestamp: toMilliseconds(time), standby: false };
  const content: Content = { kind: 'change', body: change.data };
  return { ...head, dedupKey: dedupKeyOf(head, content), ...content };
}

function readContent(event: RawEvent): Content {
  if (isRecord(event.message)) {
    const echo = echoBodySchema.safeParse(event.message);
    if (echo.success) return { kind: 'echo', body: echo.data };
    const message = messageBodySchema.safeParse(event.message);
    // An echo that cannot be read must not pass as a message of the person: that is how bots answer themselves forever.
    if (message.success && event.message.is_echo !== true) return { kind: 'message', body: message.data };
  }
  const postback = readAs(postbackBodySchema, event.postback);
  if (postback) return { kind: 'postback', body: postback };
  const optin = readAs(optinBodySchema, event.optin);
  if (optin) return { kind: 'optin', body: withExpiryInMilliseconds(optin) };
  const delivery = readAs(deliveryBodySchema, event.delivery);
  if (delivery) return { kind: 'delivery', body: withWatermarkInMilliseconds(delivery) };
  const read = readAs(readBodySchema, event.read);
  if (read) return { kind: 'read', body: withWatermarkInMilliseconds(read) };
  const reaction = readAs(reactionBodySchema, event.reaction);
  if (reaction) return { kind: 'reaction', body: reaction };
  const referral = readAs(referralSchema, event.referral);
  if (referral) return { kind: 'referral', body: referral };
  for (const how of ['pass', 'take'] as const) {
    const handover = readAs(handoverBodySchema, event[`${how}_thread_control`]);
    if (handover) return { kind: 'handover', body: { ...handover, how } };
  }
  return { kind: 'unknown', body: event };
}

/** The value by a schema; undefined where there is none, which is told without the schema: its refusals are dear. */
function readAs<T extends object>(schema: z.ZodType<T>, value: unknown): T | undefined {
  return value === undefined ? undefined : schema.safeParse(value).data;
}

function unreadable(raw: unknown, page: string, time: number, standby: boolean): MessengerEvent {
  const head = { page, psid: '', timestamp: toMilliseconds(time), standby };
  const content: Content = { kind: 'unknown', body: raw };
  return { ...head, dedupKey: dedupKeyOf(head, content), ...content };
}

function dedupKeyOf(head: Omit<EventHead, 'dedupKey'>, { kind, body }: Content): string {
  if ((kind === 'message' || kind === 'echo' || kind === 'postback') && body.mid) return `${kind}:${body.mid}`;
  if (kind === 'optin') {
    // A one-time token is granted once. A lasting one is told of again and again (stopped, resumed, stopped): without the
    // time the second stop would be taken for the first.
    const { one_time_notif_token: once, notification_messages_token: lasting } = body;
    if (once !== undefined) return `optin:${digest([once, ''])}`;
    if (lasting !== undefined)
      return `optin:${digest([lasting, statusOf(body.notification_messages_status), head.timestamp])}`;
  }
  return `${kind}:${digest([head.page, head.psid, head.timestamp, kind, body])}`;
}

/** The platform's page prints the status with a space, production code has met an underscore. */
const statusOf = (status: string | undefined): string => (status ?? '').replaceAll(' ', '_').toUpperCase();

function digest(parts: unknown[]): string {
  return createHash('sha256').update(serialise(parts)).digest('hex').slice(0, 40);
}

/** Nesting of many thousand levels can be parsed but not serialised; such an event is told apart by its head alone. */
function serialise(parts: unknown[]): string {
  try {
    return JSON.stringify(parts);
  } catch {
    return JSON.stringify(parts.filter((part) => typeof part !== 'object'));
  }
}

function watermarkOf(content: Content): number | undefined {
  return content.kind === 'delivery' || content.kind === 'read' ? content.body.watermark : undefined;
}

function withWatermarkInMilliseconds<T extends { watermark: number }>(body: T): T {
  return { ...body, watermark: toMilliseconds(body.watermark) };
}

function withExpiryInMilliseconds(body: OptinBody): OptinBody {
  if (body.token_expiry_timestamp === undefined) return body;
  return { ...body, token_expiry_timestamp: toMilliseconds(body.token_expiry_timestamp) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
