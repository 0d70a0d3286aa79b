/** A parameter as it was meant: forms carry JSON values as text, JSON bodies carry them as they are. */
export function jsonParam(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
