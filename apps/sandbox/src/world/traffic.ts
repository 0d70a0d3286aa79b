import { isRecord } from '../domain/is-record.js';
import { fieldOf } from '../domain/subscription.js';
import { isAbout } from '../outbound/webhook-job.js';
import type { WebhookJob } from '../outbound/webhook-job.js';
import type { GraphCall } from './call-log.js';

/** The inspector's list: webhooks out and Graph calls in as one, told in a line each. */

/** What became of an exchange; `unsent`: nobody had asked for that webhook. */
export const EXCHANGE_OUTCOMES = ['ok', 'waiting', 'unsent', 'trouble'] as const;
/** See {@link EXCHANGE_OUTCOMES}. */
export type ExchangeOutcome = (typeof EXCHANGE_OUTCOMES)[number];

/** One line of the list. Times in milliseconds. */
export interface ExchangeView {
  id: number;
  kind: 'webhook' | 'call';
  at: number;
  page: string | null;
  psid: string | null;
  /** The webhook's field, or the call's method and path. */
  title: string;
  /** Words of the message, or why it was refused. */
  words: string;
  outcome: ExchangeOutcome;
  /** HTTP status, or a word where there was none. */
  status: string;
  ms: number | null;
}

/** Which exchanges are wanted. */
export interface TrafficFilter {
  readonly page?: string | undefined;
  readonly psid?: string | undefined;
  readonly kind?: 'webhook' | 'call' | undefined;
  readonly outcome?: ExchangeOutcome | undefined;
  /** Found anywhere in body, answer, ids and path; upper and lower case are the same. */
  readonly q?: string | undefined;
  readonly limit: number;
}

/** The exchanges that fit, the youngest first. */
export function traffic(
  webhooks: readonly WebhookJob[],
  calls: readonly GraphCall[],
  { kind, page, psid, outcome, q, limit }: TrafficFilter,
): ExchangeView[] {
  const needle = q?.toLowerCase() ?? '';
  const fits = (one: WebhookJob | GraphCall): boolean =>
    concerns(one, page, psid) && (needle === '' || textOf(one).includes(needle));
  const found = [...(kind === 'call' ? [] : webhooks), ...(kind === 'webhook' ? [] : calls)]
    .filter(fits)
    .sort((a, b) => b.id - a.id);
  const rows: ExchangeView[] = [];
  for (const one of found) {
    const row = 'failures' in one ? webhookRow(one) : callRow(one);
    if (outcome === undefined || row.outcome === outcome) rows.push(row);
    if (rows.length === limit) break;
  }
  return rows;
}

/** Calls of nobody we know concern every Page. */
function concerns(one: WebhookJob | GraphCall, page: string | undefined, psid: string | undefined): boolean {
  if ('failures' in one) return isAbout(one, page, psid);
  return (page === undefined || one.page === page || one.page === null) && (psid === undefined || one.psid === psid);
}

function webhookRow({ id, createdAt: at, page, psid, body, state, attempts, forged }: WebhookJob): ExchangeView {
  const events = eventsIn(body);
  const last = attempts.at(-1);
  const title = [...new Set(events.map(fieldOf))].join(', ');
  const count = events.length > 1 ? `${events.length} events` : '';
  const words = [forged === 'no_signature' ? 'not signed' : forged && 'wrongly signed', count, ...events.map(wordsOf)];
  const outcome = state === 'dropped' ? 'trouble' : state === 'waiting' && last ? 'trouble' : OUTCOME_OF_STATE[state];
  const status = last ? String(last.status ?? 'no answer') : state.replaceAll('_', ' ');
  const told = words.filter(Boolean).join(' · ').slice(0, 200);
  return { id, kind: 'webhook', at, page, psid, title, words: told, outcome, status, ms: last?.ms ?? null };
}

const OUTCOME_OF_STATE: Record<WebhookJob['state'], ExchangeOutcome> = {
  waiting: 'waiting',
  delivered: 'ok',
  batched: 'ok',
  dropped: 'trouble',
  nobody_subscribed: 'unsent',
  not_subscribed: 'unsent',
};

function callRow(call: GraphCall): ExchangeView {
  const { id, at, page, psid, method, path, outcome, status, ms } = call;
  return {
    ...{ id, kind: 'call', at, page, psid, title: `${method} ${path.replace(/^\/v\d+\.\d+(?=\/)/, '')}`, ms },
    words: outcome === 'accepted' ? sentWords(call.request) : refusedWords(call),
    outcome: outcome === 'accepted' ? 'ok' : 'trouble',
    status: String(status ?? 'no answer'),
  };
}

function refusedWords({ fault, rule, code, subcode }: GraphCall): string {
  const error = code === null ? undefined : `error ${code}${subcode === null ? '' : `/${subcode}`}`;
  return [fault && `fault: ${fault}`, error, rule !== null && `rule ${rule}`].filter(Boolean).join(' · ');
}

/** What a send says, as far as that can be read. */
function sentWords(request: string): string {
  const body = parsed(request) ?? Object.fromEntries(new URLSearchParams(request));
  const inner = typeof body.message === 'string' ? parsed(body.message) : body.message;
  if (isRecord(inner)) return messageWords(inner).slice(0, 200);
  return typeof body.sender_action === 'string' ? body.sender_action : '';
}

function messageWords(message: Record<string, unknown>): string {
  if (typeof message.text === 'string') return message.text;
  const attachment = isRecord(message.attachment) ? message.attachment : undefined;
  const payload = isRecord(attachment?.payload) ? attachment.payload : undefined;
  const name = payload?.template_type ?? attachment?.type;
  const title = payload?.title ?? payload?.text;
  return [name, title].filter((word) => typeof word === 'string').join(': ');
}

function wordsOf(event: Record<string, unknown>): string {
  const { message, postback, optin, referral, reaction, delivery } = event;
  if (isRecord(message)) return messageWords(message);
  if (isRecord(delivery)) return `${Array.isArray(delivery.mids) ? delivery.mids.length : 'unnamed'} delivered`;
  const body = [postback, optin, referral, reaction].find(isRecord);
  const words = body?.title ?? body?.ref ?? body?.reaction ?? body?.payload ?? body?.action;
  return typeof words === 'string' ? words : '';
}

function eventsIn(body: string): Record<string, unknown>[] {
  const entries = parsed(body)?.entry;
  return (Array.isArray(entries) ? (entries as unknown[]) : [])
    .filter(isRecord)
    .flatMap((entry) => (entry.messaging ?? entry.standby ?? []) as unknown[])
    .filter(isRecord);
}

/** Everything in an exchange that somebody may look for, in small letters; escapes are undone. */
function textOf(one: WebhookJob | GraphCall): string {
  const parts =
    'failures' in one
      ? [one.body, decoded(one.body), one.attempts.at(-1)?.answer, one.attempts.at(-1)?.error]
      : [one.path, one.query, one.request, decoded(one.request), one.answer, one.mid, one.fault, one.code];
  return [...parts, one.psid, one.page].join('\n').toLowerCase();
}

function decoded(json: string): string {
  const value = parsed(json);
  return value === undefined ? '' : JSON.stringify(value);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
