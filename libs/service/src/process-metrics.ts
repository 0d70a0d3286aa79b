/** What every Node process should show of itself: a blocked event loop explains most mysteries downstream. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gauge } from './metrics.js';

const eventLoopDelay = gauge('beckon_process_event_loop_delay_seconds', {
  help: 'Delay of the event loop since the last scrape (p99 and max).',
  unit: 'seconds',
  labels: ['quantile'],
});
const memory = gauge('beckon_process_memory_bytes', {
  help: 'Memory of the process.',
  unit: 'bytes',
  labels: ['kind'],
});

const sampleMs = 10;

/** Begins to measure this process. Call once. */
export function watchProcess(): void {
  const delay = monitorEventLoopDelay({ resolution: sampleMs });
  delay.enable();
  // Node measures from one sample to the next: an idle loop shows the sample interval itself.
  const beyondSample = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - sampleMs / 1000);
  eventLoopDelay.observe(() => beyondSample(delay.percentile(99)), { quantile: '0.99' });
  eventLoopDelay.observe(
    () => {
      const seconds = beyondSample(delay.max);
      delay.reset(); // the last reader of this scrape begins the next interval
      return seconds;
    },
    { quantile: '1' },
  );
  memory.observe(() => process.memoryUsage.rss(), { kind: 'resident' });
  memory.observe(() => process.memoryUsage().heapUsed, { kind: 'heap' });
}
