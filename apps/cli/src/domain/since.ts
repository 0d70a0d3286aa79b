import { Duration } from '@beckon/contracts';

/** `90s`, `15m`, `24h`, `7d` ago, or a time such as `2026-11-23T10:00:00Z`, in milliseconds; undefined: neither. */
export function readSince(text: string, now: number): number | undefined {
  const ago = Duration.safeParse(text);
  if (ago.success) return now - ago.data;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
