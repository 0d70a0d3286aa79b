import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifySignature } from '@beckon/messenger';
import { SECRET, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';
import type { WebhookView } from './world/admin-views.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
  await my.event((e) => e.kind === 'postback', 'Get Started');
  my.receiver.posts.length = 0;
});

afterEach(() => my.close());

interface Body {
  entry: { id: string; time: number; messaging?: { sender: { id: string } }[]; standby?: object[] }[];
}
const bodies = (): Body[] => my.receiver.posts.map(({ bytes }) => JSON.parse(bytes.toString()) as Body);
const texts = (): (string | undefined)[] =>
  my.receiver.events().flatMap((e) => (e.kind === 'message' ? [e.body.text] : []));
const allTexts = (count: number): Promise<unknown> => until(() => texts().length >= count, `${count} messages`);
const batchMs = (webhook_batch_ms: number): unknown => my.sandbox.admin.changePage('100', { webhook_batch_ms });
const named = (words: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${words} ${n}`);

/** Another Page of the app, with the same receiver and a person who has begun a thread. */
async function secondPage(): Promise<string> {
  await my.page({ page: '101', token: 'another-token' });
  const { psid } = my.sandbox.admin.createPerson({ page: '101', name: 'Bo' });
  my.sandbox.admin.tapGetStarted(psid);
  await until(() => my.receiver.events().some((e) => e.page === '101'), 'the other Page’s event');
  my.receiver.posts.length = 0;
  return psid;
}

describe('rule 44: `webhook_batch_ms`', () => {
  it('is off by default: each webhook goes alone', async () => {
    for (const text of named('alone', 5)) my.sandbox.admin.say(my.psid, { text });
    await allTexts(5);
    expect(bodies()).toHaveLength(5);
    for (const { entry } of bodies()) expect(entry).toMatchObject([{ messaging: [{}] }]);
  });

  it('puts what comes meanwhile into one signed body, an entry per Page, in order', async () => {
    const bo = await secondPage();
    for (const page of ['100', '101']) my.sandbox.admin.changePage(page, { webhook_batch_ms: 50 });
    for (const text of named('batched', 3)) for (const psid of [my.psid, bo]) my.sandbox.admin.say(psid, { text });
    await allTexts(6);
    const [post, ...more] = my.receiver.posts;
    expect(more).toEqual([]);
    expect(verifySignature([SECRET], post!.headers['x-hub-signature-256'] as string, post!.bytes)).toBe(true);
    const { entry } = bodies()[0]!;
    expect(entry.map(({ id, messaging }) => [id, messaging!.length])).toEqual([
      ['100', 3],
      ['101', 3],
    ]);
    expect(texts()).toEqual([...named('batched', 3), ...named('batched', 3)]);
    for (const psid of [my.psid, bo]) {
      const youngest = (): WebhookView | undefined => my.sandbox.admin.webhooks({ psid }).at(-1);
      const webhook = await until(() => youngest()?.state === 'delivered' && youngest(), 'the answer');
      expect(webhook).toMatchObject({ events: 6, signature: { check: 'valid' } });
      expect(my.sandbox.admin.traffic({ psid, kind: 'webhook' })[0]).toMatchObject({ id: webhook.id, outcome: 'ok' });
    }
  });

  it('keeps the webhooks of other receivers and of other apps out', async () => {
    const bo = await secondPage();
    await my.page({
      page: '101',
      token: 'another-token',
      app_id: '78',
      app_secret: 'of another app',
      webhook_batch_ms: 50,
    });
    batchMs(50);
    my.sandbox.admin.say(my.psid, { text: 'one' });
    my.sandbox.admin.say(bo, { text: 'two' });
    await allTexts(2);
    expect(
      bodies()
        .map(({ entry }) => entry.map(({ id }) => id))
        .toSorted(),
    ).toEqual([['100'], ['101']]);
  });

  it('puts no more than 1,000 events into one body', async () => {
    batchMs(200);
    for (const text of named('many', 2300)) my.sandbox.admin.say(my.psid, { text });
    await allTexts(2300);
    expect(texts()).toEqual(named('many', 2300));
    expect(bodies().map(({ entry }) => entry[0]!.messaging!.length)).toEqual([1000, 1000, 300]);
  });

  it('tries a batch again with the same bytes, while the next one grows', async () => {
    batchMs(1);
    my.receiver.behave = (n) => (n < 3 ? 503 : 200);
    for (const text of named('first', 2)) my.sandbox.admin.say(my.psid, { text });
    await until(() => my.receiver.posts.length >= 2, 'a second try');
    for (const text of named('second', 5)) {
      my.sandbox.admin.say(my.psid, { text });
      const before = performance.now();
      await until(() => performance.now() - before > 2, 'more than a batch lasts');
    }
    my.sandbox.admin.clock({ advance_ms: 60_000 });
    await until(() => my.receiver.posts.length >= 3, 'a third try');
    my.sandbox.admin.clock({ advance_ms: 60_000 });
    await allTexts(7);
    const [first, ...tries] = my.receiver.posts.map(({ bytes }) => bytes.toString());
    expect(tries.slice(0, 3)).toEqual([first, first, first]);
    expect(tries).toHaveLength(4);
    expect(texts()).toEqual([...named('first', 2), ...named('second', 5)]);
  });

  it('keeps the order where a Page’s events change to standby', async () => {
    batchMs(50);
    my.sandbox.admin.say(my.psid, { text: 'heard' });
    my.sandbox.admin.changePerson(my.psid, { thread_owner: '263902037430900' });
    my.sandbox.admin.say(my.psid, { text: 'overheard' });
    await allTexts(2);
    const [{ entry }] = bodies() as [Body];
    expect(entry.map((one) => [one.messaging?.length ?? 0, one.standby?.length ?? 0])).toEqual([
      [2, 0],
      [0, 1],
    ]);
  });

  it('forgets what is being gathered at a reset', async () => {
    batchMs(60_000);
    my.sandbox.admin.say(my.psid, { text: 'of before' });
    my.sandbox.admin.reset();
    await my.page();
    my.sandbox.admin.createPerson({ page: '100', name: 'Ida', psid: my.psid });
    my.sandbox.admin.tapGetStarted(my.psid);
    await my.event((e) => e.kind === 'postback', 'Get Started');
    expect(texts()).toEqual([]);
  });
});
