import { expect, it } from '@jest/globals';
import type { KafkaClient } from '@beckon/kafka';
import { EventLog } from './event-log.js';

it('makes records that are keyed by Page and person, and named by the event', () => {
  const head = { page: '1001', psid: '200', standby: false, received_at: 1_790_000_000_000 };
  const client = { topic: (t: { name: string }) => `x.${t.name}` };
  const made = new EventLog(client as unknown as KafkaClient, 30).record({
    key: 'message:m1',
    head,
    text: Buffer.from('{"a":1}'),
  });
  expect(made).toMatchObject({
    topic: 'x.messenger.events',
    key: '1001:200',
    headers: { ce_id: '1001:message:m1', ce_type: 'beckon.messenger.events.v1', ce_source: 'beckon/optin' },
  });
  expect(JSON.parse(String(made.value))).toEqual({ ...head, event: { a: 1 } });
});
