import type { MessengerEvent } from '@beckon/contracts';
import { parseEvent, toMilliseconds } from '@beckon/messenger';
import type { MessengerEvent as PlatformEvent } from '@beckon/messenger';
import { cutEvents } from './cut-events.js';
import type { CutEvent, EntryHead } from './cut-events.js';

/** An event ready for the log, with its de-duplication key. */
export interface LoggableEvent {
  readonly key: string;
  /** What the log says of the event beside the event itself. */
  readonly head: Omit<MessengerEvent, 'event'>;
  /** The event as it stood in the body, byte for byte. */
  readonly text: Buffer;
}

/**
 * Takes a webhook body apart into its events, each as the platform sent it. Loops over `entry`, `messaging`, `standby`
 * and `changes`: several of each do occur (messenger-platform, section 4.2). What is no object is only counted.
 * @param receivedAt milliseconds since the epoch
 */
export function splitWebhook(body: Buffer, receivedAt: number): { events: LoggableEvent[]; unreadable: number } {
  const cut = cutEvents(body);
  const events = cut.events.flatMap((event) => toLoggable(body, event, receivedAt) ?? []);
  return { events, unreadable: cut.unreadable + cut.events.length - events.length };
}

/** The event as the value of a record of `messenger.events`: JSON around the event's own text. */
export function toLogged({ head, text }: LoggableEvent): Buffer {
  const { page, psid, ...rest } = head;
  const before = `{"page":${JSON.stringify(page)},"psid":${JSON.stringify(psid)},"event":`;
  return Buffer.concat([Buffer.from(before), text, Buffer.from(`,${JSON.stringify(rest).slice(1)}`)]);
}

function toLoggable(body: Buffer, { list, from, to, entry }: CutEvent, receivedAt: number): LoggableEvent | undefined {
  const text = body.subarray(from, to);
  const raw = parse(text.toString('utf8'));
  if (raw === undefined) return undefined;
  const time = entryTime(entry);
  const event = parseEvent(raw, { page: entryPage(entry), time: time ?? 0, list });
  return {
    key: event.dedupKey,
    head: {
      page: event.page,
      psid: event.psid,
      standby: list === 'standby',
      ...(list === 'changes' ? { change: true } : {}),
      received_at: receivedAt,
      ...(time === undefined ? {} : { entry_time: time }),
    },
    text,
  };
}

/** Ids are strings, but numbers have been seen; a long one must not lose its last digits. */
function entryPage({ id }: EntryHead): string {
  if (id !== undefined && /^\d+$/.test(id)) return id;
  const page = id === undefined ? undefined : parse(id);
  return typeof page === 'string' ? page : '';
}

function entryTime({ time }: EntryHead): number | undefined {
  const at = time === undefined ? undefined : parse(time);
  return typeof at === 'number' && Number.isSafeInteger(at) && at >= 0 ? toMilliseconds(at) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The inverse: the logged event, parsed as the webhook it came in would be. */
export function parseLogged(value: MessengerEvent): PlatformEvent {
  const { page, entry_time, received_at, standby, change, event } = value;
  const list = change ? 'changes' : standby ? 'standby' : 'messaging';
  return parseEvent(event, { page, time: entry_time ?? received_at, list });
}
