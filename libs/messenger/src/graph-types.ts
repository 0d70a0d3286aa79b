import { z } from 'zod';

/**
 * The slice of the Graph API and of Messenger webhooks that an alert service speaks. The schemas for what the platform
 * sends are lenient: unknown keys pass, what may be missing in practice is optional, ids may be numbers. Reading stays
 * possible when the platform adds something.
 */

/** Ids are decimal strings, but numbers have been seen in the wild. */
const id = z.union([z.string().min(1), z.number().int().transform(String)]);

/** One referral: how the person came to the thread (m.me link, ad, QR code). */
export const referralSchema = z.looseObject({
  ref: z.string().optional(),
  source: z.string().optional(),
  type: z.string().optional(),
});
/** See {@link referralSchema}. */
export type Referral = z.infer<typeof referralSchema>;

/** `message`: something the person wrote or a quick reply that they tapped. One without `mid` counts all the same. */
export const messageBodySchema = z.looseObject({
  mid: z.string().optional(),
  text: z.string().optional(),
  quick_reply: z.looseObject({ payload: z.string() }).optional(),
  attachments: z.array(z.looseObject({ type: z.string() })).optional(),
  reply_to: z.looseObject({ mid: z.string().optional() }).optional(),
  referral: referralSchema.optional(),
});
/** See {@link messageBodySchema}. */
export type MessageBody = z.infer<typeof messageBodySchema>;

/** `message` with `is_echo`: a message that left the Page, ours or another's; `app_id` and `metadata` tell whose. */
export const echoBodySchema = z.looseObject({
  is_echo: z.literal(true),
  mid: z.string(),
  app_id: id.optional(),
  metadata: z.string().optional(),
  text: z.string().optional(),
});
/** See {@link echoBodySchema}. */
export type EchoBody = z.infer<typeof echoBodySchema>;

/** The app id of the Page's own inbox: what a human writes there is echoed with it (message_echoes page). */
export const INBOX_APP_ID = '263902037430900';

/** `pass_thread_control`, `take_thread_control`: the thread went from one app to another. */
export const handoverBodySchema = z.looseObject({
  previous_owner_app_id: id.optional().catch(undefined),
  new_owner_app_id: id.optional().catch(undefined),
});
/** See {@link handoverBodySchema}; `how`: whether the thread was passed on or taken. */
export type HandoverBody = z.infer<typeof handoverBodySchema> & { how: 'pass' | 'take' };

/** `postback`: a tapped button; `referral` only with Get Started through a link. */
export const postbackBodySchema = z.looseObject({
  mid: z.string().optional(),
  title: z.string().optional(),
  payload: z.string().optional(),
  referral: referralSchema.optional(),
});
/** See {@link postbackBodySchema}. */
export type PostbackBody = z.infer<typeof postbackBodySchema>;

/** `optin`: a one-time-notification tap, a notification-messages opt-in or stop, or the website plugin. */
export const optinBodySchema = z.looseObject({
  type: z.string().optional(),
  payload: z.string().optional(),
  title: z.string().optional(),
  ref: z.string().optional(),
  one_time_notif_token: z.string().optional(),
  notification_messages_token: z.string().optional(),
  notification_messages_status: z.string().optional(),
  notification_messages_timezone: z.string().optional(),
  token_expiry_timestamp: z.number().optional(),
  user_token_status: z.string().optional(),
});
/** See {@link optinBodySchema}. */
export type OptinBody = z.infer<typeof optinBodySchema>;

/** `delivery`: all messages up to `watermark` (ms) were delivered; `mids` is sometimes there. */
export const deliveryBodySchema = z.looseObject({ watermark: z.number(), mids: z.array(z.string()).optional() });
/** See {@link deliveryBodySchema}. */
export type DeliveryBody = z.infer<typeof deliveryBodySchema>;

/** `read`: all messages up to `watermark` (ms) were read. */
export const readBodySchema = z.looseObject({ watermark: z.number() });
/** See {@link readBodySchema}. */
export type ReadBody = z.infer<typeof readBodySchema>;

/** `reaction`: the person reacted to a message, or took the reaction back. */
export const reactionBodySchema = z.looseObject({
  mid: z.string().optional(),
  action: z.string().optional(),
  reaction: z.string().optional(),
  emoji: z.string().optional(),
});
/** See {@link reactionBodySchema}. */
export type ReactionBody = z.infer<typeof reactionBodySchema>;

/** One item of `changes[]`: which field of the Page changed, and what it is now. */
export const changeBodySchema = z.looseObject({ field: z.string(), value: z.unknown().optional() });
/** See {@link changeBodySchema}. */
export type ChangeBody = z.infer<typeof changeBodySchema>;

/** One event inside `messaging[]` or `standby[]`, before its body is looked at. */
export const rawEventSchema = z.looseObject({
  sender: z.looseObject({ id: id.optional(), user_ref: z.string().optional() }).optional(),
  recipient: z.looseObject({ id: id.optional() }).optional(),
  timestamp: z.number().optional(),
});
/** See {@link rawEventSchema}. */
export type RawEvent = z.infer<typeof rawEventSchema>;

/** The outermost shape of a webhook POST. */
export const webhookEnvelopeSchema = z.looseObject({ object: z.string().optional(), entry: z.array(z.unknown()) });

/** One `entry` of a webhook POST. */
export const webhookEntrySchema = z.looseObject({
  id: id.optional(),
  time: z.number().optional(),
  messaging: z.array(z.unknown()).optional().catch(undefined),
  standby: z.array(z.unknown()).optional().catch(undefined),
  changes: z.array(z.unknown()).optional().catch(undefined),
});

/** A button below a card. */
export type Button =
  | { type: 'web_url'; title: string; url: string }
  | { type: 'postback'; title: string; payload: string }
  | { type: 'phone_number'; title: string; payload: string };

/** One card of a generic template. */
export interface GenericElement {
  title: string;
  subtitle?: string;
  image_url?: string;
  default_action?: { type: 'web_url'; url: string };
  buttons?: Button[];
}

/** The templates that we send. */
export type TemplatePayload =
  | { template_type: 'generic'; elements: GenericElement[]; image_aspect_ratio?: 'horizontal' | 'square' }
  | { template_type: 'button'; text: string; buttons: Button[] }
  | { template_type: 'one_time_notif_req'; title: string; payload: string }
  | {
      template_type: 'notification_messages';
      title?: string;
      payload: string;
      image_url?: string;
      image_aspect_ratio?: 'HORIZONTAL' | 'SQUARE';
      elements?: GenericElement[];
      notification_messages_cta_text?: string;
      notification_messages_reoptin?: 'ENABLED' | 'DISABLED';
      notification_messages_timezone?: string;
    };

/** A quick reply below a message. */
export interface QuickReply {
  content_type: 'text';
  title: string;
  payload: string;
  image_url?: string;
}

/** `message` of a send: text or a template, never both. */
export interface OutgoingMessage {
  text?: string;
  attachment?: { type: 'template'; payload: TemplatePayload };
  quick_replies?: QuickReply[];
  metadata?: string;
}

/** Whom a send addresses: exactly one of these. */
export type Recipient = { id: string } | { one_time_notif_token: string } | { notification_messages_token: string };

/** Body of `POST /{page}/messages`. */
export interface SendRequest {
  recipient: Recipient;
  message?: OutgoingMessage;
  messaging_type?: 'RESPONSE' | 'UPDATE' | 'MESSAGE_TAG';
  tag?: string;
  notification_type?: 'REGULAR' | 'SILENT_PUSH' | 'NO_PUSH';
  sender_action?: 'typing_on' | 'typing_off' | 'mark_seen';
}

/** Answer to an accepted send. */
export const sendResponseSchema = z.looseObject({ message_id: z.string().min(1), recipient_id: id.optional() });
/** See {@link sendResponseSchema}. */
export type SendResponse = z.infer<typeof sendResponseSchema>;

/** Body of a refusal. `code` and `error_subcode` decide; texts are for people. */
export const errorBodySchema = z.looseObject({
  error: z.looseObject({
    code: z.number().int(),
    error_subcode: z.number().int().optional(),
    message: z.string().optional(),
    type: z.string().optional(),
    error_user_title: z.string().optional(),
    error_user_msg: z.string().optional(),
    is_transient: z.boolean().optional(),
    fbtrace_id: z.string().optional(),
  }),
});
/** See {@link errorBodySchema}. */
export type ErrorBody = z.infer<typeof errorBodySchema>;
