import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { context, propagation, trace } from '@opentelemetry/api';
import sdk from '@opentelemetry/sdk-node';
import { chunkBed, copy, input, output } from '../../../tests/support/chunk-bed.js';
import { follow, until } from '../../../tests/support/real-servers.js';

const exporter = new sdk.tracing.InMemorySpanExporter();
beforeAll(() => {
  new sdk.node.NodeTracerProvider({ spanProcessors: [new sdk.tracing.SimpleSpanProcessor(exporter)] }).register();
});
afterAll(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

it('one span per chunk, linked to what its records carry, and passed on in what it emits', async () => {
  const bed = await chunkBed();
  const out = await follow(bed.client, output);
  const traces = ['1', '2', '3'].map((n) => n.repeat(32));
  await bed.client.producer.send(
    traces.map((id, n) => ({
      topic: bed.client.topic(input),
      key: 'k',
      value: JSON.stringify({ n }),
      headers: { traceparent: `00-${id}-00f067aa0ba902b7-01` },
    })),
  );
  await bed.consume(copy);
  await until('all passed on', () => out.length === 3);
  const spans = await until('the span ends', () => {
    const mine = exporter.getFinishedSpans().filter((s) => s.name === `process ${bed.client.topic(input)}`);
    return mine.length > 0 && mine;
  });
  expect(spans).toHaveLength(1);
  expect(spans[0]?.links.map((l) => l.context.traceId)).toEqual(traces);
  expect(spans[0]?.attributes).toMatchObject({ 'messaging.system': 'kafka', 'messaging.batch.message_count': 3 });
  for (const record of out) expect(record.headers['traceparent']).toContain(spans[0]?.spanContext().traceId);
});
