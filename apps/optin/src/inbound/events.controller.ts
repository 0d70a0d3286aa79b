import { messengerEvents, receipts } from '@beckon/contracts';
import type { MessengerEvent } from '@beckon/contracts';
import { BatchHandler } from '@beckon/kafka';
import type { Chunk, ChunkRecord, ChunkTransaction, DeadReason } from '@beckon/kafka';
import { CLOCK } from '@beckon/service';
import type { Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { personEventOf } from '../domain/person-event-of.js';
import { receiptOf } from '../domain/receipt-of.js';
import { parseLogged } from '../domain/split-webhook.js';
import { optinMetrics } from '../metrics.js';
import { Asks } from '../outbound/asks.js';
import { OptinKeys } from '../outbound/optin-keys.js';
import { StateAtHand } from '../outbound/state-at-hand.js';
import { Conversation } from './conversation.js';
import type { Arrival } from './conversation.js';

/** What Messenger confirmed to have sent, by the id that we gave it. */
type Echo = { readonly id: string; readonly at: number };

/** Reads what the webhook edge logged. */
@Controller()
export class EventsController {
  constructor(
    private readonly state: StateAtHand,
    private readonly keys: OptinKeys,
    private readonly conversation: Conversation,
    private readonly asks: Asks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Receipts go on to delivery; what people did changes their state and is answered. */
  @BatchHandler(messengerEvents)
  async onEvents(@Payload() chunk: Chunk<MessengerEvent>, @Ctx() tx: ChunkTransaction): Promise<void> {
    await this.state.ready();
    const arrivals: Arrival[] = [];
    const echoes: Echo[] = [];
    for (const record of chunk.records) {
      const read = this.read(record, tx, echoes);
      if (read === undefined) continue;
      if ('code' in read) tx.deadLetter(record, read);
      else arrivals.push(read);
    }
    await this.asks.noteSent(tx, echoes);
    await this.conversation.hold(tx, arrivals, this.clock.now());
  }

  /** What the person did; a reason when it cannot be used; undefined when there is nothing (more) to do. */
  private read(
    { value }: ChunkRecord<MessengerEvent>,
    tx: ChunkTransaction,
    echoes: Echo[],
  ): Arrival | DeadReason | undefined {
    if (value === null) return undefined;
    const parsed = parseLogged(value);
    optinMetrics.events.add(1, { kind: parsed?.kind ?? 'unknown' });
    if (!parsed || parsed.psid === '' || parsed.kind === 'unknown') return undefined;
    const known = this.state.page(value.page, value.received_at);
    if (!known)
      return { code: 'page_unknown', field: 'page', detail: `no shop's settings name the Page ${value.page}` };
    const { shop, page } = known;
    const shopperId = this.keys.shopperId(value.page, parsed.psid);
    const receipt = receiptOf(parsed, shopperId);
    if (receipt) {
      if (receipt.kind === 'echo' && receipt.alert_id !== null) echoes.push({ id: receipt.alert_id, at: receipt.at });
      tx.emit(receipts, shopperId, receipt, { id: `${value.page}:${parsed.dedupKey}` });
      return undefined;
    }
    const event = personEventOf(parsed, value.received_at, {
      ref: (ref) => this.keys.readRef(ref, shop.shop),
      seal: (token) => this.keys.seal(token),
      appId: page.app_id,
    });
    const { psid } = parsed;
    const { one_time_notifications: mayAsk, notification_messages: notifications } = page;
    return event && { shop, page: value.page, mayAsk, notifications, psid, shopperId, event };
  }
}
