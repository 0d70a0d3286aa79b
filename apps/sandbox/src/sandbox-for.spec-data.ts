import type { MessengerEvent } from '@beckon/messenger';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';
import { startReceiver } from './webhook-receiver.spec-data.js';
import type { WebhookReceiver } from './webhook-receiver.spec-data.js';
import type { PageInput } from './world/admin-input.js';

/** App secret and access token of the Page. */
export const SECRET = 'sim_app_secret';
/** See {@link SECRET}. */
export const TOKEN = 'EAAsimtoken';
const PAGE = { page: '100', name: 'Nordlys', token: TOKEN, app_id: '77', app_secret: SECRET };

/** An answer over HTTP. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown> & { error?: { code: number; error_subcode?: number; message: string; type: string } };
}

/** A sandbox with Page 100, one person who has tapped Get Started, and a receiver of webhooks. */
export interface SandboxForSpec {
  sandbox: Sandbox;
  receiver: WebhookReceiver;
  psid: string;
  /** Changes the Page's switches as `POST /admin/pages` does. */
  page(more?: Partial<PageInput>): Promise<void>;
  /** A call with the Page's token; a body makes it a POST. */
  call(path: string, body?: object, method?: string): Promise<Answer>;
  /** A call of the admin API. */
  adminCall(method: string, path: string, body?: object): Promise<Answer>;
  /** Sends a message. */
  send(message: object, recipient?: object): Promise<Answer>;
  text(text: string): Promise<Answer>;
  /** Waits for the first event of a kind, or that fits. */
  event(fits: (event: MessengerEvent) => boolean, what: string): Promise<MessengerEvent>;
  close(): Promise<void>;
}

/** A request for a one-time notification. */
export const oneTimeRequest = (payload = 'alert:1'): object => ({
  attachment: {
    type: 'template',
    payload: { template_type: 'one_time_notif_req', title: 'Tell you when the red coat is back?', payload },
  },
});

/** Starts all of it on free ports. */
export async function startSandboxForSpec(): Promise<SandboxForSpec> {
  const receiver = await startReceiver('verify-me');
  const sandbox = await startSandbox({ port: 0, webhookTimeoutMs: 5000 });
  const page = async (more: Partial<PageInput> = {}): Promise<void> => {
    await sandbox.admin.createPage({ ...PAGE, webhook_url: receiver.url, verify_token: 'verify-me', ...more });
  };
  await page();
  const { psid } = sandbox.admin.createPerson({ page: '100', name: 'Ida', locale: 'nb_NO', timezone: 'Europe/Oslo' });
  sandbox.admin.tapGetStarted(psid);
  const fetchJson = async (path: string, method: string, body: object | undefined, auth: boolean): Promise<Answer> => {
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(auth && { authorization: `Bearer ${TOKEN}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = text === '' ? {} : (JSON.parse(text) as Answer['body']);
    return { status: answer.status, headers: answer.headers, text, body: json };
  };
  const call: SandboxForSpec['call'] = (path, body, method = body ? 'POST' : 'GET') =>
    fetchJson(path, method, body, true);
  const send: SandboxForSpec['send'] = (message, recipient = { id: psid }) =>
    call('/v26.0/me/messages', { recipient, message });
  return {
    sandbox,
    receiver,
    psid,
    page,
    call,
    adminCall: (method, path, body) => fetchJson(path, method, body, false),
    send,
    text: (text) => send({ text }),
    event: (fits, what) => until(() => receiver.events().find(fits), what),
    close: async () => {
      await sandbox.close();
      await receiver.close();
    },
  };
}

/** Looks until something is there. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
