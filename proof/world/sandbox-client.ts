/** The sandbox as a person's phone, as the platform's answers, and as the judge's witness. */
import type { Accepted, Call, Doubt, Template } from '../checker/evidence.js';

/** It refused; it said so, so nothing happened. */
export class SandboxRefused extends Error {}

/** A call as `/admin/calls` shows it. */
interface GraphCall {
  readonly id: number;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly page: string | null;
  readonly psid: string | null;
  readonly rule: number | null;
  readonly mid: string | null;
  readonly request: string;
}

/** The platform sends webhooks together where many come at once; without, half of a run goes into taking one after the other. */
const WEBHOOK_BATCH_MS = 20;

/** A Page with its secrets. */
export interface PageAccount {
  readonly page: string;
  readonly token: string;
  readonly app_secret: string;
  readonly verify_token: string;
}

export class SandboxClient {
  constructor(readonly url: string) {}

  async makePage(account: PageAccount, webhookUrl: string): Promise<void> {
    await this.post('/admin/pages', {
      ...account,
      name: `Page ${account.page}`,
      app_id: '55',
      webhook_url: webhookUrl,
      webhook_batch_ms: WEBHOOK_BATCH_MS,
      one_time_requests_per_day: null,
    });
  }

  async makePerson(page: string, name: string): Promise<string> {
    const { psid } = (await this.post('/admin/people', { page, name, locale: 'en_US' })) as { psid: string };
    return psid;
  }

  async getStarted(psid: string): Promise<void> {
    await this.post(`/admin/people/${psid}/tap-get-started`, {});
  }

  /** The shop shows a card to tap in the thread, as any tool of the brand can. @returns the message's id */
  async showCard(
    { page, token }: PageAccount,
    psid: string,
    card: {
      readonly type: 'one_time_notif_req' | 'notification_messages';
      readonly title: string;
      readonly payload: string;
    },
  ): Promise<string> {
    const { type: template_type, ...rest } = card;
    const body = {
      recipient: { id: psid },
      messaging_type: 'UPDATE',
      message: { attachment: { type: 'template', payload: { template_type, ...rest } } },
    };
    const answer = (await this.post(`/v26.0/${page}/messages`, body, token)) as { message_id: string };
    return answer.message_id;
  }

  async tap(psid: string, mid: string): Promise<void> {
    await this.post(`/admin/people/${psid}/tap-notify-me`, { mid });
  }

  /** Somebody does something on their phone, as `/admin/people/:psid/…` names it. */
  async act(psid: string, what: string, how: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.post(`/admin/people/${psid}/${what}`, how);
  }

  async say(psid: string, text: string): Promise<void> {
    await this.post(`/admin/people/${psid}/say`, { text });
  }

  /** From now on so large a share of a Page's sends meets trouble of these kinds, by their weights; 0: none. */
  async trouble(
    page: string,
    rate: number,
    seed: number,
    kinds: readonly { kind: string; weight: number }[],
  ): Promise<void> {
    await this.call('PATCH', `/admin/pages/${page}`, { fault_rate: rate, fault_seed: seed, fault_kinds: kinds });
  }

  /** Every send whose caller could not know what became of it. */
  async doubts(): Promise<Doubt[]> {
    const list = (await this.call('GET', '/admin/ambiguous')) as (Doubt & Record<string, unknown>)[];
    return list.map(({ at, psid, metadata, taken, fault }) => ({ at, psid, metadata, taken, fault }));
  }

  /** Everything accepted since `since` (ms). */
  async ledger(since = 0): Promise<Accepted[]> {
    const entries = (await this.call('GET', `/admin/ledger?since=${since}`)) as (Omit<Accepted, 'template'> & {
      readonly template: ShownTemplate | null;
    })[];
    return entries.map(({ page, psid, mid, accepted_at, metadata, text, template }) => ({
      ...{ page, psid, mid, accepted_at, metadata, text, template: template && cardsOf(template) },
    }));
  }

  /** Sends since `since` (ms), of the last thousand calls. */
  async calls(since: number): Promise<{ id: number; call: Call }[]> {
    const calls = (await this.call('GET', `/admin/calls?since=${since}`)) as GraphCall[];
    return calls.flatMap((call) => {
      const path = /^(?:\/v[\d.]+)?\/([^/]+)\/messages$/.exec(call.path)?.[1];
      if (call.method !== 'POST' || path === undefined) return [];
      const { id, at, page, psid, rule, mid } = call;
      return [{ id, call: { at, token_page: page, path_page: path, psid, rule, mid, ...contentOf(call.request) } }];
    });
  }

  private post(path: string, body: unknown, token?: string): Promise<unknown> {
    return this.call('POST', path, body, token);
  }

  private async call(method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text === '' ? undefined : JSON.parse(text);
    if (answer.status < 500) throw new SandboxRefused(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    throw new Error(`${method} ${path}: ${answer.status}`);
  }
}

/** A template as the sandbox shows it: one card, or several. */
interface ShownTemplate {
  readonly template_type: string;
  readonly title?: string;
  readonly elements?: readonly {
    readonly title: string;
    readonly buttons?: readonly { readonly payload?: string }[];
  }[];
}

const cardsOf = ({ template_type: type, title, elements }: ShownTemplate): Template => ({
  type,
  cards: (elements ?? [{ title: title ?? '' }]).map((card) => ({
    title: card.title,
    payloads: (card.buttons ?? []).flatMap((b) => b.payload ?? []),
  })),
});

function contentOf(request: string): { metadata: string | null; text: string | null } {
  try {
    const { message } = JSON.parse(request) as { message?: { metadata?: string; text?: string } };
    return { metadata: message?.metadata ?? null, text: message?.text ?? null };
  } catch {
    return { metadata: null, text: null };
  }
}
