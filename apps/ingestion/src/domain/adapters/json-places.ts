/** Follows paths of a mapping through a record's JSON. Own properties only: `__proto__` and `constructor` lead nowhere. */
import { parseJsonPath, type JsonPlace, type JsonStep } from '@beckon/contracts';

/** A value and where it lies, `$.lines[3].price`. */
export interface Found {
  readonly value: unknown;
  readonly at: string;
}

const places = new Map<string, JsonPlace>();

/** The path's steps. Paths come from settings, so there are few; they are kept because each record needs all of them. */
export function placeOf(path: string): JsonPlace {
  const known = places.get(path);
  if (known) return known;
  const place = parseJsonPath(path);
  if (place === undefined) throw new RangeError(`${JSON.stringify(path)} is no path`);
  if (places.size >= 10_000) places.clear();
  places.set(path, place);
  return place;
}

/** Everything that the steps lead to from `start`, in the record's order; at most `most` values. */
export function follow(start: Found, steps: readonly JsonStep[], most: number): Found[] {
  let here = [start];
  for (const step of steps) {
    const next: Found[] = [];
    for (const found of here) {
      for (const inner of stepInto(found, step)) {
        if (next.length >= most) break;
        next.push(inner);
      }
    }
    here = next;
  }
  return here;
}

function* stepInto({ value, at }: Found, step: JsonStep): Generator<Found> {
  if (typeof value !== 'object' || value === null) return;
  if (typeof step === 'string') {
    if (Array.isArray(value) || !Object.hasOwn(value, step)) return;
    const written = /^[\p{L}\p{N}_$-]+$/u.test(step) ? `.${step}` : `['${step}']`;
    yield { value: (value as Record<string, unknown>)[step], at: `${at}${written}` };
  } else if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (step !== null) {
      if (step < list.length) yield { value: list[step], at: `${at}[${step}]` };
    } else for (let i = 0; i < list.length; i += 1) yield { value: list[i], at: `${at}[${i}]` };
  }
}
