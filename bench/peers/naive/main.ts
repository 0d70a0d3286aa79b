/**
 * The peer of our pipeline: one Nest service that does the same job the way a good engineer would in one afternoon, by
 * the framework's own documentation: `@EventPattern` per message, `rate-limiter-flexible`, `fetch`, a claim row and a
 * settle row per alert, records for the analysts. Prints `listening <port>`.
 */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ServerResponse } from 'node:http';
import { NaiveModule } from './naive.module.js';
import { readSettings } from './settings.js';

const settings = readSettings();
const app = await NestFactory.create<NestExpressApplication>(NaiveModule.with(settings), {
  rawBody: true,
  logger: ['error', 'warn'],
});
app.connectMicroservice<MicroserviceOptions>({
  transport: Transport.KAFKA,
  options: {
    client: { clientId: 'naive', brokers: [...settings.brokers] },
    consumer: { groupId: settings.group },
    subscribe: { fromBeginning: true },
    run: { partitionsConsumedConcurrently: settings.partitions },
  },
});
// Messenger sends up to 1,000 events in one body; the framework's 100 kB would refuse those for ever.
app.useBodyParser('json', { limit: '1mb' });
await app.startAllMicroservices();
app.use('/health/ready', (_: unknown, response: ServerResponse) => void response.end('ready'));
await app.listen(settings.port, '127.0.0.1');
const { port } = (app.getHttpServer() as { address(): { port: number } }).address();
console.log(`listening ${port}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void app.close().then(() => process.exit(0)));
