import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AdminController } from './inbound/admin.controller.js';
import { GraphBatch } from './inbound/graph-batch.js';
import { GraphCalls } from './inbound/graph-calls.js';
import { GraphController } from './inbound/graph.controller.js';
import { HealthController } from './inbound/health.controller.js';
import { PageController } from './inbound/page.controller.js';
import { pageFiles } from './inbound/page-files.js';
import { PictureController } from './inbound/picture.controller.js';
import { StreamController } from './inbound/stream.controller.js';
import { WebhookSender } from './outbound/webhook-sender.js';
import { CALL_LOG, PAGE_FILES } from './tokens.js';
import { Admin } from './world/admin.js';
import { Attachments } from './world/attachments.js';
import type { GraphCall } from './world/call-log.js';
import { ChangeFeed } from './world/change-feed.js';
import { SandboxClock } from './world/clock.js';
import { Deeds } from './world/deeds.js';
import { FaultSource } from './world/fault-source.js';
import { GraphEdges } from './world/graph-edges.js';
import { GraphProfile } from './world/graph-profile.js';
import { GraphSend } from './world/graph-send.js';
import { PersonActs } from './world/person-acts.js';
import { Receipts } from './world/receipts.js';
import { Recent } from './world/recent.js';
import { SandboxState } from './world/sandbox-state.js';
import { UsageMeter } from './world/usage-meter.js';

const KEPT_CALLS = 1000;

/** What a sandbox needs to know. */
export interface SandboxParts {
  /** How long a webhook receiver may take, in milliseconds (the platform: 5,000). */
  readonly webhookTimeoutMs: number;
  /** How many events may wait for receivers; absent: 250,000. */
  readonly webhooksWaiting?: number | undefined;
  /** A file that keeps the ledger; absent: its older part lies in a file that goes with the process. */
  readonly ledgerPath?: string;
}

/** Wires the sandbox. The Graph controller comes last: it answers every path that no other controller claims. */
@Module({})
export class SandboxModule {
  /** Everything that the sandbox is made of. */
  static with({ webhookTimeoutMs, webhooksWaiting, ledgerPath }: SandboxParts): DynamicModule {
    const state = new SandboxState(ledgerPath);
    const clock = new SandboxClock();
    const feed = new ChangeFeed();
    const calls = new Recent<GraphCall>(KEPT_CALLS);
    const webhooks = new WebhookSender(state, clock, feed, webhookTimeoutMs, webhooksWaiting);
    const meter = new UsageMeter(state, clock);
    const deeds = new Deeds(state, clock, webhooks, feed);
    const acts = new PersonActs(state, clock, deeds, feed);
    const receipts = new Receipts(state, clock, acts);
    const faults = new FaultSource(state);
    return {
      module: SandboxModule,
      controllers: [
        PageController,
        HealthController,
        StreamController,
        PictureController,
        AdminController,
        GraphController,
      ],
      providers: [
        { provide: SandboxState, useValue: state },
        { provide: SandboxClock, useValue: clock },
        { provide: ChangeFeed, useValue: feed },
        { provide: CALL_LOG, useValue: calls },
        { provide: WebhookSender, useValue: webhooks },
        { provide: PersonActs, useValue: acts },
        {
          provide: Admin,
          useValue: new Admin({
            state,
            clock,
            acts,
            deeds,
            webhooks,
            calls,
            feed,
            meter,
            receipts,
            faults,
            webhookTimeoutMs,
          }),
        },
        { provide: PAGE_FILES, useValue: pageFiles(new URL('../public/', import.meta.url)) },
        { provide: FaultSource, useValue: faults },
        Attachments,
        GraphSend,
        GraphProfile,
        GraphEdges,
        GraphCalls,
        GraphBatch,
        { provide: UsageMeter, useValue: meter },
        { provide: Receipts, useValue: receipts },
      ],
    };
  }
}
