import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import { isRecord } from './is-record.js';

/** Rule 39: most calls in one batch. */
export const BATCH_MAX = 50;

/** One call of a batch. */
export interface BatchItem {
  readonly method: string;
  /** Path and query, without the leading slash. */
  readonly relativeUrl: string;
  /** Form fields. */
  readonly body: string;
}

/** Rule 39: whether a call is a batch: a POST to the root, with or without version. */
export function rule39IsBatch(method: string, pathname: string, params: Record<string, unknown>): boolean {
  return method === 'POST' && params.batch !== undefined && /^\/(?:v\d{1,3}(?:\.\d{1,3})?\/?)?$/.test(pathname);
}

/** Rule 39: the calls of a batch, given as a list or as JSON in a form field; 50 pass, 51 do not. */
export function rule39Batch(batch: unknown): { items: BatchItem[] } | { refusal: GraphError } {
  const list = typeof batch === 'string' ? parsed(batch) : batch;
  if (!Array.isArray(list) || list.length === 0) return invalid('batch parameter must be a JSON array');
  if (list.length > BATCH_MAX) {
    const message = `Too many requests in batch message. Maximum batch size is ${BATCH_MAX}`;
    return { refusal: { ...graphError(39, 100, undefined, message), type: 'GraphBatchException' } };
  }
  const items: BatchItem[] = [];
  for (const item of list as unknown[]) {
    if (!isRecord(item) || typeof item.method !== 'string' || typeof item.relative_url !== 'string') {
      return invalid('each item of a batch needs method and relative_url');
    }
    if (item.body !== undefined && typeof item.body !== 'string')
      return invalid('body must be a string of form fields');
    items.push({ method: item.method.toUpperCase(), relativeUrl: item.relative_url, body: item.body ?? '' });
  }
  return { items };
}

function invalid(message: string): { refusal: GraphError } {
  return { refusal: { ...graphError(39, 100, undefined, message), type: 'GraphBatchException' } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
