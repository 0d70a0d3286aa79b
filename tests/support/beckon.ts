/**
 * A whole Beckon for flow specs: the five services and the sandbox as real processes (the built code), on the shared
 * servers, under names of its own. It plays the shopper through the sandbox and the platform through Kafka, and reads
 * what came out: the sandbox's ledger and the public topics.
 */
import {
  allTopics,
  decisions,
  deliveries,
  subscriptions,
  topicName,
  type Decision,
  type Delivery,
  type Kind,
} from '@beckon/contracts';
import { createTopics, type KafkaClient } from '@beckon/kafka';
import { ShopSettings, shops, type Subscription } from '@beckon/contracts';
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { environmentOf, readServiceList } from '../../apps/local/src/service-list.js';
import { cleanUp, follow, ownNames, servers, testKafka, until, type SeenRecord } from './real-servers.js';

const root = new URL('../..', import.meta.url).pathname;
export const PAGE = '1001';
export const SHOP = 'flow';

/** What the sandbox says a person truly received. */
export interface Received {
  readonly psid: string;
  readonly mid: string;
  readonly accepted_at: number;
  readonly right: string;
  readonly metadata: string | null;
  readonly text: string | null;
  readonly template: unknown;
}

/** Ends a service process at a named instant (libs/kafka: fault-point.ts). */
export interface Fault {
  readonly point: string;
  readonly topic?: string;
  readonly count?: number;
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: string;
  readonly gone: Promise<void>;
}

export interface BeckonOptions {
  /** Changes to the shop's settings. */
  readonly settings?: Partial<z.input<typeof ShopSettings>>;
  /** Services that shall not run from the start. */
  readonly without?: readonly string[];
  /** Environment of all services, beside what each needs; with an OTLP endpoint in it they are traced. */
  readonly env?: Readonly<Record<string, string>>;
}

const postbackOf = (psid: string, payload: string): object => ({
  ...{ sender: { id: psid }, recipient: { id: PAGE }, timestamp: Date.now() },
  postback: { mid: `m_${randomUUID()}`, title: 'A button', payload },
});

/** Settings of the test shop: no night, no limits that a spec did not ask for. */
export const baseSettings: z.input<typeof ShopSettings> = {
  shop: SHOP,
  name: 'Flow shop',
  currency: 'EUR',
  zone: 'Europe/Berlin',
  quiet_hours: null,
  limits: [{ scope: 'shopper', limit: 100, period: '1h' }],
  pages: [
    {
      page: PAGE,
      name: 'Flow shop',
      access_token: 'env:FLOW_PAGE_TOKEN',
      app_secret: 'env:FLOW_APP_SECRET',
      verify_token: 'env:FLOW_VERIFY_TOKEN',
      pace_per_second: 40,
    },
  ],
  sources: [{ name: 'catalog', format: 'cloudevents', topic: 'flow.catalog' }],
  // Everything that comes back is told at once: what is looked at here is the way, not the rest between two alerts.
  rules: { cool_down: 0 },
  // Specs count messages: what is said beside answers is for the specs that want it.
  bot: { disclosure: false, offer_again: false, read_profile: false },
};

export class Beckon {
  readonly names = ownNames();
  readonly running = new Map<string, Running[]>();
  readonly secrets = {
    FLOW_PAGE_TOKEN: `EAA${randomBytes(8).toString('hex')}`,
    FLOW_APP_SECRET: randomBytes(16).toString('hex'),
    FLOW_VERIFY_TOKEN: randomBytes(8).toString('hex'),
    SEAL_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    SHOPPER_KEY: randomBytes(32).toString('hex'),
    REF_KEY: randomBytes(32).toString('hex'),
    ADMIN_TOKEN: randomBytes(8).toString('hex'),
  };
  readonly sourceTopic = `${this.names.id}.flow.catalog`;
  client!: KafkaClient;
  /** Kept for a look after a failure; the next run of the suites removes it. */
  private readonly logs = join(root, '.beckon/flow-logs', this.names.id);
  private readonly started = new Set<string>();
  private readonly topics = new Map<string, SeenRecord[]>();
  private rev = 0;
  private env: Readonly<Record<string, string>> = {};

  /** Starts everything and applies the shop's settings; stops everything after the spec file. */
  static async start(o: BeckonOptions = {}): Promise<Beckon> {
    const beckon = new Beckon();
    beckon.env = o.env ?? {};
    beckon.client = await testKafka('flow', beckon.names.topicPrefix, allTopics);
    const admin = await beckon.client.admin();
    await createTopics(admin, [{ topic: beckon.sourceTopic, numPartitions: 2 }]);
    cleanUp(() => beckon.stop());
    await beckon.startService('sandbox');
    await beckon.applySettings(o.settings);
    const names = readServiceList().services.map((s) => s.name);
    await Promise.all(
      names.filter((n) => n !== 'sandbox' && !o.without?.includes(n)).map((n) => beckon.startService(n)),
    );
    if (!o.without?.includes('optin')) await beckon.connectPage();
    return beckon;
  }

  /** Publishes the shop's settings, changed as told. */
  async applySettings(changes: BeckonOptions['settings'] = {}): Promise<void> {
    this.rev += 1;
    const settings = ShopSettings.parse({
      ...baseSettings,
      sources: [{ name: 'catalog', format: 'cloudevents', topic: this.sourceTopic }],
      // Everything that comes back is told at once: what is looked at here is the way, not the rest between two alerts.
      rules: { cool_down: 0 },
      ...changes,
    });
    const value = shops.schema.parse({ shop: SHOP, rev: this.rev, settings, updated_at: Date.now() });
    await this.client.producer.send([
      { topic: this.client.topic(shops), key: SHOP, value: JSON.stringify(value), headers: {} },
    ]);
  }

  /** Tells the sandbox where the Page's webhooks go; repeated until optin knows the Page. */
  async connectPage(): Promise<void> {
    await until('optin answers the webhook verification', async () => {
      const answer = await this.call('POST', `${this.url('sandbox')}/admin/pages`, {
        page: PAGE,
        name: 'Flow shop',
        token: this.secrets.FLOW_PAGE_TOKEN,
        app_id: '55',
        app_secret: this.secrets.FLOW_APP_SECRET,
        verify_token: this.secrets.FLOW_VERIFY_TOKEN,
        webhook_url: `${this.url('optin')}/webhooks/messenger`,
      });
      return answer.status < 300;
    });
  }

  /** Starts one more process of a service and waits until it is ready (unless a fault may end it before). */
  async startService(name: string, o: { fault?: Fault; env?: Record<string, string> } = {}): Promise<void> {
    const list = readServiceList();
    const entry = list.services.find((s) => s.name === name);
    if (!entry) throw new Error(`no service ${name}`);
    const at = servers();
    const sandbox = this.running.get('sandbox')?.[0]?.url;
    const env = environmentOf(entry, list, {
      host: '127.0.0.1',
      port: () => 0,
      url: (service) => (service === 'sandbox' ? (sandbox ?? 'http://127.0.0.1:1') : 'http://127.0.0.1:1'),
      kafka: at.brokers.join(','),
      redis: at.redisUrl,
      postgres: at.databaseUrl,
    });
    const { id, topicPrefix, redisPrefix, schema } = this.names;
    const n = (this.running.get(name)?.length ?? 0) + 1;
    const log = join(this.logs, `${name}-${n}-${randomUUID().slice(0, 4)}.log`);
    const child = spawn(
      process.execPath,
      [
        ...(this.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ? ['--require', join(root, 'libs/service/otel.cjs')] : []),
        ...(o.fault ? ['--import', join(root, 'tests/support/fault-preload.mjs')] : []),
        `apps/${name}/dist/main.js`,
      ],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env['PATH'],
          ...env,
          ...this.secrets,
          HTTP_PORT: '0',
          DATABASE_SCHEMA: schema(name),
          DATABASE_POOL: '6',
          TOPIC_PREFIX: topicPrefix,
          GROUP_PREFIX: topicPrefix,
          REDIS_PREFIX: redisPrefix,
          SERVICE_INSTANCE: `${id}-${name}-${randomUUID().slice(0, 8)}`,
          ...(o.fault
            ? {
                FAULT_POINT: o.fault.point,
                FAULT_TOPIC: o.fault.topic ? topicName(topicPrefix, { name: o.fault.topic }) : '',
                FAULT_COUNT: String(o.fault.count ?? 1),
              }
            : {}),
          ...(name === 'sandbox' ? {} : this.env),
          ...o.env,
        },
      },
    );
    mkdirSync(this.logs, { recursive: true });
    const file = createWriteStream(log);
    let said = '';
    child.stdout.on('data', (d: Buffer) => (said += d.toString()));
    child.stderr.on('data', (d: Buffer) => (said += d.toString()));
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const port = await until(
      `${name} listens (see ${log})`,
      () => {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said.slice(-3000)}`);
        const line = /"port":(\d+)/.exec(said) ?? /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        return line?.[1];
      },
      60_000,
    );
    const url = `http://127.0.0.1:${port}`;
    const list_ = this.running.get(name) ?? [];
    this.running.set(name, [...list_, { child, url, log, gone }]);
    if (o.fault) return;
    await until(
      `${name} is ready (see ${log})`,
      async () => {
        if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${said.slice(-3000)}`);
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
        return answer?.ok;
      },
      60_000,
    );
  }

  /** Base address of a running service. */
  url(name: string): string {
    const url = this.running.get(name)?.at(-1)?.url;
    if (!url) throw new Error(`${name} is not running`);
    return url;
  }

  /** Ends all processes of a service and waits for their end. */
  async end(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const list = this.running.get(name) ?? [];
    this.running.set(name, []);
    for (const r of list) r.child.kill(signal);
    await Promise.all(list.map((r) => r.gone));
  }

  /** Waits until the faulty process has ended itself, then starts a sound one, as a supervisor would. */
  async afterCrash(name: string): Promise<void> {
    const [r] = this.running.get(name) ?? [];
    await until(`${name} reaches its fault (see ${r?.log})`, () => r?.child.signalCode === 'SIGKILL', 40_000);
    this.running.set(name, []);
    await this.startService(name);
  }

  private async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((name) => this.end(name, 'SIGKILL')));
  }

  private async call(method: string, url: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.secrets.ADMIN_TOKEN}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  private async admin(path: string, body?: unknown): Promise<unknown> {
    const answer = await this.call(body === undefined ? 'GET' : 'POST', `${this.url('sandbox')}/admin${path}`, body);
    if (answer.status >= 300) throw new Error(`sandbox ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A new person on the Page who never wrote to it. */
  async person(name: string): Promise<string> {
    const answer = (await this.admin('/people', { page: PAGE, name, locale: 'en_US', timezone: 'Europe/Berlin' })) as {
      psid: string;
    };
    return answer.psid;
  }

  /** Opens the thread of somebody who never wrote. */
  async getStarted(psid: string): Promise<void> {
    this.started.add(psid);
    await this.admin(`/people/${psid}/tap-get-started`, {});
  }

  say(psid: string, text: string): Promise<unknown> {
    return this.admin(`/people/${psid}/say`, { text });
  }

  /** Optin's HTTP API as the operator. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    return this.call(method, `${this.url('optin')}/v1/shops/${SHOP}/${path}`, body);
  }

  /** Anything else that a person does on the phone, by its name in the sandbox's admin API. */
  act(psid: string, what: string, how: Record<string, unknown> = {}): Promise<unknown> {
    return this.admin(`/people/${psid}/${what}`, how);
  }

  /** Presses a button of an older message that names a subscription, as "my alerts" has them. */
  async postback(psid: string, payload: string): Promise<void> {
    const body = { object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging: [postbackOf(psid, payload)] }] };
    const text = JSON.stringify(body);
    const mac = createHmac('sha256', this.secrets.FLOW_APP_SECRET).update(text).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${mac}` };
    const answer = await fetch(`${this.url('optin')}/webhooks/messenger`, { method: 'POST', headers, body: text });
    if (!answer.ok) throw new Error(`postback: ${answer.status}`);
  }

  /** Sets the Page's persistent menu, as the Graph API has it. */
  async menu(call_to_actions: readonly object[]): Promise<void> {
    const persistent_menu = [{ locale: 'default', composer_input_disabled: false, call_to_actions }];
    const answer = await this.call(
      'POST',
      `${this.url('sandbox')}/v26.0/me/messenger_profile?access_token=${this.secrets.FLOW_PAGE_TOKEN}`,
      { persistent_menu },
    );
    if (answer.status >= 300) throw new Error(`menu: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** Moves the sandbox's clock: Messenger's time, not that of the services. */
  async later(ms: number): Promise<void> {
    await this.admin('/clock', { advance_ms: ms });
  }

  /** Waits for the n-th message that a person received, from 1 on. */
  message(psid: string, n: number): Promise<Received> {
    return until(`message ${n}`, async () => (await this.received(psid))[n - 1]).catch(async (e: unknown) => {
      throw new Error(`${String(e)}\n${await this.story()}`);
    });
  }

  /** The person taps a button or quick reply of the youngest message that has it. */
  press(psid: string, choice: { readonly title?: string; readonly payload?: string }): Promise<unknown> {
    return this.admin(`/people/${psid}/press`, choice);
  }

  /** Somebody of the brand answers from the Page's inbox. */
  replyFromInbox(psid: string, text: string): Promise<unknown> {
    return this.admin(`/people/${psid}/inbox-reply`, { text });
  }

  /** Changes a person's switches in the sandbox. */
  async changePerson(psid: string, switches: Record<string, unknown>): Promise<void> {
    const answer = await this.call('PATCH', `${this.url('sandbox')}/admin/people/${psid}`, switches);
    if (answer.status >= 300) throw new Error(`sandbox person: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** What a person was sent next, after `act`. */
  async answer(psid: string, act: () => Promise<unknown>): Promise<Received> {
    const before = (await this.received(psid)).length;
    await act();
    return until('an answer', async () => (await this.received(psid))[before]).catch(async (e: unknown) => {
      throw new Error(`${String(e)}\n${await this.story()}`);
    });
  }

  /** Injects faults into the sandbox's Graph API. */
  fault(fault: Record<string, unknown>): Promise<unknown> {
    return this.admin('/faults', fault);
  }

  /** What a person was truly sent. */
  async received(psid: string): Promise<Received[]> {
    return (await this.admin(`/ledger?psid=${psid}`)) as Received[];
  }

  /** Alerts among what a person was sent. */
  async alerts(psid: string): Promise<Received[]> {
    return (await this.received(psid)).filter((m) => m.metadata?.startsWith('beckon:alr_'));
  }

  /**
   * A "notify me" link, made by optin as a shop's web page would have it. One to a price drop is for any drop, unless
   * `more` says otherwise (`threshold: undefined`: the shopper is asked).
   */
  async link(sku: string, kind: string, more: Record<string, unknown> = {}): Promise<string> {
    const asked = { sku, kind, ...(kind === 'price_drop' && { threshold: { type: 'any' } }), ...more };
    const made = await until('optin makes a link', async () => {
      const answer = await this.call('POST', `${this.url('optin')}/v1/shops/${SHOP}/links`, asked);
      return answer.status < 300 ? (answer.body as { url: string }) : undefined;
    });
    return made.url;
  }

  /** A product page with such a link beside the sandbox's phones. */
  async product(sku: string, kind: string, title: string): Promise<void> {
    await this.admin('/products', { page: PAGE, id: sku, title, link: await this.link(sku, kind) });
  }

  /** Link → Get Started → card → Notify me, as a shopper does it, up to the tap (which the spec may hold back). */
  async ask(psid: string, sku: string, kind: string, more: Record<string, unknown> = {}): Promise<() => Promise<void>> {
    const url = await this.link(sku, kind, more);
    const cards = async (): Promise<Received[]> =>
      (await this.received(psid)).filter((m) => JSON.stringify(m.template ?? '').includes('one_time_notif_req'));
    const before = (await cards()).length;
    await this.admin(`/people/${psid}/click-link`, { url });
    if (!this.started.has(psid)) await this.getStarted(psid);
    const card = await until('the notify-me card', async () => (await cards())[before]).catch(async (e: unknown) => {
      throw new Error(`${String(e)}\n${await this.story()}`);
    });
    return async () => {
      await this.admin(`/people/${psid}/tap-notify-me`, { mid: card.mid });
    };
  }

  /** The whole opt-in, until the subscription is on its topic and confirmed on the phone. */
  async subscribe(psid: string, sku: string, kind: Kind, more: Record<string, unknown> = {}): Promise<Subscription> {
    const seen = await this.read(subscriptions);
    const before = new Set(seen.map((r) => r.key));
    const tap = await this.ask(psid, sku, kind, more);
    const got = (await this.received(psid)).length;
    await tap();
    const sub = await until(`subscription to ${sku}`, () => {
      const record = seen.find((r) => !before.has(r.key) && r.value?.includes(`"${sku}"`));
      return record && subscriptions.schema.parse(JSON.parse(record.value ?? 'null'));
    });
    await until('its confirmation', async () => (await this.received(psid)).length > got);
    return sub;
  }

  /** A native event of the shop's platform; its time is now. */
  async offer(
    data: Record<string, unknown>,
    type: 'changed' | 'snapshot' = 'changed',
    id: string = randomUUID(),
  ): Promise<void> {
    await this.client.producer.send([
      {
        topic: this.sourceTopic,
        key: String(data['sku']),
        value: JSON.stringify({ product: `${String(data['sku'])}-product`, title: 'Red coat', ...data }),
        headers: {
          'content-type': 'application/json',
          ce_specversion: '1.0',
          ce_id: id,
          ce_source: 'flow-platform',
          ce_type: `com.beckon.offer.${type}`,
          ce_time: new Date().toISOString(),
        },
      },
    ]);
  }

  /** Looks into a service's own tables: for conditions that show nowhere else. */
  async sql(service: string, query: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: servers().databaseUrl });
    await client.connect();
    try {
      await client.query(`SET search_path = ${this.names.schema(service)}`);
      return (await client.query<Record<string, unknown>>(query)).rows;
    } finally {
      await client.end();
    }
  }

  /** Follows a topic with a plain consumer; the list grows. */
  async read(topic: { name: string }): Promise<SeenRecord[]> {
    let seen = this.topics.get(topic.name);
    if (!seen) {
      seen = await follow(this.client, topic);
      this.topics.set(topic.name, seen);
    }
    return seen;
  }

  /** All decisions so far. */
  async decisions(): Promise<Decision[]> {
    return (await this.read(decisions)).map((r) => decisions.schema.parse(JSON.parse(r.value ?? 'null')));
  }

  /** All deliveries so far. */
  async deliveries(): Promise<Delivery[]> {
    return (await this.read(deliveries)).map((r) => deliveries.schema.parse(JSON.parse(r.value ?? 'null')));
  }

  /** Terminal decisions about the alerts of one subscription, each once. */
  async verdicts(sub: Subscription): Promise<string[]> {
    const mine = (await this.decisions()).filter((d) => d.terminal && d.sub_id === sub.sub_id);
    const once = new Map(mine.map((d) => [d.decision_id, `${d.verdict}${d.reason ? `:${d.reason}` : ''}`]));
    return [...once.values()];
  }

  /** What happened so far, for a failing spec: webhooks and calls of the sandbox, records per topic, decisions. */
  async story(): Promise<string> {
    const lines: string[] = [];
    for (const path of ['/webhooks', '/calls'])
      lines.push(`${path}: ${JSON.stringify(await this.admin(path)).slice(-1200)}`);
    for (const topic of allTopics) {
      const ends = [...(await this.client.ends(this.client.topic(topic))).values()];
      lines.push(`${topic.name}: ${ends.reduce((sum, e) => sum + e.high - e.low, 0n)} records`);
    }
    for (const d of await this.decisions())
      lines.push(`${d.at} ${d.stage} ${d.verdict} ${d.reason ?? ''} ${d.sku ?? ''} ${d.detail ?? ''}`);
    lines.push(`logs: ${this.logs}`);
    return lines.join('\n');
  }

  /** What all processes of a service wrote to their logs, for a failing spec. */
  logOf(name: string): string {
    return (this.running.get(name) ?? []).map((r) => readFileSync(r.log, 'utf8')).join('\n');
  }
}
