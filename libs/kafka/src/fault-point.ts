const hook = Symbol.for('beckon.faultPoint');

/** The places at which a test may end the process, in the order in which one record meets them. */
export type FaultPoint =
  'chunk:committed' | 'chunk:emitted' | 'loop:committed' | 'loop:emitted' | 'gate:claimed' | 'post:answered';

/**
 * Names an instant between two side effects. Does nothing, unless a test's preload put a function behind the global
 * symbol:  then that function decides whether the process dies here. `topic`
 * tells chunks of different topics apart.
 */
export function faultPoint(name: FaultPoint, topic?: string): void {
  (globalThis as Hooked)[hook]?.(name, topic);
}

interface Hooked {
  [hook]?: (name: FaultPoint, topic?: string) => void;
}
