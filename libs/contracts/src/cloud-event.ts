import { readJson } from './read-json.js';

/**
 * CloudEvents 1.0 over Kafka (cloudevents/spec: kafka-protocol-binding). We write binary mode (flat JSON value,
 * attributes in `ce_*` headers) and read binary and structured mode.
 */
export interface CloudEventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Milliseconds since the epoch, if the event carries a readable time. */
  readonly time?: number;
  readonly subject?: string;
  /** Extension attributes, e.g. `traceparent`, `sequence`. */
  readonly extensions: Readonly<Record<string, string>>;
}

/** Headers of a binary-mode event. */
export function binaryHeaders(e: { id: string; source: string; type: string; time: number }): Record<string, string> {
  return {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: e.id,
    ce_source: e.source,
    ce_type: e.type,
    ce_time: new Date(e.time).toISOString(),
  };
}

/** The event's attributes and data, or what is wrong with it. `data` is undefined where there is none. */
export type DecodedCloudEvent =
  | { readonly ok: true; readonly attributes: CloudEventAttributes; readonly data: unknown }
  | { readonly ok: false; readonly field: string; readonly detail: string };

const core = new Set(['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataschema']);

/**
 * Reads a Kafka record as a CloudEvent: structured when its content type says so, binary when `ce_*` headers are
 * there. Header names compare without case. Answers the faulty field instead of throwing.
 */
export function decodeCloudEvent(headers: Readonly<Record<string, string>>, value: Buffer | null): DecodedCloudEvent {
  const lower = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]));
  const structured = (lower['content-type'] ?? '').toLowerCase().startsWith('application/cloudevents');
  let data: unknown;
  if (value !== null) {
    const read = readJson(value);
    if (!read.ok) return { ok: false, field: 'value', detail: read.detail };
    data = read.value;
  }
  if (structured) {
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      return { ok: false, field: 'value', detail: 'a structured CloudEvent is a JSON object' };
    const { data: inner, data_base64, ...attributes } = data as Record<string, unknown>;
    if (data_base64 !== undefined)
      return { ok: false, field: 'data_base64', detail: 'binary data is not read; send JSON in "data"' };
    return check(attributes, inner);
  }
  const attributes: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(lower)) if (name.startsWith('ce_')) attributes[name.slice(3)] = text;
  if (lower['traceparent'] !== undefined) attributes['traceparent'] = lower['traceparent'];
  return check(attributes, data);
}

function check(a: Record<string, unknown>, data: unknown): DecodedCloudEvent {
  for (const field of ['specversion', 'id', 'source', 'type'] as const) {
    if (typeof a[field] !== 'string' || a[field] === '')
      return { ok: false, field: `ce_${field}`, detail: `the CloudEvents attribute "${field}" is missing` };
  }
  if (a['specversion'] !== '1.0')
    return { ok: false, field: 'ce_specversion', detail: `only 1.0 is read, not ${JSON.stringify(a['specversion'])}` };
  let time: number | undefined;
  if (typeof a['time'] === 'string') {
    time = Date.parse(a['time']);
    if (Number.isNaN(time)) return { ok: false, field: 'ce_time', detail: 'not an RFC 3339 time' };
  }
  const extensions = Object.fromEntries(
    Object.entries(a).flatMap(([k, v]) => (core.has(k) || typeof v === 'object' ? [] : [[k, String(v)]])),
  );
  const attributes: CloudEventAttributes = {
    id: a['id'] as string,
    source: a['source'] as string,
    type: a['type'] as string,
    ...(time === undefined ? {} : { time }),
    ...(typeof a['subject'] === 'string' ? { subject: a['subject'] } : {}),
    extensions,
  };
  return { ok: true, attributes, data };
}
