import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { READY_MADE } from './domain/ready-made.js';
import { connectWebhook, makeReady, readyMadeText } from './ready-made.js';
import { until } from './sandbox-for.spec-data.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';
import { startReceiver } from './webhook-receiver.spec-data.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 });
  await makeReady(sandbox.admin);
});
afterEach(() => sandbox.close());

it('has a Page, a person and a product from the start, with the printed token; a second time changes nothing', async () => {
  sandbox.admin.tapGetStarted(READY_MADE.psid);
  await makeReady(sandbox.admin);
  const { pages, people, products } = sandbox.admin.overview();
  expect([pages.length, people.length, products.length]).toEqual([1, 1, 1]);
  expect(people[0]?.started).toBe(true);
  const text = readyMadeText(sandbox.url, undefined);
  for (const value of [READY_MADE.token, READY_MADE.app_secret, READY_MADE.verify_token]) expect(text).toContain(value);
  const answer = await fetch(`${sandbox.url}/v26.0/me/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${READY_MADE.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ recipient: { id: READY_MADE.psid }, message: { text: 'Hello' } }),
  });
  expect(answer.status).toBe(200);
});

it('shows the values of this Page and of no other, nor when they were changed', async () => {
  const page = { page: '101', name: 'Real', token: 't', app_id: '1', app_secret: 's', verify_token: 'v' };
  await sandbox.admin.createPage(page);
  expect(sandbox.admin.overview().pages.map(({ known_values: known }) => known?.token)).toEqual([
    READY_MADE.token,
    undefined,
  ]);
  sandbox.admin.setToken(READY_MADE.page, { token: 'my own' });
  expect(sandbox.admin.overview().pages[0]?.known_values).toBeNull();
});

it('rule 40: waits for a bot that starts later than the sandbox', async () => {
  const early = await startReceiver(READY_MADE.verify_token);
  await early.close();
  const told: string[] = [];
  const ending = new AbortController();
  const connecting = connectWebhook(sandbox.admin, early.url, (fault) => told.push(fault), ending.signal);
  await until(() => told.length === 1, 'the first word');
  expect(told[0]).toContain('could not be reached');
  const late = await startReceiver(READY_MADE.verify_token, Number(new URL(early.url).port));
  await connecting;
  expect(sandbox.admin.overview().pages[0]?.webhook_url).toBe(early.url);
  await late.close();
});
