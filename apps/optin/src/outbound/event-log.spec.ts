import { describe, expect, it } from '@jest/globals';
import type { KafkaClient, OutgoingRecord } from '@beckon/kafka';
import { EventLog, LogAway } from './event-log.js';

const record: OutgoingRecord = { topic: 't', key: 'k', value: 'v', headers: {} };

function log(send: (records: readonly OutgoingRecord[]) => Promise<void>, waitMs = 30): EventLog {
  const client = { producer: { send }, topic: (t: { name: string }) => `x.${t.name}` };
  return new EventLog(client as unknown as KafkaClient, waitMs);
}

describe('appending', () => {
  it('resolves when Kafka has the events', async () => {
    const taken: OutgoingRecord[] = [];
    await log(async (records) => void taken.push(...records)).append([record, record]);
    expect(taken).toHaveLength(2);
  });

  it('rejects when Kafka refuses, and in time when it does not answer', async () => {
    await expect(log(() => Promise.reject(new Error('no'))).append([record])).rejects.toThrow(LogAway);
    await expect(log(() => new Promise(() => undefined)).append([record])).rejects.toThrow(LogAway);
  });

  it('refuses at once what would only fill memory, and takes again when Kafka does', async () => {
    let answer: (() => void)[] = [];
    const away = log(() => new Promise((resolve) => answer.push(resolve)));
    const many = Array.from({ length: 10 }, () => ({ ...record, value: 'x'.repeat(1_000_000) }));
    const first = away.append(many);
    await expect(away.append(many)).rejects.toThrow('too many');
    expect(answer).toHaveLength(1);
    answer.forEach((a) => a());
    await first;
    answer = [];
    const second = away.append(many);
    answer.forEach((a) => a());
    await second;
  });

  it('takes one webhook however large, when nothing else waits', async () => {
    const taken: OutgoingRecord[] = [];
    const huge = Array.from({ length: 20 }, () => ({ ...record, value: Buffer.alloc(1_000_000) }));
    await log(async (records) => void taken.push(...records)).append(huge);
    expect(taken).toHaveLength(20);
  });
});

it('makes records that are keyed by Page and person, and named by the event', () => {
  const head = { page: '1001', psid: '200', standby: false, received_at: 1_790_000_000_000 };
  const made = log(async () => undefined).record({ key: 'message:m1', head, text: Buffer.from('{"a":1}') });
  expect(made).toMatchObject({
    topic: 'x.messenger.events',
    key: '1001:200',
    headers: { ce_id: '1001:message:m1', ce_type: 'beckon.messenger.events.v1', ce_source: 'beckon/optin' },
  });
  expect(JSON.parse(String(made.value))).toEqual({ ...head, event: { a: 1 } });
});
