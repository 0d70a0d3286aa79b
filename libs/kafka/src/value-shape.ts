/**
 * What kind of thing stands where a record is faulty: enough to see what is wrong, and nothing of the value itself,
 * which may be about a person.
 */
import { readJson } from '@beckon/contracts';
import type { RawRecord } from './chunk.js';

/** `text of 12 characters`, `whole number below 0`, `object with 3 fields`, … */
export function shapeOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'string') return `text of ${counted(value.length, 'character')}`;
  if (typeof value === 'number') return shapeOfNumber(value);
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value === 'object') return `object with ${counted(Object.keys(value).length, 'field')}`;
  return typeof value;
}

function shapeOfNumber(n: number): string {
  if (!Number.isFinite(n)) return 'number too large for a double';
  if (!Number.isInteger(n)) return n < 0 ? 'fraction below 0' : 'fraction';
  if (!Number.isSafeInteger(n)) return 'whole number beyond 2^53';
  return n < 0 ? 'whole number below 0' : 'whole number';
}

/**
 * The shape of a field of a record: `value` is the whole value, a name of a header is that header, anything else is a
 * path in the value or, where a CloudEvent is structured, in its `data`.
 */
export function shapeAt(record: RawRecord, field: string): string {
  const header = Object.entries(record.headers).find(([name]) => name.toLowerCase() === field.toLowerCase());
  if (header) return shapeOf(header[1]);
  if (record.value === null) return 'no value';
  const read = readJson(record.value);
  if (!read.ok) return `${counted(record.value.length, 'byte')}, not JSON`;
  if (field === 'value') return shapeOf(read.value);
  const path = field
    .replace(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');
  const found = at(read.value, path);
  return shapeOf(found === undefined ? at(read.value, ['data', ...path]) : found);
}

/** Own fields only: `__proto__` and `constructor` lead nowhere. */
const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (node, step) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, step)
        ? (node as Record<string, unknown>)[step]
        : undefined,
    value,
  );

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
