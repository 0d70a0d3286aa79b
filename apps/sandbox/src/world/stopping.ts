import { setMaxListeners } from 'node:events';

/** Ends what waits. Unlike an ordinary one it may have thousands of listeners: each person's queue waits on its own. */
export function newStopping(): AbortController {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  return stopping;
}
