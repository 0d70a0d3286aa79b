import type { CliConfig } from './config.js';
import { Fault } from './faults.js';

const WAIT_MS = 10_000;

/** Optin's HTTP API, with the operator's token. */
export class OptinApi {
  private readonly url: string;
  private readonly token: string;

  /** @throws Fault when the settings do not say where it is, or who asks */
  constructor(config: CliConfig) {
    if (config.OPTIN_URL === undefined || config.ADMIN_TOKEN === undefined)
      throw new Fault(
        'Where optin’s HTTP API is, and the operator’s token, are not known.',
        'Start everything with `npm start`, or set OPTIN_URL=http://host:port and ADMIN_TOKEN.',
      );
    this.url = config.OPTIN_URL.replace(/\/+$/, '');
    this.token = config.ADMIN_TOKEN;
  }

  /**
   * One call; answers the parsed body, undefined where there is none.
   * @param path below `/v1/`, encoded
   * @throws Fault in the words of the API when it refuses
   */
  async call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(`${this.url}/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        signal: AbortSignal.timeout(WAIT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Fault(`Optin does not answer at ${this.url}.`, 'Is it running? OPTIN_URL says where it is.', { cause });
    }
    const text = await answer.text();
    const said = parse(text);
    if (!answer.ok) throw refused(answer.status, said);
    return said as T;
  }
}

function refused(status: number, said: unknown): Fault {
  const { detail, fix, errors } = (said ?? {}) as { detail?: string; fix?: string; errors?: { detail: string }[] };
  if (status === 401) return new Fault('Optin does not accept ADMIN_TOKEN.', 'It must be the one that optin has.');
  if (detail === undefined) return new Fault(`Optin answered ${status}.`);
  return new Fault(errors ? errors.map((e) => e.detail) : detail, fix);
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined; // something between us and optin answers in a language of its own; the status tells enough
  }
}
