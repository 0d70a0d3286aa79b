import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifySignature } from '@beckon/messenger';
import type { MessengerEvent } from '@beckon/messenger';
import { SECRET, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
  await my.event((e) => e.kind === 'postback', 'Get Started');
  my.receiver.posts.length = 0;
});

afterEach(() => my.close());

const texts = (): (string | undefined)[] =>
  my.receiver.events().flatMap((e) => (e.kind === 'message' ? [e.body.text] : []));
const said = (text: string): Promise<MessengerEvent> =>
  my.event((e) => e.kind === 'message' && e.body.text === text, text);
const order = (kind: string, more: object = {}): Promise<unknown> =>
  my.adminCall('POST', '/admin/disorder', { kind, ...more });
const bodies = (): { entry: { time: number; messaging: Record<string, unknown>[] }[] }[] =>
  my.receiver.posts.map(({ bytes }) => JSON.parse(bytes.toString()) as never);

describe('rule 44: disorder over HTTP', () => {
  it('duplicate: the same bytes twice', async () => {
    await order('duplicate');
    my.sandbox.admin.say(my.psid, { text: 'one' });
    my.sandbox.admin.say(my.psid, { text: 'two' });
    await said('two');
    expect(texts()).toEqual(['one', 'one', 'two']);
    expect(my.receiver.posts[0]!.bytes.equals(my.receiver.posts[1]!.bytes)).toBe(true);
  });

  it('reorder: after the person’s next event, or alone after a while', async () => {
    await order('reorder', { times: 2 });
    my.sandbox.admin.say(my.psid, { text: 'one' });
    my.sandbox.admin.say(my.psid, { text: 'two' });
    await said('one');
    expect(texts()).toEqual(['two', 'one']);
    await order('reorder');
    my.sandbox.admin.say(my.psid, { text: 'three' });
    my.sandbox.admin.clock({ advance_ms: 2000 });
    await said('three');
  });

  it('batch: two people’s events in one body', async () => {
    const bo = my.sandbox.admin.createPerson({ page: '100', name: 'Bo' }).psid;
    await order('batch');
    my.sandbox.admin.say(my.psid, { text: 'one' });
    my.sandbox.admin.tapGetStarted(bo);
    await said('one');
    expect(bodies()).toHaveLength(1);
    expect(bodies()[0]!.entry).toHaveLength(2);
    expect(my.receiver.events().map(({ psid }) => psid)).toEqual([my.psid, my.psid, bo]);
  });

  it('late: hours later, with the time of then', async () => {
    await order('late', { psid: my.psid });
    my.sandbox.admin.say(my.psid, { text: 'late' });
    my.sandbox.admin.say(my.psid, { text: 'in time' });
    await said('in time');
    expect(texts()).toEqual(['in time']);
    my.sandbox.admin.clock({ advance_ms: 3 * 3_600_000 });
    const late = await said('late');
    expect(my.sandbox.admin.clock().now - late.timestamp).toBeGreaterThanOrEqual(3 * 3_600_000);
  });

  it('seconds, lost mids, lost refs and unknown kinds', async () => {
    await order('seconds');
    my.sandbox.admin.say(my.psid, { text: 'one' });
    await said('one');
    expect(bodies()[0]!.entry[0]!.messaging[0]!.timestamp).toBeLessThan(1e11);
    await order('no_mids');
    await order('no_ref');
    await order('unknown_kind');
    await my.text('x');
    my.sandbox.admin.deliver(my.psid);
    my.sandbox.admin.clickLink(my.psid, { ref: 'abc' });
    expect((await my.event((e) => e.kind === 'delivery', 'the delivery')).body).not.toHaveProperty('mids');
    expect((await my.event((e) => e.kind === 'referral', 'the referral')).body).not.toHaveProperty('ref');
    await my.event((e) => e.kind === 'unknown', 'the unknown event');
    expect((await my.adminCall('GET', '/admin/disorder')).body).toEqual([]);
  });

  it.each(['bad_signature', 'no_signature'])('%s: a copy that must be refused, once, then the event', async (kind) => {
    await order(kind);
    my.receiver.behave = (n) => {
      const { headers, bytes } = my.receiver.posts[n]!;
      return verifySignature([SECRET], headers['x-hub-signature-256'] as string | undefined, bytes) ? 200 : 403;
    };
    my.sandbox.admin.say(my.psid, { text: 'one' });
    await said('one');
    expect(my.receiver.posts).toHaveLength(2);
    expect(my.receiver.posts[0]!.bytes.equals(my.receiver.posts[1]!.bytes)).toBe(true);
    expect(texts()).toEqual(['one']);
  });

  it('by chance: the same seed gives the same disorder', async () => {
    const rules = { disorder_rate: 0.5, disorder_kinds: ['duplicate' as const] };
    const run = async (seed: number, name: string): Promise<number[]> => {
      my.sandbox.admin.reset();
      await my.page({ ...rules, disorder_seed: seed });
      my.sandbox.admin.createPerson({ page: '100', name: 'Ida', psid: my.psid });
      my.sandbox.admin.tapGetStarted(my.psid);
      for (let n = 0; n < 30; n += 1) my.sandbox.admin.say(my.psid, { text: `${name} ${n}` });
      await my.page();
      my.sandbox.admin.say(my.psid, { text: `${name} end` });
      await said(`${name} end`);
      return Array.from({ length: 30 }, (_, n) => texts().filter((text) => text === `${name} ${n}`).length);
    };
    const first = await run(7, 'a');
    expect(first).toContain(1);
    expect(first).toContain(2);
    expect(await run(7, 'b')).toEqual(first);
    expect(await run(8, 'c')).not.toEqual(first);
  });
});

describe('rule 46: receipts by themselves', () => {
  it('are off by default, come as the person’s switch says, and never before the message', async () => {
    expect((await my.text('without')).status).toBe(200);
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { receipts: 'read', receipt_delay_ms: 5000 });
    expect((await my.text('with')).status).toBe(200);
    const sentAt = my.sandbox.admin.ledger().at(-1)!.accepted_at;
    my.sandbox.admin.say(my.psid, { text: 'marker' });
    await said('marker');
    expect(my.receiver.events().some(({ kind }) => kind === 'delivery' || kind === 'read')).toBe(false);
    my.sandbox.admin.clock({ advance_ms: 6000 });
    const read = await my.event((e) => e.kind === 'read', 'the read receipt');
    expect((read.body as { watermark: number }).watermark).toBeGreaterThanOrEqual(sentAt);
    const kinds = my.receiver.events().map(({ kind }) => kind);
    expect(kinds.indexOf('delivery')).toBeLessThan(kinds.indexOf('read'));
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { receipts: 'delivered', receipt_delay_ms: 0 });
    await my.text('delivered only');
    await until(() => my.receiver.events().filter((e) => e.kind === 'delivery').length === 2, 'the delivery');
    expect(my.receiver.events().filter((e) => e.kind === 'read')).toHaveLength(1);
  });

  it('stay away when the person never reads', async () => {
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { receipts: 'delivered' });
    await my.text('x');
    await my.event((e) => e.kind === 'delivery', 'the delivery');
    expect(my.sandbox.admin.thread(my.psid).messages.at(-1)).toMatchObject({ read_at: null });
  });
});

describe('rule 50: the request to delete data', () => {
  it('is posted signed or tampered with, and the answer is judged', async () => {
    const forms: URLSearchParams[] = [];
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        forms.push(new URLSearchParams(text));
        response.end(JSON.stringify({ url: 'https://shop.example/d/1', confirmation_code: 'c1' }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/delete`;
    try {
      const path = `/admin/people/${my.psid}/request-deletion`;
      const good = await my.adminCall('POST', path, { url, user_id: '300' });
      expect(good.body).toMatchObject({ status: 200, answer: { confirmation_code: 'c1' } });
      const tampered = await my.adminCall('POST', path, { url, tampered: true });
      const [first, second] = forms.map((form) => form.get('signed_request')!.split('.'));
      expect(JSON.parse(Buffer.from(first![1]!, 'base64url').toString())).toMatchObject({ user_id: '300' });
      expect(second!.join('.')).toBe(tampered.body.signed_request);
      expect(Buffer.from(second![1]!, 'base64url').toString()).not.toContain(my.psid);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const gone = await my.adminCall('POST', `/admin/people/${my.psid}/request-deletion`, { url });
    expect(gone).toMatchObject({ status: 502, body: { error: { code: 'callback_failed' } } });
  });
});
