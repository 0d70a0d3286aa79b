/**
 * People talk with the bot while everything breaks, the way they do on a phone: they read what came and tap on it. Each
 * dialog waits for its answers until the load is over; what never came is for the checker to say.
 */
import type { Chance } from '../chance.js';
import { asksFor } from '../checker/rows/unanswered.js';
import { ERASED, says } from '../checker/answers.js';
import type { Accepted, Kind } from '../checker/evidence.js';
import { rest } from '../world/patience.js';
import type { Witness } from '../world/witness.js';
import type { PlannedDialog, Script } from './plan-dialogs.js';
import type { PlannedSku } from './plan.js';
import type { Shoppers, Wish } from './shoppers.js';

/** What is typed as a price: under most second falls, above none of the first ones (plan.ts). */
export const TYPED = { words: '65', amount: 6_500 };
/** The question of the deletion, and the price question. */
const DELETE_ASK = /Shall we delete everything/;
const PRICE_ASK = /.*[Ff]rom which (?:lower )?price on/;

export interface DialogParts {
  readonly shoppers: Shoppers;
  readonly witness: Witness;
  readonly chance: Chance;
  /** A link to a SKU; of a price one that asks from which price on. */
  readonly wishFor: (sku: PlannedSku) => Wish;
  /** Has the shop ask somebody; settles when Beckon took it, or refused. */
  readonly haveAsked: (sku: PlannedSku) => Promise<void>;
  /** The kind of news of a SKU. */
  readonly kindOf: (sku: string) => Kind;
  /** What there is to ask for anew after a deletion. */
  readonly thereIn: (shop: string) => readonly PlannedSku[];
  /** The load is over. */
  readonly over: AbortSignal;
}

/** Plays one; settles when it is at its end, or when the load is over. */
export async function playDialog(
  { script }: Pick<PlannedDialog, 'script'>,
  psid: string,
  sku: PlannedSku | undefined,
  parts: DialogParts,
): Promise<void> {
  const answers = new Answers(psid, parts.witness, parts.over);
  try {
    await scripts[script]({ ...parts, psid, sku, answers });
  } catch (error) {
    if (!(error instanceof LoadIsOver)) throw error;
  } finally {
    answers.close();
  }
}

interface Played extends DialogParts {
  readonly psid: string;
  readonly sku: PlannedSku | undefined;
  readonly answers: Answers;
}

/** After a deletion somebody asks for so many things anew. */
const ASKED_ANEW = 3;

const scripts: Readonly<Record<Script, (p: Played) => Promise<void>>> = {
  async end_one({ psid, shoppers, answers, chance, kindOf }) {
    await shoppers.write(psid, 'list', 'my alerts');
    const list = await answers.next((e) => e.template?.type === 'generic');
    const { cards = [] } = list.template ?? {};
    const { title: sku, payloads } = chance.pick(cards);
    await shoppers.endOne(psid, list.mid, { sku, kind: kindOf(sku) }, payloads[0] ?? '');
  },

  async erase({ psid, shoppers, answers, chance, thereIn, wishFor, over }) {
    await shoppers.write(psid, 'delete', 'delete my data');
    const question = await answers.next((e) => says(e, DELETE_ASK) !== null);
    await shoppers.erase(psid, question.mid);
    await answers.next((e) => says(e, ERASED) !== null);
    await rest(chance.between(500, 6_000), over);
    const shop = shoppers.personOf(psid)?.shop ?? '';
    for (const sku of chance.shuffle(thereIn(shop)).slice(0, ASKED_ANEW))
      if (!over.aborted) await shoppers.ask(psid, wishFor(sku));
  },

  async asked({ psid, sku, shoppers, answers, haveAsked }) {
    if (!sku) return;
    await haveAsked(sku);
    const card = await answers.next((e) => asksFor(e, sku.sku));
    await shoppers.accept(psid, card.mid, { sku: sku.sku, kind: sku.kind, limit: null });
  },

  async typed_price({ psid, sku, shoppers, answers, wishFor }) {
    if (!sku) return;
    await shoppers.follow(psid, wishFor(sku).ref);
    const question = await answers.next((e) => says(e, /./s) !== null);
    // It may have fallen already: then they are told so, and let it be.
    if (says(question, PRICE_ASK) === null) return;
    await shoppers.say(psid, TYPED.words);
    const card = await answers.next((e) => asksFor(e, sku.sku) || says(e, PRICE_ASK) !== null);
    if (card.template) await shoppers.accept(psid, card.mid, { sku: sku.sku, kind: sku.kind, limit: TYPED.amount });
  },

  async notified({ psid, sku, shoppers, chance, wishFor, over }) {
    if (!sku) return;
    const wish = wishFor(sku);
    if (!(await shoppers.optIn(psid, wish))) return;
    await rest(chance.between(5_000, 20_000), over);
    if (over.aborted || !(await shoppers.stopNotifications(psid, wish))) return;
    await rest(chance.between(1_000, 8_000), over);
    if (!over.aborted) await shoppers.resumeNotifications(psid, wish);
  },
};

/** The load ended while somebody waited for an answer. */
class LoadIsOver extends Error {}

/** What comes on one phone from now on, in the order of its coming. */
class Answers {
  private readonly unread: Accepted[] = [];
  private wake: () => void = () => undefined;
  private readonly forget: () => void;

  constructor(
    psid: string,
    witness: Witness,
    private readonly over: AbortSignal,
  ) {
    this.forget = witness.onAccepted((entry) => {
      if (entry.psid !== psid) return;
      this.unread.push(entry);
      this.wake();
    });
  }

  /** The next message that fits; those before it are read, too. @throws LoadIsOver */
  async next(fits: (entry: Accepted) => boolean): Promise<Accepted> {
    while (!this.over.aborted) {
      const entry = this.unread.shift();
      if (entry && fits(entry)) return entry;
      if (!entry) await this.news();
    }
    throw new LoadIsOver();
  }

  close(): void {
    this.forget();
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      this.over.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
