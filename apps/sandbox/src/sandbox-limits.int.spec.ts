import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { oneTimeRequest, startSandboxForSpec } from './sandbox-for.spec-data.js';
import type { Answer, SandboxForSpec } from './sandbox-for.spec-data.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
});

afterEach(() => my.close());

interface PageUsage {
  type: string;
  call_count: number;
  estimated_time_to_regain_access: number;
}
const usage = ({ headers }: Answer): PageUsage => {
  const all = JSON.parse(headers.get('x-business-use-case-usage')!) as Record<string, PageUsage[]>;
  return all['100']![0]!;
};
const batchOf = (texts: string[]): object => ({
  batch: texts.map((text) => ({
    method: 'POST',
    relative_url: 'me/messages',
    body: new URLSearchParams({
      recipient: JSON.stringify({ id: my.psid }),
      message: JSON.stringify({ text }),
    }).toString(),
  })),
});
const items = ({ body }: Answer): ({ code: number; body: string } | null)[] =>
  body as unknown as ({ code: number; body: string } | null)[];

describe('limits over HTTP', () => {
  it('rule 36: refuses above the rate of the Page and of a thread, and uses no token up', async () => {
    my.sandbox.admin.clock({ frozen: true });
    await my.send(oneTimeRequest());
    my.sandbox.admin.tapNotifyMe(my.psid);
    const optin = await my.event((e) => e.kind === 'optin', 'the opt-in');
    const { one_time_notif_token } = optin.body as { one_time_notif_token: string };
    await my.page({ limits_enforced: true, sends_per_second: 3 });
    for (const text of ['1', '2', '3']) expect((await my.text(text)).status).toBe(200);
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).body.error).toMatchObject({ code: 613 });
    my.sandbox.admin.clock({ advance_ms: 1000 });
    expect((await my.send({ text: 'x' }, { one_time_notif_token })).status).toBe(200);
    await my.page({ limits_enforced: true, thread_sends_per_second: 1 });
    expect((await my.text('1')).status).toBe(200);
    expect((await my.text('2')).body.error).toMatchObject({ code: 613 });
  });

  it('rule 36: sounds and films have ten a second, pictures and texts are not held back by them', async () => {
    my.sandbox.admin.clock({ frozen: true });
    await my.page({ limits_enforced: true });
    const file = (type: string): Promise<Answer> =>
      my.send({ attachment: { type, payload: { url: 'https://shop.example/file' } } });
    for (let n = 0; n < 5; n += 1) {
      expect((await file('audio')).status).toBe(200);
      expect((await file('video')).status).toBe(200);
    }
    expect((await file('video')).body.error).toMatchObject({ code: 613 });
    for (const type of ['image', 'file']) expect((await file(type)).status).toBe(200);
    expect((await my.text('x')).status).toBe(200);
    my.sandbox.admin.clock({ advance_ms: 1000 });
    expect((await file('audio')).status).toBe(200);
  });

  it('rule 36: the Messenger Profile API has ten calls in ten minutes', async () => {
    my.sandbox.admin.clock({ frozen: true });
    await my.page({ limits_enforced: true });
    const read = (): Promise<Answer> => my.call('/me/messenger_profile?fields=greeting');
    for (let n = 0; n < 10; n += 1) expect((await read()).status).toBe(200);
    expect((await read()).body.error).toMatchObject({ code: 613 });
    expect((await my.text('x')).status).toBe(200);
    my.sandbox.admin.clock({ advance_ms: 600_000 });
    expect((await read()).status).toBe(200);
  });

  it('rules 36 and 38: a day’s calls run out, the headers rise to 100, calling on prolongs the block', async () => {
    my.sandbox.admin.clock({ frozen: true });
    await my.page({ limits_enforced: true, calls_per_person_and_day: 4 });
    expect(usage(await my.text('1'))).toMatchObject({ type: 'messenger', call_count: 25 });
    my.sandbox.admin.clock({ advance_ms: 60_000 });
    expect(usage(await my.text('2')).call_count).toBe(50);
    await my.text('3');
    expect(usage(await my.text('4')).call_count).toBe(100);
    const refused = await my.text('5');
    expect(refused.body.error).toMatchObject({ code: 80006 });
    const first = usage(refused).estimated_time_to_regain_access;
    my.sandbox.admin.clock({ advance_ms: 600_000 });
    for (const _ of [1, 2, 3]) await my.text('again');
    expect(usage(await my.text('again')).estimated_time_to_regain_access).toBeGreaterThan(first - 10);
    expect(JSON.parse(refused.headers.get('x-app-usage')!)).toMatchObject({ call_count: 100 });
    my.sandbox.admin.clock({ advance_ms: 24 * 3_600_000 });
    my.sandbox.admin.say(my.psid, { text: 'hello' });
    expect((await my.text('next day')).status).toBe(200);
  });

  it('rule 36: nothing is limited unless the Page says so', async () => {
    for (let n = 0; n < 10; n += 1) expect(usage(await my.text(`${n}`)).call_count).toBe(0);
  });

  it('rule 37: more than 40 messages in a second are a high volume', async () => {
    my.sandbox.admin.clock({ frozen: true });
    const flag = (): boolean => my.sandbox.admin.overview().pages[0]!.high_volume;
    for (let n = 1; n <= 40; n += 1) await my.text(`${n}`);
    expect(flag()).toBe(false);
    await my.text('41');
    expect(flag()).toBe(true);
    expect((await my.text('42')).status).toBe(200);
    await my.page({ refuse_high_volume: true });
    expect((await my.text('43')).body.error).toMatchObject({ code: 613 });
    my.sandbox.admin.clock({ advance_ms: 1000 });
    expect(flag()).toBe(false);
    expect((await my.text('44')).status).toBe(200);
  });
});

describe('rule 39: batches over HTTP', () => {
  it('takes 50 in order with codes of their own, refuses 51', async () => {
    const texts = Array.from({ length: 50 }, (_, n) => (n === 7 ? '' : `text ${n}`));
    const answer = await my.call('/', batchOf(texts));
    expect(answer.status).toBe(200);
    expect(items(answer).map((item) => item?.code)).toEqual(texts.map((text) => (text === '' ? 400 : 200)));
    expect(JSON.parse(items(answer)[7]!.body)).toMatchObject({ error: { code: 100, error_subcode: 2018034 } });
    expect(my.sandbox.admin.ledger().map(({ text }) => text)).toEqual(texts.filter((text) => text !== ''));
    const tooMany = await my.call('/v26.0/', batchOf([...texts, 'one more']));
    expect(tooMany).toMatchObject({ status: 400, body: { error: { type: 'GraphBatchException' } } });
    expect(my.sandbox.admin.ledger()).toHaveLength(49);
  });

  it('counts each item as a call, and gives null where an item timed out', async () => {
    await my.page({ limits_enforced: true, calls_per_person_and_day: 3 });
    my.sandbox.admin.addFault({ kind: 'timeout_before' });
    my.sandbox.admin.addFault({ kind: 'timeout_after_accept' });
    const answer = await my.call('/', batchOf(['lost', 'taken', 'fine', 'too many']));
    expect(items(answer).map((item) => item?.code ?? null)).toEqual([null, null, 200, 400]);
    expect(JSON.parse(items(answer)[3]!.body)).toMatchObject({ error: { code: 80006 } });
    expect(my.sandbox.admin.ledger().map(({ text }) => text)).toEqual(['taken', 'fine']);
  });
});
