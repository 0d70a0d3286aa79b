import type { MessengerEvent } from '@beckon/contracts';
import { parseWebhook, toMilliseconds } from '@beckon/messenger';

/** An event ready for the log, with its de-duplication key. */
export interface LoggableEvent {
  readonly key: string;
  readonly value: MessengerEvent;
}

type Item = Record<string, unknown>;
const isItem = (v: unknown): v is Item => typeof v === 'object' && v !== null && !Array.isArray(v);
const items = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);

/**
 * Takes a webhook body apart into its events, each as the platform sent it. Loops over `entry`, `messaging` and
 * `standby`: several of each do occur (messenger-platform, section 4.2). What is no object is only counted.
 */
export function splitWebhook(body: unknown, receivedAt: number): { events: LoggableEvent[]; unreadable: number } {
  const events: LoggableEvent[] = [];
  let unreadable = 0;
  for (const entry of items(isItem(body) ? body['entry'] : undefined)) {
    if (!isItem(entry)) {
      unreadable += 1;
      continue;
    }
    for (const standby of [false, true]) {
      for (const event of items(entry[standby ? 'standby' : 'messaging'])) {
        const loggable = isItem(event) ? toLoggable(entry, event, standby, receivedAt) : undefined;
        if (loggable) events.push(loggable);
        else unreadable += 1;
      }
    }
  }
  return { events, unreadable };
}

function toLoggable(entry: Item, event: Item, standby: boolean, receivedAt: number): LoggableEvent | undefined {
  const { id, time } = entry;
  const [parsed] = parseWebhook({ entry: [{ id, time, [standby ? 'standby' : 'messaging']: [event] }] });
  if (!parsed) return undefined;
  const entryTime =
    typeof time === 'number' && Number.isSafeInteger(time) && time >= 0 ? toMilliseconds(time) : undefined;
  return {
    key: parsed.dedupKey,
    value: {
      page: parsed.page,
      psid: parsed.psid,
      event,
      standby,
      received_at: receivedAt,
      ...(entryTime === undefined ? {} : { entry_time: entryTime }),
    },
  };
}

/** The inverse: the logged event, parsed as the webhook it came in would be. */
export function parseLogged(value: MessengerEvent): ReturnType<typeof parseWebhook>[number] | undefined {
  const { page, entry_time, received_at, standby, event } = value;
  const entry = { id: page, time: entry_time ?? received_at, [standby ? 'standby' : 'messaging']: [event] };
  return parseWebhook({ entry: [entry] })[0];
}
