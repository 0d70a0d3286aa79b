import { binaryHeaders, messengerEvents } from '@beckon/contracts';
import { RecordLog } from '@beckon/kafka';
import type { OutgoingRecord } from '@beckon/kafka';
import { toLogged } from '../domain/split-webhook.js';
import type { LoggableEvent } from '../domain/split-webhook.js';

/** The durable log that a webhook must have reached before the platform is answered: the topic `messenger.events`. */
export class EventLog extends RecordLog {
  /** An event as a record. */
  record(event: LoggableEvent): OutgoingRecord {
    const { page, psid, received_at } = event.head;
    return {
      topic: this.client.topic(messengerEvents),
      key: `${page}:${psid}`,
      value: toLogged(event),
      headers: binaryHeaders({
        id: `${page}:${event.key}`,
        source: 'beckon/optin',
        type: messengerEvents.type,
        time: received_at,
      }),
    };
  }
}
