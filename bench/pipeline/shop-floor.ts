/**
 * What both contenders of the pipeline rows stand on: a sandbox with Pages and people whose window is open, SKUs that
 * ten of them wait for, and a platform that writes stock events. The sandbox is the judge: what counts is what it took.
 */
import { randomUUID } from 'node:crypto';
import { Kafka, type Producer } from 'kafkajs';
import { startSandbox, type Sandbox } from '@beckon/sandbox/dist/start-sandbox.js';
import { within } from './service-process.js';

/** One person who waits for one SKU. */
export interface Waiting {
  readonly page: string;
  readonly psid: string;
  readonly sku: string;
}

/** One message that the sandbox took, at `at` milliseconds. */
export interface Acceptance {
  readonly page: string;
  readonly psid: string;
  readonly at: number;
}

export const SHOP = 'bench';
/** Matches per event. */
export const MATCHES = 10;
/** Echoes gather for so long, as Messenger gathers what comes fast (milliseconds). */
const BATCH_MS = 20;
/** One app serves all Pages; the sandbox signs with it. */
export const APP_SECRET = 'bench-app-secret';
export const VERIFY_TOKEN = 'bench-verify';

/** A sandbox with Pages in this process, and the platform's topic. */
export class ShopFloor {
  private people = 0;
  private skus = 0;
  private begun = 0;

  private constructor(
    readonly sandbox: Sandbox,
    readonly pages: readonly string[],
    readonly sourceTopic: string,
    private readonly producer: Producer,
  ) {}

  /** @param partitions of the platform's topic */
  static async open(o: {
    brokers: readonly string[];
    name: string;
    pages: number;
    partitions: number;
  }): Promise<ShopFloor> {
    const sandbox = await startSandbox({ port: 0 });
    const pages = Array.from({ length: o.pages }, (_, i) => String(1000 + i));
    for (const page of pages) await sandbox.admin.createPage(pageOf(page, null));
    const kafka = new Kafka({ brokers: [...o.brokers], logLevel: 1 });
    const sourceTopic = `${o.name}.platform`;
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: sourceTopic, numPartitions: o.partitions }] });
    await admin.disconnect();
    const producer = kafka.producer();
    await producer.connect();
    return new ShopFloor(sandbox, pages, sourceTopic, producer);
  }

  /** Tells the sandbox where webhooks go from now on. */
  async connect(webhookUrl: string): Promise<void> {
    for (const page of this.pages) await this.sandbox.admin.createPage(pageOf(page, webhookUrl));
  }

  /**
   * New people, ten for each new SKU, spread over the Pages. They tap Get Started while nobody listens: their window
   * opens, and no service has to answer greetings.
   */
  newPeople(count: number): Waiting[] {
    const { admin } = this.sandbox;
    for (const page of this.pages) admin.changePage(page, { subscribed_fields: [] });
    const people = Array.from({ length: count }, (_, i) => {
      this.people += 1;
      if (i % MATCHES === 0) this.skus += 1;
      const page = this.pages[this.people % this.pages.length]!;
      const psid = String(5_000_000_000 + this.people);
      admin.createPerson({ page, name: `Person ${this.people}`, psid });
      admin.tapGetStarted(psid);
      return { page, psid, sku: `sku-${this.skus}` };
    });
    for (const page of this.pages) admin.changePage(page, { subscribed_fields: null });
    return people;
  }

  /** The platform tells the units of SKUs, one event each. */
  async tell(skus: readonly string[], units: number, type: 'changed' | 'snapshot'): Promise<void> {
    this.begun = Date.now();
    for (let i = 0; i < skus.length; i += 500)
      await this.producer.send({
        topic: this.sourceTopic,
        acks: -1,
        messages: skus.slice(i, i + 500).map((sku) => ({
          key: sku,
          value: JSON.stringify({
            ...{ sku, product: `${sku}-product`, title: 'Red coat', units, price: { amount: 12_900, currency: 'EUR' } },
            url: 'https://bench.example/red-coat',
          }),
          headers: {
            'content-type': 'application/json',
            ...{ ce_specversion: '1.0', ce_id: randomUUID(), ce_source: 'bench/platform' },
            ...{ ce_type: `com.beckon.offer.${type}`, ce_time: new Date().toISOString() },
          },
        })),
      });
  }

  /** Waits until so many messages were taken since `since` (milliseconds): when, of which Page, to whom. */
  async accepted(count: number, since = this.begun): Promise<Acceptance[]> {
    const taken = await within(`${count} alerts are accepted`, () => {
      const entries = this.sandbox.admin.ledger({ since });
      return entries.length >= count && entries.map(({ page, psid, accepted_at: at }) => ({ page, psid, at }));
    });
    if (taken.length > count) throw new Error(`${taken.length} messages were taken, not ${count}`);
    return taken;
  }

  /** How many a second were taken since {@link tell}, up to the last. */
  perSecond(taken: readonly Acceptance[]): number {
    return (taken.length * 1000) / Math.max(1, Math.max(...taken.map(({ at }) => at)) - this.begun);
  }

  /** Waits until no webhook is on its way any more. */
  webhooksTaken(): Promise<true> {
    return within('webhooks are taken', () => this.sandbox.admin.webhooks({}).every((one) => one.state !== 'waiting'));
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
    await this.sandbox.close();
  }
}

const pageOf = (page: string, webhook_url: string | null) => ({
  ...{ page, name: `Page ${page}`, token: `token-${page}`, app_id: '55', app_secret: APP_SECRET },
  ...{ verify_token: VERIFY_TOKEN, webhook_url, webhook_batch_ms: BATCH_MS },
});
