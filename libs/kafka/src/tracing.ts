import { context, propagation, trace, type Link } from '@opentelemetry/api';
import type { ChunkRecord } from './chunk.js';

const MOST_LINKS = 32;

/** Links from a chunk's span to the spans that produced its records; capped, since a chunk can hold 500. */
export function chunkLinks(records: readonly ChunkRecord<unknown>[]): Link[] {
  const links: Link[] = [];
  for (const record of records) {
    if (links.length === MOST_LINKS) break;
    if (record.headers['traceparent'] === undefined) continue;
    const span = trace.getSpanContext(propagation.extract(context.active(), record.headers));
    if (span) links.push({ context: span });
  }
  return links;
}
