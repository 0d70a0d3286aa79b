import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OptinBody } from '@beckon/messenger';
import { startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';

const HOUR = 3_600_000;
let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
  my.sandbox.admin.clock({ frozen: true });
});

afterEach(() => my.close());

const ask = (title?: string): object => ({
  attachment: {
    type: 'template',
    payload: { template_type: 'notification_messages', payload: 'topic:1', ...(title !== undefined && { title }) },
  },
});
const optins = (): OptinBody[] => my.receiver.events().flatMap((e) => (e.kind === 'optin' ? [e.body] : []));
const optin = (count: number): Promise<OptinBody> => until(() => optins()[count - 1], `opt-in ${count}`);
async function token(): Promise<{ notification_messages_token: string }> {
  expect((await my.send(ask('Price drops'))).status).toBe(200);
  my.sandbox.admin.tapGetUpdates(my.psid);
  return { notification_messages_token: (await optin(1)).notification_messages_token! };
}

describe('notification messages over HTTP', () => {
  it('rule 22: one request per topic and week, only with the window open', async () => {
    expect((await my.send(ask())).status).toBe(200);
    expect((await my.send(ask('Updates and promotions'))).body.error).toMatchObject({
      code: 613,
      error_subcode: 1893016,
    });
    await my.page({ notification_requests_per_week: 2 });
    expect((await my.send(ask('Other'))).status).toBe(200);
    expect((await my.send(ask('Third'))).body.error).toMatchObject({ code: 9, error_subcode: 2018352 });
    expect((await my.send(ask('x'.repeat(66)))).body.error).toMatchObject({ code: 100 });
    my.sandbox.admin.clock({ advance_ms: 7 * 24 * HOUR });
    expect((await my.send(ask('Third'))).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
  });

  it('rule 23: the tap, stop, resume and renewal each tell the Page', async () => {
    const { notification_messages_token: name } = await token();
    expect(await optin(1)).toMatchObject({
      type: 'notification_messages',
      payload: 'topic:1',
      title: 'Price drops',
      user_token_status: 'NOT_REFRESHED',
      notification_messages_timezone: 'Europe/Oslo',
    });
    expect(await optin(1)).not.toHaveProperty('notification_messages_status');
    await my.adminCall('POST', `/admin/people/${my.psid}/stop-notifications`);
    expect(await optin(2)).toMatchObject({ notification_messages_status: 'STOP_NOTIFICATIONS' });
    const stopped = await my.send({ text: 'x' }, { notification_messages_token: name });
    expect(stopped.body.error).toMatchObject({ code: 10, error_subcode: 1893015 });
    await my.page({ notification_status_with_space: true });
    await my.adminCall('POST', `/admin/people/${my.psid}/resume-notifications`, { title: 'Price drops' });
    expect(await optin(3)).toMatchObject({ notification_messages_status: 'RESUME NOTIFICATIONS' });
    my.sandbox.admin.tapGetUpdates(my.psid);
    expect(await optin(4)).toMatchObject({ user_token_status: 'REFRESHED', notification_messages_token: name });
  });

  it('rules 24 and 25: three follow-ups, then the cooldown, with the window closed', async () => {
    const recipient = await token();
    my.sandbox.admin.clock({ advance_ms: 1000 });
    expect((await my.send({ text: 'x'.repeat(251) }, recipient)).status).toBe(200);
    expect((await my.send({ text: 'x'.repeat(251) }, recipient)).body.error).toMatchObject({ code: 100 });
    for (const text of ['2', '3']) expect((await my.send({ text }, recipient)).status).toBe(200);
    expect((await my.send({ text: '4' }, recipient)).body.error).toMatchObject({ code: 4, error_subcode: 2018354 });
    my.sandbox.admin.clock({ advance_ms: 48 * HOUR - 1 });
    expect((await my.send({ text: 'early' }, recipient)).body.error).toMatchObject({ code: 4 });
    my.sandbox.admin.clock({ advance_ms: 1 });
    expect((await my.text('closed')).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
    expect((await my.send({ text: 'in time' }, recipient)).status).toBe(200);
    expect(my.sandbox.admin.ledger({ limit: 1 })).toMatchObject([{ right: 'notification', text: 'in time' }]);
    my.sandbox.admin.clock({ advance_ms: 365 * 24 * HOUR });
    expect((await my.send({ text: 'expired' }, recipient)).body.error).toMatchObject({ code: 100 });
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { region: 'US' });
    const unknown = await my.send({ text: 'x' }, { notification_messages_token: '1' });
    expect(unknown.body.error).toMatchObject({ code: 100 });
  });

  it('rule 24: refuses people of other regions', async () => {
    const recipient = await token();
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { region: 'US' });
    expect((await my.send({ text: 'x' }, recipient)).body.error).toMatchObject({ code: 10 });
    await my.page({ notification_regions_only: false });
    expect((await my.send({ text: 'x' }, recipient)).status).toBe(200);
  });

  it('rule 26: tokens are listed page by page, looked up, and freed for testers', async () => {
    const { notification_messages_token: first } = await token();
    for (const title of ['B', 'C']) {
      await my.send(ask(title));
      my.sandbox.admin.tapGetUpdates(my.psid);
    }
    const list = async (more = ''): Promise<{ data: object[]; paging?: { cursors: { after: string } } }> =>
      (await my.call(`/v26.0/100/notification_message_tokens?limit=2${more}`)).body as never;
    const page = await list();
    expect(page.data).toMatchObject([
      { notification_messages_token: first, recipient_id: my.psid, topic_title: 'Price drops' },
      { topic_title: 'B' },
    ]);
    const rest = await list(`&after=${page.paging!.cursors.after}`);
    expect(rest).toMatchObject({ data: [{ topic_title: 'C' }] });
    expect(rest).not.toHaveProperty('paging');
    expect(await list('&before=x')).toMatchObject({ error: { code: 100 } });
    const { now } = my.sandbox.admin.clock();
    for (const text of ['1', '2', '3']) await my.send({ text }, { notification_messages_token: first });
    const row = await my.call(`/v26.0/notification_messages_${first}`);
    expect(row.body).toMatchObject({ topic_title: 'Price drops', next_eligible_time: now + 48 * HOUR });
    const lift = (): Promise<{ status: number }> =>
      my.call('/me/notification_messages_dev_support', {
        developer_action: 'ENABLE_FOLLOWUP_MESSAGE',
        recipient: { notification_messages_token: first },
      });
    expect((await lift()).status).toBe(400);
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { has_role: true });
    expect((await my.send({ text: '4' }, { notification_messages_token: first })).status).toBe(400);
    expect((await lift()).status).toBe(200);
    expect((await my.send({ text: '4' }, { notification_messages_token: first })).status).toBe(200);
    const asked = await my.call('/me/notification_messages_dev_support', {
      developer_action: 'SEND_RE_OPTIN',
      recipient: { notification_messages_token: first },
    });
    expect(asked.body).toEqual({ success: true });
    expect(my.sandbox.admin.thread(my.psid).messages.at(-1)).toMatchObject({ pending: [{ kind: 'get_updates' }] });
    expect(my.sandbox.admin.tapGetUpdates(my.psid)).toMatchObject({ renewed: true });
  });
});
