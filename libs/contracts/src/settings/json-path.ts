/**
 * The part of JSONPath (RFC 9535) that names a place: `$.lines[0].price`, `$['odd name']`, `$.lines[*].sku`. No search in
 * depth, no slices, no filters: a record from outside must not decide how much work it makes, and every path here visits
 * at most what its lists hold. That is why no library reads them: the common ones run filters as code, or search in depth,
 * and would have to be held back from it. `$` begins at the record, `@` at the item that is being read.
 */
export interface JsonPlace {
  readonly from: 'record' | 'item';
  readonly steps: readonly JsonStep[];
}

/** A key of an object, an index of a list, or (`null`) each element of a list. */
export type JsonStep = string | number | null;

const STEP =
  /\.(?<key>[\p{L}\p{N}_$-]+)|\[(?<index>\d{1,9})\]|(?<each>\[\*\])|\['(?<single>[^'\\]+)'\]|\["(?<double>[^"\\]+)"\]/uy;

/** The longest chain of steps. */
const MOST_STEPS = 20;

/** Reads a path; undefined when it is none that is understood. */
export function parseJsonPath(path: string): JsonPlace | undefined {
  if (!/^[$@]/.test(path)) return undefined;
  const steps: JsonStep[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const found = STEP.exec(path)?.groups;
    if (found === undefined || steps.length === MOST_STEPS) return undefined;
    if (found['each'] !== undefined) steps.push(null);
    else if (found['index'] !== undefined) steps.push(Number(found['index']));
    else steps.push(found['key'] ?? found['single'] ?? found['double'] ?? '');
  }
  return { from: path.startsWith('$') ? 'record' : 'item', steps };
}

/** Whether the path may lead to several places. */
export const isWild = (place: JsonPlace): boolean => place.steps.includes(null);
