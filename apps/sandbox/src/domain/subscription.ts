import { graphError, shown } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';

/** Rule 41: the webhook fields that can be subscribed to. */
export const WEBHOOK_FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_reactions',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
] as const;

/** See {@link WEBHOOK_FIELDS}. */
export type WebhookField = (typeof WEBHOOK_FIELDS)[number];

const FIELD_OF_KEY: Record<string, WebhookField> = {
  postback: 'messaging_postbacks',
  optin: 'messaging_optins',
  referral: 'messaging_referrals',
  reaction: 'message_reactions',
  delivery: 'message_deliveries',
  read: 'message_reads',
  take_thread_control: 'messaging_handovers',
  pass_thread_control: 'messaging_handovers',
  policy_enforcement: 'messaging_policy_enforcement',
};

/** The field by which an event is subscribed to. What is none of the known kinds counts as a message. */
export function fieldOf(event: Record<string, unknown>): WebhookField {
  for (const [key, field] of Object.entries(FIELD_OF_KEY)) if (event[key] !== undefined) return field;
  return isRecord(event.message) && event.message.is_echo === true ? 'message_echoes' : 'messages';
}

/** Rule 41: only what the app subscribed to is sent. An event in standby needs both its own field and `standby`. */
export function rule41Wanted(
  subscribed: readonly string[] | null,
  event: Record<string, unknown>,
  standby: boolean,
): boolean {
  if (subscribed === null) return true;
  return subscribed.includes(fieldOf(event)) && (!standby || subscribed.includes('standby'));
}

/** Rule 41: reads `subscribed_fields`: names with commas between, or a list of names. */
export function rule41Fields(value: unknown): { fields: WebhookField[] } | { refusal: GraphError } {
  const names = typeof value === 'string' ? namesIn(value) : value;
  if (!Array.isArray(names) || names.length === 0) {
    return { refusal: graphError(41, 100, undefined, 'The parameter subscribed_fields is required') };
  }
  const known = new Set<unknown>(WEBHOOK_FIELDS);
  const stranger: unknown = names.find((name) => !known.has(name));
  if (stranger !== undefined) {
    const list = WEBHOOK_FIELDS.join(', ');
    const message = `Param subscribed_fields[0] must be one of {${list}} - got "${shown(stranger)}".`;
    return { refusal: graphError(41, 100, undefined, message) };
  }
  return { fields: [...new Set(names as WebhookField[])] };
}

function namesIn(text: string): unknown {
  if (text.startsWith('[')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }
  return text.split(',').flatMap((name) => name.trim() || []);
}
