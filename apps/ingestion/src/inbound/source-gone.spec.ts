import { expect, test } from '@jest/globals';
import { ShopSettings, exampleSettings } from '@beckon/contracts';
import { KafkaClient, type Emitter } from '@beckon/kafka';
import { createLogger, systemClock } from '@beckon/service';
import type { ShopDirectory, ShopInForce } from '@beckon/settings';
import type { DataSource } from 'typeorm';
import { SourceConsumers } from './source-consumers.js';
import { SourceReader } from './source-reader.js';

const log = createLogger({ service: 't', level: 'silent' });

/** Nothing answers at port 1: readers never get further than asking for their cluster. */
const NOWHERE = '127.0.0.1:1';

function bed(source: object) {
  const settings = ShopSettings.parse({ ...exampleSettings, sources: [source as never] });
  const shops: ShopInForce[] = [{ shop: 'aurora', rev: 1, settings }];
  const client = new KafkaClient({ service: 't', brokers: [NOWHERE], topicPrefix: '', groupPrefix: '', log });
  const gone: Error[] = [];
  const sources = new SourceConsumers({
    ...{ client, clock: systemClock, log, dataSource: {} as DataSource, emitter: {} as Emitter },
    directory: { get: () => shops[0], all: () => shops, onChange: () => undefined } as unknown as ShopDirectory,
    secrets: { read: () => 'secret' },
    onGone: (error) => void gone.push(error),
  });
  sources.start();
  /** Says what kafkajs would say when it gives up for good. */
  const giveUp = (): void => {
    const [reader] = sources.running();
    if (reader instanceof SourceReader) reader.giveUp(new Error('given up'));
  };
  return { sources, gone, giveUp };
}
const topic = { name: 'theirs', format: 'cloudevents', topic: 't' };

test('a consumer of another cluster that is gone for good is made anew, and ends nobody else', async () => {
  const { sources, gone, giveUp } = bed({ ...topic, cluster: { brokers: [NOWHERE], tls: false } });
  const [before] = sources.running();
  giveUp();
  expect([gone.length, sources.running().length]).toEqual([0, 0]);
  sources.follow();
  expect(sources.running()).toHaveLength(1);
  expect(sources.running()[0]).not.toBe(before);
  await sources.stop();
});

test('one of our own cluster ends the process: everybody depends on it', async () => {
  const { sources, gone, giveUp } = bed(topic);
  giveUp();
  expect(gone).toHaveLength(1);
  await sources.stop();
});
