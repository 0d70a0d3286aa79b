/**
 * The whole of Beckon as a shopper holds it in the hand: a real browser on the sandbox's page, everything else the real
 * processes. Nothing here calls the sandbox's admin API to act: what is tapped and typed is tapped and typed.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { Beckon } from '../support/beckon.js';
import { startBrowser } from '../support/browser.js';

let beckon: Beckon;
let browser: Browser;
beforeAll(async () => {
  [beckon, browser] = await Promise.all([Beckon.start(), startBrowser()]);
}, 120_000);
afterAll(() => browser?.close());

const eur = (amount: number): { amount: number; currency: string } => ({ amount, currency: 'EUR' });

it('opt in by tapping, a stock event on Kafka, the alert is on the phone; STOP is typed and confirmed', async () => {
  const psid = await beckon.person('Ada');
  await beckon.offer({ sku: 'red-m', units: 0, price: eur(12900) }, 'snapshot');
  await beckon.product('red-m', 'back_in_stock', 'Red coat');
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  await page.goto(beckon.url('sandbox'));
  const phone = page.getByRole('article', { name: 'Ada’s phone' });
  const bubble = (text: string | RegExp) => phone.locator('.message.page .bubble', { hasText: text });

  await page.getByRole('button', { name: 'Notify me about Red coat' }).click();
  await phone.getByRole('button', { name: 'Get Started' }).click();
  await phone.getByRole('button', { name: 'Notify Me' }).click();
  await phone.getByText('You will be notified').waitFor();
  await bubble(/when Red coat is back/).waitFor();

  await beckon.offer({ sku: 'red-m', units: 3, price: eur(12900) });
  await bubble(/Good news: Red coat/).waitFor();
  expect(await beckon.alerts(psid)).toHaveLength(1);

  const before = await phone.locator('.message.page').count();
  await phone.getByRole('textbox').fill('STOP');
  await phone.getByRole('textbox').press('Enter');
  await phone.locator('.message.page').nth(before).waitFor();
  expect(await phone.locator('.message.page').last().innerText()).toMatch(/stop|no more|nothing more|not .*message/i);

  // The inspector beside the phone shows what left for the bot, with a signature that holds.
  await page.locator('.exchange.webhook', { has: page.getByText('STOP', { exact: true }) }).click();
  await page.getByRole('region', { name: 'One exchange' }).getByText('Signature valid').waitFor();
  await context.close();
}, 120_000);
