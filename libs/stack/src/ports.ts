/** Finds ports on 127.0.0.1. */
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
// Below the ports that systems hand to outgoing connections (32768 on Linux, 49152 elsewhere): one of those could be
// taken by any client between our look and the server's start.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Is nobody there? Both ways are asked: some systems let us bind a port that another address already serves. */
export async function isPortFree(port: number): Promise<boolean> {
  return !(await answers(port)) && (await canListen(port));
}

/** Gives out ports that are free now, none of them twice. */
export class PortPicker {
  readonly #given = new Set<number>();

  /** The first of `wished` that is free, else any free port. Undefined wishes are skipped. */
  async pick(...wished: Array<number | undefined>): Promise<number> {
    for (const port of wished) {
      if (port === undefined || this.#given.has(port) || !(await isPortFree(port))) continue;
      this.#given.add(port);
      return port;
    }
    for (let tries = 0; tries < 200; tries++) {
      const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
      if (this.#given.has(port) || !(await isPortFree(port))) continue;
      this.#given.add(port);
      return port;
    }
    throw new Error(`found no free port between ${LOWEST} and ${HIGHEST} on ${HOST}`);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    const settle = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
