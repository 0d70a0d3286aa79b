/**
 * Connecting a Page, and keeping it connected: `beckon pages connect` and optin's watch against a platform that is as
 * strict as it can be, with real processes.
 */
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { Beckon, PAGE, SHOP } from '../support/beckon.js';
import { servers, until } from '../support/real-servers.js';

interface PageView {
  readonly profile: {
    get_started?: { payload: string };
    greeting?: unknown[];
    persistent_menu?: { call_to_actions: { title: string }[] }[];
  };
  readonly subscribed_fields: string[] | null;
  readonly subscription_ended_at: number | null;
  readonly webhook_failing_since: number | null;
}

let beckon: Beckon;
beforeAll(async () => {
  beckon = await Beckon.start({ without: ['ingestion', 'matching', 'throttling', 'delivery'] });
}, 120_000);

const sandbox = async (method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${beckon.url('sandbox')}${path}`, {
    ...{
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${beckon.secrets.FLOW_PAGE_TOKEN}` },
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
};
const thePage = async (): Promise<PageView> =>
  ((await sandbox('GET', '/admin/overview')) as { pages: PageView[] }).pages[0] as PageView;
const change = (what: object): Promise<unknown> => sandbox('PATCH', `/admin/pages/${PAGE}`, what);

interface Ran {
  readonly code: number;
  readonly text: string;
}

/** Runs the built command as a person does; nothing that it says may hold a secret. */
async function connect(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const all = {
    ...{ KAFKA_BROKERS: servers().brokers.join(','), TOPIC_PREFIX: beckon.names.topicPrefix },
    ...{ GRAPH_BASE_URL: beckon.url('sandbox'), CALLBACK_URL: `${beckon.url('optin')}/webhooks/messenger` },
    ...{ BECKON_STATE: '/nowhere', NO_COLOR: '1', ...beckon.secrets, ...env },
  };
  const ran = await new Promise<Ran>((resolve) => {
    execFile(
      process.execPath,
      ['apps/cli/dist/main.js', 'pages', 'connect', SHOP, ...args],
      { env: all },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: out + err });
      },
    );
  });
  const wrong = Object.values(env).filter((value) => value.startsWith('wrong'));
  for (const secret of [...Object.values(beckon.secrets), ...wrong]) expect(ran.text).not.toContain(secret);
  return ran;
}

describe('beckon pages connect', () => {
  beforeEach(async () => {
    await beckon.connectPage();
    await sandbox('POST', `/admin/pages/${PAGE}/token`, { revoked: null });
    await sandbox('POST', `/v26.0/${PAGE}/messenger_profile`, { get_started: { payload: 'GET_STARTED' } });
    await change({
      permissions: ['pages_messaging', 'pages_manage_metadata'],
      require_appsecret_proof: false,
      subscribed_fields: ['messages'],
    });
  });

  it('--check says what is missing, changes nothing, and exits with 1', async () => {
    const before = await thePage();
    const { code, text } = await connect(['--check']);
    expect(code).toBe(1);
    expect(text).toMatch(/✗ profile +not set: Get Started .*menu/s);
    expect(text).toMatch(/✗ webhook fields +not subscribed: .*messaging_optins/);
    expect(text).toMatch(/✓ callback .* refused a forged one/);
    expect(await thePage()).toEqual(before);
  });

  it('sets all of it, and then finds nothing to do', async () => {
    const { code, text } = await connect();
    expect([code, text]).toEqual([0, expect.stringContaining('✓ webhook fields')]);
    const page = await thePage();
    expect(page.profile.get_started).toEqual({ payload: 'beckon:begin' });
    expect(page.profile.greeting).toHaveLength(8);
    expect(page.subscribed_fields).toEqual(expect.arrayContaining(['messages', 'messaging_optins', 'standby']));
    const again = await connect(['--check']);
    expect([again.code, again.text]).toEqual([0, expect.stringContaining('Nothing is missing')]);
    const json = await connect([PAGE, '--check', '--json']);
    expect(JSON.parse(json.text.split('\n')[0]!)).toMatchObject({ page: PAGE, missing: false });
  });

  it('leaves what the Page has of its own', async () => {
    const persistent_menu = [
      { locale: 'default', call_to_actions: [{ type: 'postback', title: 'Orders', payload: 'ORDERS' }] },
    ];
    await sandbox('POST', `/v26.0/${PAGE}/messenger_profile`, {
      persistent_menu,
      greeting: [{ locale: 'default', text: 'Hello!' }],
    });
    const { code, text } = await connect();
    expect([code, text]).toEqual([0, expect.stringContaining('own greeting')]);
    const { profile } = await thePage();
    expect(profile.greeting).toEqual([{ locale: 'default', text: 'Hello!' }]);
    expect(profile.persistent_menu?.[0]?.call_to_actions.map(({ title }) => title)).toEqual([
      'Orders',
      'My alerts',
      'Help',
      'Stop all alerts',
    ]);
    expect((await connect(['--replace'])).code).toBe(0);
    expect((await thePage()).profile.persistent_menu?.[0]?.call_to_actions).toHaveLength(3);
  });

  it.each<[string, () => Promise<unknown>, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    [
      'a dead token',
      () => sandbox('POST', `/admin/pages/${PAGE}/token`, { revoked: 463 }),
      [],
      {},
      /✗ access token +the access token is dead.*does not expire/s,
    ],
    ['a token of nobody', async () => undefined, [], { FLOW_PAGE_TOKEN: 'wrong-token' }, /✗ access token/],
    [
      'no token at all',
      async () => undefined,
      [],
      { FLOW_PAGE_TOKEN: '' },
      /✗ access token +env:FLOW_PAGE_TOKEN leads nowhere/,
    ],
    [
      'no right to send',
      () => change({ permissions: ['pages_manage_metadata'] }),
      [],
      {},
      /✗ profile +not allowed.*pages_messaging/s,
    ],
    [
      'no right to subscribe',
      () => change({ permissions: ['pages_messaging'] }),
      [],
      {},
      /✗ webhook fields +not allowed.*pages_manage_metadata/s,
    ],
    [
      'an app that asks for proofs',
      () => change({ require_appsecret_proof: true }),
      [],
      {},
      /✗ access token +the app asks for a proof.*Advanced/s,
    ],
    [
      'another app’s secret',
      async () => undefined,
      [],
      { FLOW_APP_SECRET: 'wrong-secret' },
      /✗ app secret.*✗ callback +it refuses a webhook/s,
    ],
    [
      'another verify token',
      async () => undefined,
      [],
      { FLOW_VERIFY_TOKEN: 'wrong-verify' },
      /✗ callback +it refuses the verify token/,
    ],
    [
      'a callback that is not there',
      async () => undefined,
      ['--callback', 'http://127.0.0.1:9/webhooks/messenger'],
      {},
      /✗ callback .*cannot be reached/,
    ],
    [
      'a callback without TLS',
      async () => undefined,
      ['--callback', 'http://alerts.example.com/webhooks/messenger'],
      {},
      /✗ callback .*https only/,
    ],
    [
      'a callback that leads elsewhere',
      async () => undefined,
      ['--callback', 'SANDBOX'],
      {},
      /✗ callback +it does not give the challenge back/,
    ],
    [
      'a platform that is not there',
      async () => undefined,
      [],
      { GRAPH_BASE_URL: 'http://127.0.0.1:9' },
      /✗ access token +no answer.*GRAPH_BASE_URL/s,
    ],
  ])('%s: exit 1, with what to do', async (_, given, args, env, words) => {
    await given();
    const { code, text } = await connect(
      args.map((arg) => (arg === 'SANDBOX' ? beckon.url('sandbox') : arg)),
      env,
    );
    expect(text).toMatch(words);
    expect([code, text]).toEqual([1, expect.stringContaining('→')]);
  });

  it('a Page that the shop does not have is said', async () => {
    expect(await connect(['42'])).toMatchObject({ code: 1, text: expect.stringContaining('has no Page 42') });
  });
});

describe('the watch', () => {
  const health = async (): Promise<{ status: string; notes?: Record<string, string> }> =>
    (await (await fetch(`${beckon.url('optin')}/health/ready`)).json()) as {
      status: string;
      notes?: Record<string, string>;
    };
  const metric = async (name: string): Promise<number | undefined> => {
    const text = await (await fetch(`${beckon.url('optin')}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(name));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };

  beforeAll(async () => {
    await beckon.connectPage();
    await change({
      permissions: ['pages_messaging', 'pages_manage_metadata'],
      require_appsecret_proof: false,
      subscribed_fields: null,
    });
  });

  it('subscribes a Page again that the platform gave up, and what waited comes', async () => {
    const person = await beckon.person('Ida');
    await beckon.getStarted(person);
    const { port } = new URL(beckon.url('optin'));
    await beckon.end('optin');
    await beckon.say(person, 'is anybody there?');
    await until('the platform notices', async () => (await thePage()).webhook_failing_since !== null);
    // An hour passes, and one more try fails: that is the end of the subscription.
    const failures = async (): Promise<number> =>
      ((await sandbox('GET', `/admin/webhooks?psid=${person}`)) as { failures: number }[]).reduce(
        (n, w) => n + w.failures,
        0,
      );
    for (let minutes = 0; (await thePage()).subscription_ended_at === null; minutes += 10) {
      if (minutes > 240) throw new Error('the subscription did not end');
      const before = await failures();
      await sandbox('POST', '/admin/clock', { advance_ms: 600_000 });
      await until(
        'one more try',
        async () => (await failures()) > before || (await thePage()).subscription_ended_at !== null,
      );
    }
    expect((await thePage()).subscribed_fields).toEqual([]);
    await beckon.startService('optin', { env: { PAGE_WATCH_MS: '1000', HTTP_PORT: port } });
    await until('it is subscribed again', async () => (await thePage()).subscription_ended_at === null);
    expect((await thePage()).subscribed_fields).toEqual(expect.arrayContaining(['messages', 'messaging_optins']));
    await until('what waited is taken', async () => (await thePage()).webhook_failing_since === null);
    await until('it says so', async () => (await metric('beckon_optin_pages_resubscribed_total')) === 1);
    await until('the Page is well', async () => (await metric('beckon_optin_page_webhooks')) === 1);
    expect((await health()).notes).toBeUndefined();
  });

  it('raises an alarm where it cannot, without giving up, and without taking requests away', async () => {
    await change({ permissions: ['pages_messaging'], subscribed_fields: [] });
    await until('the alarm', async () => (await metric('beckon_optin_page_webhooks')) === 0);
    await until('the note', async () => (await health()).notes !== undefined);
    expect(await health()).toMatchObject({
      status: 'ok',
      notes: { 'page webhooks': expect.stringMatching(/^1001: .*pages_manage_metadata/) },
    });
    await change({ permissions: ['pages_messaging', 'pages_manage_metadata'] });
    await until('it is mended', async () => (await metric('beckon_optin_page_webhooks')) === 1);
    expect((await thePage()).subscribed_fields).toEqual(expect.arrayContaining(['messages', 'standby']));
    await until('the note goes', async () => (await health()).notes === undefined);
  });

  it('a Page is watched by one process', async () => {
    await beckon.startService('optin', { env: { PAGE_WATCH_MS: '1000' } });
    const urls = beckon.running.get('optin')!.map(({ url }) => url);
    expect(urls).toHaveLength(2);
    const reported = async (): Promise<number> => {
      const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      return texts.filter((text) => text.includes('beckon_optin_page_webhooks{')).length;
    };
    await until('one reports', async () => (await reported()) === 1);
    const asked = (): Promise<number> =>
      sandbox('GET', '/admin/calls').then(
        (calls) => (calls as { path: string }[]).filter(({ path }) => path.endsWith('subscribed_apps')).length,
      );
    const before = await asked();
    await until('it asks on', async () => (await asked()) >= before + 3);
    expect(await reported()).toBe(1);
  });
});
