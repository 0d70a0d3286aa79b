/** The demo's shoppers on their phones: everything they do goes through the sandbox, as it would through Messenger. */
import { call } from './http.js';
import { until } from './wait.js';

/** Who plays, and what they ask to be told. */
export interface DemoPerson {
  readonly name: string;
  readonly locale: string;
  readonly timezone: string;
  readonly asks: { readonly sku: string; readonly kind: 'back_in_stock' | 'price_drop' };
}

/** Anna and Chloé wait for the same coat: one event, two phones, two languages. */
export const PEOPLE: readonly DemoPerson[] = [
  { name: 'Anna', locale: 'en_US', timezone: 'Europe/London', asks: { sku: 'red-coat-m', kind: 'back_in_stock' } },
  { name: 'Ben', locale: 'de_DE', timezone: 'Europe/Berlin', asks: { sku: 'trail-shoe-42', kind: 'price_drop' } },
  { name: 'Chloé', locale: 'fr_FR', timezone: 'Europe/Paris', asks: { sku: 'red-coat-m', kind: 'back_in_stock' } },
];

/** What the sandbox says that a person truly received. */
export interface Received {
  readonly psid: string;
  readonly mid: string;
  /** Milliseconds since the epoch. */
  readonly accepted_at: number;
  readonly metadata: string | null;
  readonly text: string | null;
}

interface Thread {
  readonly messages: readonly { readonly mid: string; readonly pending: readonly { readonly kind: string }[] }[];
}

/** One phone. */
export class Phone {
  private constructor(
    readonly person: DemoPerson,
    readonly psid: string,
    private readonly sandboxUrl: string,
    private readonly signal: AbortSignal,
  ) {}

  /** A person who was never on the Page before: each start of the demo has its own. */
  static async of(person: DemoPerson, page: string, sandboxUrl: string, signal: AbortSignal): Promise<Phone> {
    const { name, locale, timezone } = person;
    const made = await call<{ psid: string }>(`${sandboxUrl}/admin/people`, { page, name, locale, timezone });
    return new Phone(person, made.psid, sandboxUrl, signal);
  }

  /** Follows an m.me link, taps Get Started, waits for the Notify Me card and taps it; until the Page confirms. */
  async optIn(link: string): Promise<void> {
    const { name } = this.person;
    const { outcome } = await this.act<{ outcome: string }>('click-link', { url: link });
    if (outcome === 'waiting_for_get_started') await this.act('tap-get-started', {});
    const card = await until(
      `the Notify Me card on ${name}'s phone`,
      async () => {
        const { messages } = await call<Thread>(`${this.sandboxUrl}/admin/people/${this.psid}/thread`);
        return messages.find((m) => m.pending.some((p) => p.kind === 'notify_me'));
      },
      { signal: this.signal },
    );
    const before = (await this.received()).length;
    await this.act('tap-notify-me', { mid: card.mid });
    await until(`the confirmation on ${name}'s phone`, async () => (await this.received())[before], {
      signal: this.signal,
    });
  }

  /** Waits for the first alert after that moment. */
  alertSince(since: number, what: string): Promise<Received> {
    return until(
      `${what} on ${this.person.name}'s phone`,
      async () => (await this.received(since)).find((m) => m.metadata?.startsWith('beckon:alr_')),
      { signal: this.signal, withinMs: 30_000, everyMs: 50 },
    );
  }

  private received(since = 0): Promise<Received[]> {
    return call<Received[]>(`${this.sandboxUrl}/admin/ledger?psid=${this.psid}&since=${since}`);
  }

  private act<T>(act: string, body: unknown): Promise<T> {
    return call<T>(`${this.sandboxUrl}/admin/people/${this.psid}/${act}`, body);
  }
}
