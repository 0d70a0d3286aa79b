/** The smaller world of what only ingestion decides: servers, two processes of it, shops' topics, and readers of its own. */
import { deadLetters, offers } from '@beckon/contracts';
import type { PlannedShop } from '../load/plan.js';
import type { Run } from '../run.js';
import { startServiceBed, type ServiceBed } from './service-bed.js';
import type { Supervised } from './supervised.js';
import type { TopicReader } from './topic-reader.js';

export interface IngestionBed extends Pick<ServiceBed, 'servers' | 'producer' | 'admin' | 'stop'> {
  readonly ingestion: readonly Supervised[];
  /** What ingestion knows of each SKU, as it says it. */
  readonly offers: TopicReader;
  readonly deadLetters: TopicReader;
}

/** Starts it; settles when ingestion is ready. What was started ends if it throws. */
export async function startIngestion(run: Run, shops: readonly PlannedShop[]): Promise<IngestionBed> {
  const bed = await startServiceBed(run, shops, ['ingestion-1', 'ingestion-2']);
  try {
    return {
      ...{ servers: bed.servers, producer: bed.producer, admin: bed.admin, stop: bed.stop, ingestion: bed.processes },
      offers: await bed.read(offers),
      deadLetters: await bed.read(deadLetters('ingestion')),
    };
  } catch (error) {
    await bed.stop();
    throw error;
  }
}
