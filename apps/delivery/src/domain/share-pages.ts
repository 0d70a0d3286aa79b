/**
 * How many Pages each worker should own: equal shares, the remainder to the first in order of name. Every worker counts
 * for itself from the same two lists and all come to the same result, so nobody has to lead.
 */
export function fairShare(pages: number, workers: readonly string[], me: string): number {
  const all = [...new Set([...workers, me])].sort();
  const rest = pages % all.length;
  return Math.floor(pages / all.length) + (all.indexOf(me) < rest ? 1 : 0);
}
