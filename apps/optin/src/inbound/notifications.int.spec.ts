import { beforeAll, expect, it } from '@jest/globals';
import { exampleSettings, messagesRequested, shoppers, subscriptions } from '@beckon/contracts';
import type { RequestedMessage, Shopper, Subscription } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { until } from '../../../../tests/support/real-servers.js';
import { ADMIN_TOKEN, from, hook, startOptin } from '../../tests/bed.js';
import type { TestBed } from '../../tests/bed.js';

const KEY = Buffer.alloc(32, 5).toString('base64');
const sealer = Sealer.fromKeys(`k1:${KEY}`);

let bed: TestBed;
let said: () => RequestedMessage[];
let people: () => Shopper[];
let subs: () => Subscription[];
beforeAll(async () => {
  const pages = exampleSettings.pages.map((page) => ({ ...page, notification_messages: true }));
  bed = await startOptin({ SEAL_KEYS: `k1:${KEY}` }, { pages });
  [said, people, subs] = await Promise.all([
    bed.published(messagesRequested),
    bed.published(shoppers),
    bed.published(subscriptions),
  ]);
});

const send = async (...events: object[]): Promise<void> =>
  expect((await bed.webhook(hook(...events))).status).toBe(200);
const newest = (): Shopper | undefined => [...people()].sort((a, b) => b.rev - a.rev)[0];
const states = (): Record<string, string> =>
  Object.fromEntries([...subs()].sort((a, b) => a.rev - b.rev).map((s) => [s.sub_id, `${s.state} ${s.mode}`]));

it('a Page that may send notification messages asks for these; stop and resume in Messenger end and begin', async () => {
  const made = await fetch(`${bed.url}/v1/shops/aurora/links`, {
    method: 'POST',
    body: JSON.stringify({ sku: 'red-coat-m', kind: 'back_in_stock' }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_TOKEN}` },
  });
  const { ref } = (await made.json()) as { ref: string };
  await send(from('701', { referral: { ref } }, 9000));
  const card = await until('the request', () => said()[0]?.body as { attachment: { payload: Record<string, string> } });
  const { title, payload, template_type } = card.attachment.payload;
  expect([template_type, title]).toEqual(['notification_messages', 'Tell you each time Red coat, Size M is back?']);

  const optin = (more: object, ago: number): object =>
    from(
      '701',
      { optin: { type: 'notification_messages', title, payload, notification_messages_token: 'RN_1', ...more } },
      ago,
    );
  const expiry = Math.floor(Date.now() / 1000) + 90 * 86_400;
  await send(optin({ token_expiry_timestamp: expiry, user_token_status: 'NOT_REFRESHED' }, 8000));
  const on = await until('the right', () => newest()?.grants[0]);
  expect(on).toMatchObject({ kind: 'notification', expires_at: expiry * 1000 });
  expect(sealer.open(on.token_sealed)).toBe('RN_1');
  await until('the subscription', () => Object.values(states()).join() === 'active recurring');

  await send(optin({ notification_messages_status: 'STOP NOTIFICATIONS' }, 7000));
  await until('no right', () => newest()?.grants.length === 0);
  await until('the end', () => Object.values(states()).join() === 'ended recurring');
  await send(optin({ notification_messages_status: 'RESUME_NOTIFICATIONS', token_expiry_timestamp: expiry }, 6000));
  const again = await until('the right again', () => newest()?.grants[0]);
  expect(again).toMatchObject({ grant_id: on.grant_id, kind: 'notification' });
  expect(newest()?.ended_subs).toEqual([]);
  await until('the subscription again', () => Object.values(states()).join() === 'active recurring');

  // A second stop is another event than the first, and the same one again is not.
  const stop = optin({ notification_messages_status: 'STOP NOTIFICATIONS' }, 5000);
  await send(stop, stop);
  await until('no right again', () => newest()?.grants.length === 0);
  await until('the end again', () => Object.values(states()).join() === 'ended recurring');
  const [row] = await bed.dataSource.query(
    'SELECT token_stops, consents FROM shoppers JOIN subscriptions USING (shopper_id)',
  );
  expect(JSON.stringify(row)).not.toContain('RN_1');
});
