import { messengerEvents, receipts } from '@beckon/contracts';
import type { MessengerEvent } from '@beckon/contracts';
import { BatchHandler } from '@beckon/kafka';
import type { Chunk, ChunkRecord, ChunkTransaction, DeadReason } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { personEventOf } from '../domain/person-event-of.js';
import type { Erasure } from '../domain/erasure.js';
import { receiptOf } from '../domain/receipt-of.js';
import { parseLogged } from '../domain/split-webhook.js';
import { optinMetrics } from '../metrics.js';
import { Asks } from '../outbound/asks.js';
import { Erasures } from '../outbound/erasures.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { StateAtHand } from '../outbound/state-at-hand.js';
import { Conversation } from './conversation.js';
import type { Arrival } from './conversation.js';

/** Reads what the webhook edge logged. */
@Controller()
export class EventsController {
  constructor(
    private readonly state: StateAtHand,
    private readonly keys: OptinKeys,
    private readonly conversation: Conversation,
    private readonly asks: Asks,
    private readonly erasures: Erasures,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Receipts go on to delivery; what people did changes their state and is answered. */
  @BatchHandler(messengerEvents)
  async onEvents(@Payload() chunk: Chunk<MessengerEvent>, @Ctx() tx: ChunkTransaction): Promise<void> {
    await this.state.ready();
    const arrivals: Arrival[] = [];
    const receipted: Receipted[] = [];
    for (const record of chunk.records) {
      const read = this.read(record);
      if (read === undefined) continue;
      if ('code' in read) tx.deadLetter(record, read);
      else if ('receipt' in read) receipted.push(read);
      else arrivals.push(read);
    }
    const erasures = await this.erasures.find(
      tx,
      [...arrivals, ...receipted].map((a) => a.mark),
    );
    const echoes = receipted.flatMap(({ receipt: r }) =>
      r.kind === 'echo' && r.alert_id !== null ? [{ id: r.alert_id, at: r.at }] : [],
    );
    await this.asks.noteSent(tx, echoes);
    for (const { page, psid, mark, key, receipt } of receipted)
      for (const generation of generationsOf(receipt, erasures.get(mark))) {
        const shopper_id = this.keys.shopperId(page, psid, generation);
        tx.emit(receipts, shopper_id, { ...receipt, shopper_id }, { id: `${page}:${key}` });
      }
    await this.conversation.hold(tx, arrivals, erasures, this.clock.now());
  }

  /** What the person did; a reason when it cannot be used; undefined when there is nothing (more) to do. */
  private read({ value }: ChunkRecord<MessengerEvent>): Arrival | Receipted | DeadReason | undefined {
    if (value === null) return undefined;
    const parsed = parseLogged(value);
    optinMetrics.events.add(1, { kind: parsed?.kind ?? 'unknown' });
    if (!parsed || parsed.psid === '' || parsed.kind === 'unknown') return undefined;
    const known = this.state.page(value.page, value.received_at);
    if (!known)
      return { code: 'page_unknown', field: 'page', detail: `no shop's settings name the Page ${value.page}` };
    const { shop, page } = known;
    const { psid } = parsed;
    const whose = { page: value.page, psid, mark: this.keys.personMark(value.page, psid) };
    const receipt = receiptOf(parsed);
    if (receipt) return { ...whose, key: parsed.dedupKey, receipt };
    const event = personEventOf(parsed, value.received_at, {
      ref: (ref) => this.keys.readRef(ref, shop.shop),
      seal: (token) => this.keys.seal(token),
      appId: page.app_id,
    });
    const { one_time_notifications: mayAsk, notification_messages: notifications } = page;
    return event && { ...whose, shop, mayAsk, notifications, event };
  }
}

/** What an event proves about our messages, and about whose. */
interface Receipted {
  readonly page: string;
  readonly psid: string;
  readonly mark: string;
  readonly key: string;
  readonly receipt: ReturnType<typeof receiptOf> & object;
}

/** As long as a message of before an erasure may still be in doubt, in milliseconds: delivery gives up after a day. */
const DOUBT_MS = 86_400_000;

/** Whose receipt it is: an echo soon after an erasure may speak of a message to who the person was before. */
function generationsOf({ kind, at }: Receipted['receipt'], erasure: Erasure | undefined): number[] {
  if (!erasure) return [0];
  const { generation } = erasure;
  return kind === 'echo' && generation > 0 && at <= erasure.at + DOUBT_MS ? [generation - 1, generation] : [generation];
}
