import { messagesRequested, type RequestedMessage } from '@beckon/contracts';
import { BatchHandler, type Chunk, type ChunkTransaction } from '@beckon/kafka';
import { CLOCK, type Clock } from '@beckon/service';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { queueReplies } from '../outbound/ledger-store.js';
import { PageLeases } from './page-leases.js';

/** Replies go in line, each once. */
@Controller()
export class MessagesRequestedController {
  constructor(
    private readonly leases: PageLeases,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @BatchHandler(messagesRequested)
  async onRequests(@Payload() chunk: Chunk<RequestedMessage>, @Ctx() tx: ChunkTransaction): Promise<void> {
    const byId = new Map(chunk.records.flatMap(({ value }) => (value ? [[value.id, value] as const] : [])));
    await queueReplies(tx, [...byId.values()], this.clock.now());
    const pages = new Set([...byId.values()].map((m) => m.page));
    tx.afterCommit(() => pages.forEach((page) => this.leases.poke(page)));
  }
}
