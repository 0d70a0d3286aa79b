import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOKEN, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
});

afterEach(() => my.close());

const post = (one: SandboxForSpec, psid: string, text: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${one.sandbox.url}/me/messages?access_token=${TOKEN}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipient: { id: psid }, message: { text, metadata: text } }),
    ...(signal && { signal }),
  });

/** A send whose connection may break: what the caller saw. */
const attempt = (one: SandboxForSpec, psid: string, text: string): Promise<number | 'lost'> =>
  post(one, psid, text).then(
    ({ status }) => status,
    () => 'lost' as const,
  );

/** A send whose caller hangs up once an armed fault has struck it. */
async function hangUp(psid: string, text: string): Promise<void> {
  const caller = new AbortController();
  const sent = post(my, psid, text, caller.signal).catch(() => undefined);
  await until(() => my.sandbox.admin.faults().length === 0, 'the fault to strike');
  caller.abort();
  await sent;
}

async function attempts(one: SandboxForSpec, psid: string, count: number): Promise<(number | 'lost')[]> {
  const seen: (number | 'lost')[] = [];
  for (let n = 0; n < count; n += 1) seen.push(await attempt(one, psid, `text ${n}`));
  return seen;
}

const MIX = [
  { kind: 'reset_after_accept', weight: 2 },
  { kind: 'http_500_after_accept', weight: 1 },
  { kind: 'error', weight: 1, code: 1200, subcode: 2018024, transient: true },
];
const struck = (one: SandboxForSpec): (string | null)[] => one.sandbox.admin.calls().map(({ fault }) => fault);

describe('rule 48: faults by chance, over HTTP', () => {
  it('two sandboxes with the same seed fault the same sends, one with another seed others', async () => {
    const [twin, other] = [await startSandboxForSpec(), await startSandboxForSpec()];
    try {
      for (const [one, fault_seed] of [
        [my, 7],
        [twin, 7],
        [other, 8],
      ] as const) {
        await one.adminCall('PATCH', '/admin/pages/100', { fault_rate: 0.3, fault_seed, fault_kinds: MIX });
      }
      const seen = await attempts(my, my.psid, 40);
      expect(await attempts(twin, twin.psid, 40)).toEqual(seen);
      expect(struck(twin)).toEqual(struck(my));
      expect(new Set(struck(my))).toEqual(new Set([null, 'reset_after_accept', 'http_500_after_accept', 'error']));
      await attempts(other, other.psid, 40);
      expect(struck(other)).not.toEqual(struck(my));
      // Every message that was taken stands in the ledger with the fault that hid it.
      const taken = my.sandbox.admin.ledger();
      expect(taken.filter(({ fault }) => fault === null)).toHaveLength(seen.filter((status) => status === 200).length);
      expect(taken.filter(({ fault }) => fault !== null)).toHaveLength(
        struck(my).filter((kind) => kind !== null && kind !== 'error').length,
      );
    } finally {
      await twin.close();
      await other.close();
    }
  });

  it('a person can have a rate of their own; armed faults come first', async () => {
    const bo = my.sandbox.admin.createPerson({ page: '100', name: 'Bo' }).psid;
    my.sandbox.admin.tapGetStarted(bo);
    await my.adminCall('PATCH', `/admin/people/${bo}`, { fault_rate: 1, fault_kinds: ['http_500'], fault_seed: 3 });
    expect(await attempt(my, my.psid, 'x')).toBe(200);
    expect(await attempt(my, bo, 'x')).toBe(500);
    my.sandbox.admin.addFault({ kind: 'ok_with_error', code: 613, psid: bo });
    expect(await attempt(my, bo, 'armed')).toBe(200);
    expect(struck(my).at(-1)).toBe('ok_with_error');
    await my.adminCall('PATCH', '/admin/pages/100', { fault_rate: 1, fault_kinds: ['http_500_after_accept'] });
    await my.adminCall('PATCH', `/admin/people/${bo}`, { fault_rate: 0 });
    expect(await attempt(my, bo, 'spared')).toBe(200);
    await my.adminCall('PATCH', `/admin/people/${bo}`, { fault_rate: null, fault_kinds: null });
    expect(await attempt(my, bo, 'as the Page says')).toBe(500);
    expect(my.sandbox.admin.ledger().at(-1)).toMatchObject({
      text: 'as the Page says',
      fault: 'http_500_after_accept',
    });
  });

  it.each([
    ['an error without code', { fault_kinds: [{ kind: 'error' }] }],
    ['a delay without ms', { fault_kinds: ['delay'] }],
    ['an unknown kind', { fault_kinds: ['hiccup'] }],
    ['more than all', { fault_rate: 1.1 }],
  ])('%s is no setting', async (_, patch) => {
    expect((await my.adminCall('PATCH', '/admin/pages/100', patch)).status).toBe(400);
  });
});

describe('rule 48: sends whose caller cannot know', () => {
  const log = (filter = '') => my.adminCall('GET', `/admin/ambiguous${filter}`).then(({ body }) => body);

  it.each([
    ['timeout_before', false],
    ['timeout_after_accept', true],
    ['http_500', false],
    ['http_500_after_accept', true],
    ['ok_not_json', false],
    ['ok_not_json_after_accept', true],
    ['reset', false],
    ['reset_after_accept', true],
  ] as const)('%s: taken %p', async (kind, taken) => {
    my.sandbox.admin.addFault({ kind });
    if (kind.startsWith('timeout')) await hangUp(my.psid, 'doubtful');
    else await attempt(my, my.psid, 'doubtful');
    expect(await log()).toEqual([
      {
        page: '100',
        psid: my.psid,
        mid: taken ? my.sandbox.admin.ledger()[0]!.mid : null,
        metadata: 'doubtful',
        at: expect.any(Number),
        fault: kind,
        taken,
      },
    ]);
    expect(my.sandbox.admin.ledger().map(({ fault }) => fault)).toEqual(taken ? [kind] : []);
  });

  it('answers that arrive leave nobody in doubt, errors among them', async () => {
    await my.text('fine');
    await my.send({ text: '' });
    my.sandbox.admin.addFault({ kind: 'error', code: 2 });
    my.sandbox.admin.addFault({ kind: 'delay', ms: 20 });
    await my.text('refused');
    await my.text('slow');
    expect(await log()).toEqual([]);
    expect(my.sandbox.admin.ledger().map(({ fault }) => fault)).toEqual([null, 'delay']);
  });

  it('a refused message whose answer is lost was not taken', async () => {
    my.sandbox.admin.addFault({ kind: 'timeout_after_accept' });
    await hangUp('999', 'to nobody');
    expect(await log()).toMatchObject([{ psid: '999', mid: null, taken: false }]);
  });

  it('a caller who hangs up before the answer', async () => {
    my.sandbox.admin.addFault({ kind: 'delay', ms: 2000 });
    await hangUp(my.psid, 'too slow');
    await until(() => my.sandbox.admin.ambiguous().length > 0, 'the entry');
    const [taken] = my.sandbox.admin.ledger();
    expect(await log('?metadata=too%20slow')).toMatchObject([{ mid: taken!.mid, fault: 'delay', taken: true }]);
    expect(my.sandbox.admin.calls().at(-1)).toMatchObject({ status: null, outcome: 'accepted' });
    expect(await log('?psid=1')).toEqual([]);
  });

  it('each message of a batch that is lost or hidden', async () => {
    const item = (text: string): object => ({
      method: 'POST',
      relative_url: 'me/messages',
      body: `recipient=${encodeURIComponent(`{"id":"${my.psid}"}`)}&message=${encodeURIComponent(`{"text":"${text}","metadata":"${text}"}`)}`,
    });
    my.sandbox.admin.addFault({ kind: 'timeout_after_accept' });
    await my.call('/', { batch: [item('hidden'), item('seen')] });
    expect(await log()).toMatchObject([{ metadata: 'hidden', taken: true }]);
  });

  it('is forgotten with everything else', async () => {
    my.sandbox.admin.addFault({ kind: 'http_500' });
    await attempt(my, my.psid, 'x');
    my.sandbox.admin.reset();
    expect(await log()).toEqual([]);
  });
});
