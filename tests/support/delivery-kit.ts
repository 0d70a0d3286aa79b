/**
 * For delivery's integration specs: a ledger of its own on the real Postgres, an HTTP server that stands in for Graph
 * and is told what to answer, and workers that share both.
 */
import { alertsAdmitted, messagesRequested, offers, shoppers, ShopSettings, exampleSettings } from '@beckon/contracts';
import type { Admission, Offer, RequestedMessage, Shopper, Topic } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { Sealer, systemClock } from '@beckon/service';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { deliveryMigrations } from '../../apps/delivery/src/delivery.module.js';
import { PageLeases } from '../../apps/delivery/src/inbound/page-leases.js';
import { MessagePost } from '../../apps/delivery/src/inbound/message-post.js';
import { Sending } from '../../apps/delivery/src/inbound/sending.js';
import { Settlements } from '../../apps/delivery/src/inbound/settlements.js';
import { Sweeper } from '../../apps/delivery/src/inbound/sweeper.js';
import { MessengerClient } from '../../apps/delivery/src/outbound/messenger-client.js';
import type { Pages } from '../../apps/delivery/src/outbound/page-directory.js';
import type { Queries } from '../../apps/delivery/src/outbound/sql.js';
import { cleanUp, ownNames, testDatabase, testLog } from './real-servers.js';

/** Seals and opens in these specs. */
export const sealer = Sealer.fromKeys(`k1:${randomBytes(32).toString('base64')}`);

/** An empty delivery schema of its own. */
export const deliveryDatabase = (): Promise<DataSource> =>
  testDatabase(ownNames().schema('delivery'), deliveryMigrations);

/** One emitted record. */
export interface Emitted {
  readonly topic: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly id: string | undefined;
}

/** Transactions on the real Postgres whose emits are kept in a list once they are committed. */
export class KeptEmits {
  readonly all: Emitted[] = [];

  constructor(private readonly db: DataSource) {}

  async transaction<T>(work: (tx: EmittingTransaction) => Promise<T>): Promise<T> {
    const emitted: Emitted[] = [];
    const callbacks: (() => void)[] = [];
    const result = await this.db.transaction((manager) =>
      work({
        manager,
        query: async <R>(sql: string, parameters?: readonly unknown[]) => {
          const answer: unknown = await manager.query(sql, parameters as unknown[]);
          return answer as R[];
        },
        emit: <V>(topic: Topic<V>, key: string, value: V | null, o?: { id?: string }) => {
          emitted.push({
            topic: topic.name,
            key,
            value: topic.schema.parse(value) as Record<string, unknown>,
            id: o?.id,
          });
        },
        afterCommit: (callback) => void callbacks.push(callback),
      }),
    );
    this.all.push(...emitted);
    for (const callback of callbacks) callback();
    return result;
  }

  /** Records of a topic about one alert, in the order of their commit. */
  about(topic: 'deliveries' | 'decisions', alertId: string): Record<string, unknown>[] {
    return this.all.filter((e) => e.topic === topic && e.value['alert_id'] === alertId).map((e) => e.value);
  }
}

/** What came to the stand-in for Graph. */
export interface Posted {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly recipient: Record<string, string>;
  readonly message: { text?: string; metadata: string };
  readonly at: number;
}

type Answer = (posted: Posted, request: IncomingMessage, response: ServerResponse) => unknown;

/** An HTTP server that says yes unless told otherwise, and remembers every POST. */
export class GraphStandIn {
  readonly posts: Posted[] = [];
  answer: Answer = (_posted, _request, response) => accept(response, this.posts.length);
  private readonly server = createServer((request, response) => void this.take(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    cleanUp(() => this.stop());
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** POSTs whose metadata names this message. */
  of(id: string): Posted[] {
    return this.posts.filter((p) => p.message.metadata === `beckon:${id}`);
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as Pick<Posted, 'recipient' | 'message'>;
    const posted = { ...body, path: request.url ?? '', authorization: request.headers.authorization, at: Date.now() };
    this.posts.push(posted);
    await this.answer(posted, request, response);
  }
}

/** Answers that Messenger took it. */
export const accept = (response: ServerResponse, n: number): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ message_id: `m_${n}` }));

/** Answers with an error of Graph. */
export const refuse = (response: ServerResponse, code: number, error_subcode?: number): void =>
  void response.writeHead(400).end(JSON.stringify({ error: { code, error_subcode, message: 'no' } }));

let nth = 0;
const fresh = (prefix: string): string => `${prefix}_${(nth += 1)}_${randomBytes(4).toString('hex')}`;

/** A shopper whose window is open for an hour. */
export const aShopper = (over: Partial<Shopper> = {}): Shopper => {
  const shopper_id = over.shopper_id ?? fresh('shp');
  return {
    ...shoppers.example,
    shopper_id,
    psid_sealed: sealer.seal(`psid-of-${shopper_id}`),
    window_until: Date.now() + 3_600_000,
    grants: [],
    ...over,
  };
};

/** An admission for that shopper, good for ten seconds. */
export const anAdmission = (shopper: Shopper, over: Partial<Admission> = {}): Admission => ({
  ...alertsAdmitted.example,
  alert_id: fresh('alr'),
  sub_id: fresh('sub'),
  shopper_id: shopper.shopper_id,
  shopper_rev: shopper.rev,
  page: shopper.page,
  admission_no: 1,
  send_by: Date.now() + 10_000,
  ...over,
});

/** A reply to that shopper, good for a minute. */
export const aReply = (shopper: Shopper, over: Partial<RequestedMessage> = {}): RequestedMessage => ({
  ...messagesRequested.example,
  id: fresh('rep'),
  shopper_id: shopper.shopper_id,
  psid_sealed: shopper.psid_sealed,
  page: shopper.page,
  needs_shopper_rev: shopper.rev,
  purpose: 'confirm',
  quiet_in_flight: false,
  body: { text: 'Done.' },
  expires_at: Date.now() + 60_000,
  ...over,
});

/** A one-time token for one subscription. */
export const oneTime = (sub_id: string, token = fresh('OTN')): Shopper['grants'][number] => ({
  grant_id: fresh('grt'),
  kind: 'one_time',
  sub_id,
  token_sealed: sealer.seal(token),
  expires_at: Date.now() + 86_400_000,
});

/** A notification token for one subscription, sealed as `token of …`. */
export const updatesFor = (sub_id: string, token_sealed = `token of ${sub_id}`): Shopper['grants'][number] => ({
  ...oneTime(sub_id),
  kind: 'notification',
  token_sealed,
});

/** The offer that `anAdmission` is about. */
export const anOffer = (over: Partial<Offer> = {}): Offer => ({ ...offers.example, ...over });

/** Settings with these Pages, all with the token in `TOKEN_ENV`. */
export const TOKEN_ENV = 'DELIVERY_TEST_PAGE_TOKEN';
export function pagesOfTest(
  names: readonly string[],
  perSecond = 40,
  changes: Partial<z.input<typeof ShopSettings>> = {},
): Pages {
  const settings = ShopSettings.parse({
    ...exampleSettings,
    ...changes,
    pages: names.map((page) => ({
      ...exampleSettings.pages[0],
      page,
      access_token: `env:${TOKEN_ENV}`,
      pace_per_second: perSecond,
      inbox_unused: true,
    })),
  });
  return {
    all: () => names,
    find: (name) => {
      const page = settings.pages.find((p) => p.page === name);
      return page && { shop: settings.shop, rev: 1, settings, page };
    },
  };
}

/** One worker of delivery without Kafka: leases, senders, settlements. */
export function aWorker(o: { db: Queries; emits: KeptEmits; graph: string; pages: Pages; timeoutMs?: number }): {
  leases: PageLeases;
  settlements: Settlements;
  stop: () => Promise<void>;
} {
  const log = testLog('delivery');
  const clock = systemClock;
  const client = new MessengerClient({
    baseUrl: o.graph,
    version: 'v26.0',
    timeoutMs: o.timeoutMs ?? 2000,
    connections: 64,
    clock,
  });
  const settlements = new Settlements(o.emits, log);
  const { db, pages } = o;
  const worker = fresh('worker');
  const post = new MessagePost({ client, pages, sealer, clock, log });
  const onUnheard = (unheard: readonly string[]): void => leases.giveBack(unheard);
  const sending = new Sending({ db, pages, post, settlements, worker, onUnheard, clock, log, maxInFlight: 64 });
  const leases: PageLeases = new PageLeases({
    db: o.db,
    emits: o.emits,
    pages: o.pages,
    worker,
    ready: () => true,
    startSender: (lease, until) => sending.open(lease, until),
    clock,
    log,
  });
  settlements.onSettled((page) => leases.poke(page));
  for (const loop of [leases.loop, leases.watch, sending.loop, settlements.loop]) loop.start();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopped ??= (async () => {
      await leases.stop();
      await sending.stop();
      await settlements.loop.stop();
      await client.close();
    })());
  cleanUp(stop);
  return { leases, settlements, stop };
}

/** A running sweeper. */
export function aSweeper(db: DataSource, emits: KeptEmits): void {
  const ages = { giveUpUnknown: 86_400_000, keepReplies: 86_400_000, keepAlerts: 86_400_000 };
  const sweeper = new Sweeper({ db, emits, clock: systemClock, log: testLog('delivery'), ages });
  sweeper.loop.start();
  cleanUp(() => sweeper.loop.stop());
}
