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

/** What somebody asks for, with the signed payload that optin gave for it. */
export interface Wish {
  readonly sku: string;
  readonly kind: Kind;
  readonly ref: string;
}

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
    /** Beckon's name for a person. */
    private readonly shopperId: (page: string, psid: string) => string,
  ) {}

  /** Makes them all; each opens a thread with the Page. */
  async arrive(people: readonly PlannedPerson[], signal: AbortSignal): Promise<void> {
    await each(people, 8, async (person) => {
      signal.throwIfAborted();
      const { id, page, shop } = person;
      const psid = await this.sandbox.makePerson(page, `Person ${id}`);
      this.inputs.append({ type: 'person', psid, page, shop, shopper_id: this.shopperId(page, psid) });
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
    const account = this.accounts.get(this.people.get(psid)?.page ?? '');
    if (!account) throw new Error(`${psid} is on no Page`);
    let mid: string;
    try {
      mid = await this.sandbox.showCard(account, psid, `Tell you about ${wish.sku}?`, wish.ref);
    } catch {
      return false;
    }
    return this.put({ type: 'tap', psid, sku: wish.sku, kind: wish.kind }, () => this.sandbox.tap(psid, mid));
  }

  /** Writes STOP. */
  stop(psid: string): Promise<boolean> {
    return this.put({ type: 'stop', psid }, () => this.sandbox.say(psid, 'STOP'));
  }

  private async put(
    what: { type: 'tap'; psid: string; sku: string; kind: Kind } | { type: 'stop'; psid: string },
    act: () => Promise<void>,
  ): Promise<boolean> {
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
