import { describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from './coalescing-producer.js';
import type { KafkaClient } from './kafka-client.js';
import { LogAway, RecordLog } from './record-log.js';

const record: OutgoingRecord = { topic: 't', key: 'k', value: 'v', headers: {} };

function log(send: (records: readonly OutgoingRecord[]) => Promise<void>, waitMs = 30): RecordLog {
  const client = { producer: { send } };
  return new RecordLog(client as unknown as KafkaClient, waitMs);
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
