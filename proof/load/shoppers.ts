/**
 * The shoppers: people on the sandbox's phones. They ask by a tap on a card, which comes to Beckon as the platform's own
 * signed webhook; they write STOP, and ask anew. Every tap and every word is in the input log before it is made.
 */
import type { InputLine } from '../checker/fold-lines.js';
import type { Kind } from '../checker/evidence.js';
import type { LineFile } from '../world/run-folder.js';
import { SandboxRefused, type PageAccount, type SandboxClient } from '../world/sandbox-client.js';
import { each } from '../world/patience.js';
import type { PlannedPerson } from './plan.js';

/** What somebody asks for. */
export interface Wanted {
  readonly sku: string;
  readonly kind: Kind;
  /** Of a price: from here down, in minor units; null: any lower one. */
  readonly limit: number | null;
}

/** With the signed payload that optin gave for it. */
export interface Wish extends Wanted {
  readonly ref: string;
}

/** What is put in, as the input log has it, without what all lines have. */
type Put<T> = T extends { readonly id: string; readonly sent_at: number } ? Omit<T, 'id' | 'sent_at'> : never;

export class Shoppers {
  private readonly psids = new Map<number, string>();
  private readonly people = new Map<string, PlannedPerson>();
  private lastId = 0;
  /** Taps that the platform took. */
  tapped = 0;

  constructor(
    private readonly sandbox: SandboxClient,
    private readonly accounts: ReadonlyMap<string, PageAccount>,
    private readonly inputs: LineFile<InputLine>,
    /** Beckon's names for a person: of before and after they had everything deleted. */
    private readonly shopperIds: (page: string, psid: string) => readonly string[],
  ) {}

  /** Makes them all; each opens a thread with the Page. */
  async arrive(people: readonly PlannedPerson[], signal: AbortSignal): Promise<void> {
    await each(people, 8, async (person) => {
      signal.throwIfAborted();
      const { id, page, shop } = person;
      const psid = await this.sandbox.makePerson(page, `Person ${id}`);
      this.inputs.append({ type: 'person', psid, page, shop, shopper_ids: this.shopperIds(page, psid) });
      this.psids.set(id, psid);
      this.people.set(psid, person);
      await this.sandbox.getStarted(psid);
    });
  }

  psidOf(person: number): string {
    const psid = this.psids.get(person);
    if (psid === undefined) throw new Error(`person ${person} has not arrived`);
    return psid;
  }

  personOf(psid: string): PlannedPerson | undefined {
    return this.people.get(psid);
  }

  /** A card is shown, and tapped. @returns whether it was: a card that the sandbox lost in its trouble is not tapped */
  async ask(psid: string, wish: Wish): Promise<boolean> {
    const mid = await this.showCard(psid, wish, 'one_time_notif_req');
    return mid !== undefined && this.accept(psid, mid, wish);
  }

  /** A request of the bot, or of the shop, is tapped. */
  accept(psid: string, mid: string, wanted: Wanted): Promise<boolean> {
    return this.put(tapOn(psid, wanted), () => this.sandbox.act(psid, 'tap-notify-me', { mid }));
  }

  /** A card for notification messages is shown, and tapped. @returns whether it was */
  async optIn(psid: string, wish: Wish): Promise<boolean> {
    const mid = await this.showCard(psid, wish, 'notification_messages');
    if (mid === undefined) return false;
    const tap = { ...tapOn(psid, wish), recurring: true };
    return this.put(tap, () => this.sandbox.act(psid, 'tap-get-updates', { mid }));
  }

  /** Notification messages are stopped in Messenger itself: all of the person, who has only one sort of them. */
  stopNotifications(psid: string, { sku, kind }: Wanted): Promise<boolean> {
    return this.put({ type: 'end_one', psid, sku, kind, by: 'platform' }, () =>
      this.sandbox.act(psid, 'stop-notifications'),
    );
  }

  resumeNotifications(psid: string, wanted: Wanted): Promise<boolean> {
    const tap = { ...tapOn(psid, wanted), recurring: true, resumed: true };
    return this.put(tap, () => this.sandbox.act(psid, 'resume-notifications'));
  }

  /** Writes STOP. */
  stop(psid: string): Promise<boolean> {
    return this.put({ type: 'stop', psid, erases: false }, () => this.sandbox.say(psid, 'STOP'));
  }

  /** Confirms, below the question `mid`, that everything shall be deleted. */
  erase(psid: string, mid: string): Promise<boolean> {
    const press = { mid, payload: 'beckon:delete:yes' };
    return this.put({ type: 'stop', psid, erases: true }, () => this.sandbox.act(psid, 'press', press));
  }

  /** "Stop this one", on a card of the list `mid`. */
  endOne(psid: string, mid: string, { sku, kind }: Omit<Wanted, 'limit'>, payload: string): Promise<boolean> {
    return this.put({ type: 'end_one', psid, sku, kind, by: 'button' }, () =>
      this.sandbox.act(psid, 'press', { mid, payload }),
    );
  }

  /** Writes something that is answered. */
  write(psid: string, what: 'list' | 'delete', text: string): Promise<boolean> {
    return this.put({ type: 'word', psid, what }, () => this.sandbox.say(psid, text));
  }

  /** Taps a link to a price that asks from which one on. */
  follow(psid: string, ref: string): Promise<boolean> {
    return this.put({ type: 'word', psid, what: 'price' }, () => this.sandbox.act(psid, 'click-link', { ref }));
  }

  /** Types an amount. Whether it is understood, the request that comes of it shows. */
  async say(psid: string, text: string): Promise<void> {
    await this.sandbox.say(psid, text).catch(() => undefined);
  }

  /** The shop has somebody asked. */
  beAsked(psid: string, { sku, kind }: Omit<Wanted, 'limit'>, act: () => Promise<void>): Promise<boolean> {
    return this.put({ type: 'ask', psid, sku, kind }, act);
  }

  private async showCard(
    psid: string,
    { sku, ref }: Wish,
    type: 'one_time_notif_req' | 'notification_messages',
  ): Promise<string | undefined> {
    const account = this.accounts.get(this.people.get(psid)?.page ?? '');
    if (!account) throw new Error(`${psid} is on no Page`);
    const card = { type, title: `Tell you about ${sku}?`, payload: ref };
    return this.sandbox.showCard(account, psid, card).catch(() => undefined);
  }

  private async put(what: Put<InputLine>, act: () => Promise<void>): Promise<boolean> {
    const id = `${what.type}${++this.lastId}`;
    this.inputs.append({ ...what, id, sent_at: Date.now() });
    try {
      await act();
      this.inputs.append({ type: 'ack', id, at: Date.now() });
      if (what.type === 'tap') this.tapped += 1;
      return true;
    } catch (error) {
      if (error instanceof SandboxRefused) this.inputs.append({ type: 'nack', id, at: Date.now() });
      return false;
    }
  }
}

const tapOn = (psid: string, { sku, kind, limit }: Wanted): Put<InputLine> & { readonly type: 'tap' } => ({
  type: 'tap',
  ...{ psid, sku, kind, limit, recurring: false, resumed: false },
});
