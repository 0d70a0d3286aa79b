import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseWebhook, verifySignature } from '@beckon/messenger';
import type { MessengerEvent } from '@beckon/messenger';
import { READY_MADE } from './domain/ready-made.js';

/** A small bot as somebody would write it against the ready-made Page: asks, notes the token, alerts once, ends at STOP. */
export interface Bot {
  readonly url: string;
  /** Events that came with a good signature. */
  readonly events: MessengerEvent[];
  /** Webhooks that it refused. */
  refused: number;
  send(psid: string, message: object): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Uses the token that a person gave. */
  alert(text: string): Promise<{ status: number }>;
  close(): Promise<void>;
}

/** Starts it; it calls the sandbox at `graphUrl`. */
export async function startBot(graphUrl: string): Promise<Bot> {
  let token = '';
  const post = async (body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${graphUrl}/v26.0/me/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${READY_MADE.token}` },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const send: Bot['send'] = (psid, message) => post({ recipient: { id: psid }, message });
  const ask = (psid: string): Promise<unknown> => {
    const payload = { template_type: 'one_time_notif_req', title: 'Tell you when it is back?', payload: 'alert' };
    return send(psid, { attachment: { type: 'template', payload } });
  };
  const answer = async (event: MessengerEvent): Promise<void> => {
    const { psid } = event;
    if (event.kind === 'postback' || event.kind === 'referral') await ask(psid);
    if (event.kind === 'optin') {
      token = String(event.body.one_time_notif_token);
      await send(psid, { text: 'You will hear from us once.' });
    }
    if (event.kind === 'message' && event.body.text === 'STOP') await send(psid, { text: 'You hear nothing more.' });
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://bot');
    if (request.method === 'GET') {
      const known = url.searchParams.get('hub.verify_token') === READY_MADE.verify_token;
      response.writeHead(known ? 200 : 403).end(known ? url.searchParams.get('hub.challenge') : '');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const signature = request.headers['x-hub-signature-256'];
      const good = verifySignature([READY_MADE.app_secret], String(signature), bytes);
      response.writeHead(good ? 200 : 401).end(good ? 'EVENT_RECEIVED' : 'wrong signature');
      if (!good) {
        bot.refused += 1;
        return;
      }
      for (const event of parseWebhook(JSON.parse(bytes.toString()))) {
        bot.events.push(event);
        void answer(event);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bot: Bot = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    events: [],
    refused: 0,
    send,
    alert: (text) => post({ recipient: { one_time_notif_token: token }, message: { text } }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bot;
}
