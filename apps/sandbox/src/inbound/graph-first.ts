import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { GraphController } from './graph.controller.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Hands calls that can only be Graph's straight to its controller. The way through Express and Nest, past every route
 * of the admin API, costs more than the call itself; whatever is not plainly Graph's takes it and meets the same
 * controller at its end.
 */
export function graphFirst(server: Server, graph: Pick<GraphController, 'handle'>): void {
  const others = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (isPlainlyGraph(request.url ?? '/')) void graph.handle(request, response);
    else for (const listener of others) listener.call(server, request, response);
  });
}

/** Whether a path begins with a version (`/v26.0`), an id, or `me`: no path of the sandbox's own does. */
export function isPlainlyGraph(url: string): boolean {
  return /^\/(?:v?\d|me(?:[/?]|$))/.test(url);
}
