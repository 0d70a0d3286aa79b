import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { errors } from 'playwright-core';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { accessibilityFaults, sidewaysBy, startBrowser } from '../../../tests/support/browser.js';
import { startBot } from './bot.spec-data.js';
import type { Bot } from './bot.spec-data.js';
import { READY_MADE } from './domain/ready-made.js';
import { makeReady } from './ready-made.js';
import { until } from './sandbox-for.spec-data.js';
import { startSandbox } from './start-sandbox.js';
import type { Sandbox } from './start-sandbox.js';

/** The page in a real browser, with the sandbox alone and a small bot: everything a person can tap, type and look at. */

const IDA = READY_MADE.psid;
const WAIT_MS = 20_000;

let browser: Browser;
let sandbox: Sandbox;
let bot: Bot;
let context: BrowserContext;
let page: Page;
/** What went wrong in the page without anybody seeing it. */
let unseen: string[];

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);
afterAll(() => browser.close());

beforeEach(async () => {
  sandbox = await startSandbox({ port: 0 });
  await makeReady(sandbox.admin);
  bot = await startBot(sandbox.url);
  await sandbox.admin.setWebhook(READY_MADE.page, { url: bot.url });
  await open({ width: 1440, height: 900 });
});

afterEach(async () => {
  expect(unseen).toEqual([]);
  await context.close();
  await sandbox.close();
  await bot.close();
});

async function open(
  viewport: { width: number; height: number },
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  await context?.close();
  context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  context.setDefaultTimeout(WAIT_MS);
  page = await context.newPage();
  unseen = [];
  page.on('pageerror', (error) => unseen.push(error.message));
  await page.goto(sandbox.url);
  await phone().waitFor({ state: 'attached' });
}

const phone = (name = 'Ida'): Locator => page.getByRole('article', { name: `${name}’s phone`, includeHidden: true });
const bubble = (text: string): Locator => phone().locator('.bubble', { hasText: text });
const row = (title: string): Locator => page.locator('.exchange', { hasText: title });
const detail = (): Locator => page.getByRole('region', { name: 'One exchange' });
const tap = (name: string): Promise<void> => phone().getByRole('button', { name, exact: true }).click();

/** Waits for the phone's own words about itself. */
const notice = (words: string): Promise<void> => phone().locator('.notice', { hasText: words }).waitFor();

async function optIn(): Promise<void> {
  await page.getByRole('button', { name: 'Notify me about Red coat' }).click();
  await tap('Get Started');
  await tap('Notify Me');
  await bubble('You will hear from us once.').waitFor();
}

describe('the main story, by tapping and typing', () => {
  it('opt in, receive the alert, answer STOP; the inspector shows each step', async () => {
    await optIn();
    expect(await phone().getByText('You will be notified').isVisible()).toBe(true);
    expect((await bot.alert('The red coat is back.')).status).toBe(200);
    await bubble('The red coat is back.').waitFor();
    expect(await phone().getByText('The one alert you asked for').count()).toBe(1);
    await phone().getByRole('textbox').fill('STOP');
    await phone().getByRole('textbox').press('Enter');
    await bubble('You hear nothing more.').waitFor();

    await row('messaging_optins').first().click();
    await detail().getByText('Signature valid').waitFor();
    const shown = await detail().innerText();
    expect(shown).toContain('one_time_notif_token');
    expect(shown).toMatch(/sha256=[0-9a-f]{64}/);
    await detail().getByText('curl', { exact: true }).click();
    expect(await detail().innerText()).toContain(`curl -X POST '${bot.url}'`);

    // The token was used up: the second use is refused, and the reason is there to read.
    expect((await bot.alert('Once more')).status).toBe(400);
    await row('error 100').first().click();
    await detail().getByText('rule 15').waitFor();
    const refused = await detail().innerText();
    expect(refused).toContain('fbtrace_id');
    expect(refused).not.toContain(READY_MADE.token);
  });

  it('finds what was exchanged by words, and only that', async () => {
    await optIn();
    await bot.send(IDA, { text: 'Grüße', metadata: 'ticket:4711' });
    await page.getByRole('searchbox', { name: 'Search webhooks and calls' }).fill('ticket:4711');
    await until(async () => (await page.locator('.exchange').count()) === 2, 'the call and its echo');
    await page.getByLabel('Kind').selectOption('webhook');
    await until(async () => (await page.locator('.exchange').count()) === 1, 'the echo');
    expect(await page.locator('.exchange').innerText()).toContain('message_echoes');
  });

  it('says so when a webhook is forged', async () => {
    sandbox.admin.addDisorder({ kind: 'bad_signature' });
    await tap('Get Started');
    await row('wrongly signed').click();
    await detail().getByText('Signature forged').waitFor();
    expect(bot.refused).toBe(1);
  });
});

describe('cards, replies and reactions', () => {
  beforeEach(() => tap('Get Started'));

  it('notification messages: get updates, stop, resume', async () => {
    const payload = { template_type: 'notification_messages', title: 'New collections', payload: 'coll' };
    await bot.send(IDA, { attachment: { type: 'template', payload } });
    const told = (words: string): Promise<unknown> =>
      until(() => bot.events.some((e) => e.kind === 'optin' && JSON.stringify(e.body).includes(words)), words);
    await tap('Get updates');
    await told('NOT_REFRESHED');
    await tap('Stop updates');
    await told('STOP_NOTIFICATIONS');
    await phone().getByText('Stopped by you.').waitFor();
    await tap('Resume updates');
    await told('RESUME_NOTIFICATIONS');
    await phone().getByText('You get updates').waitFor();
  });

  it('the Page’s questions and menu, and a picture', async () => {
    const profile = {
      greeting: [{ locale: 'default', text: 'Hello {{user_first_name}}!' }],
      ice_breakers: [{ question: 'When do you open?', payload: 'OPEN' }],
      persistent_menu: [
        { locale: 'default', call_to_actions: [{ type: 'postback', title: 'My alerts', payload: 'ALERTS' }] },
      ],
    };
    const answer = await fetch(`${sandbox.url}/v26.0/me/messenger_profile`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${READY_MADE.token}` },
      body: JSON.stringify(profile),
    });
    expect(answer.status).toBe(200);
    const pressed = (payload: string): Promise<unknown> =>
      until(() => bot.events.some((e) => e.kind === 'postback' && e.body.payload === payload), payload);
    await tap('Menu of the Page');
    await tap('My alerts');
    await pressed('ALERTS');
    const { psid } = sandbox.admin.createPerson({ page: READY_MADE.page, name: 'Bo' });
    await page.getByLabel('Browsing as').selectOption(psid);
    await phone('Bo').getByText('Hello Bo!').waitFor();
    await phone('Bo').getByRole('button', { name: 'When do you open?' }).click();
    await pressed('OPEN');
    await bot.send(psid, { attachment: { type: 'image', payload: { url: `${sandbox.url}/favicon.svg` } } });
    await phone('Bo').getByRole('img', { name: 'Image favicon.svg' }).waitFor();
  });

  it('generic template, quick replies, typing, ticks, a reply and a reaction', async () => {
    const buttons = [{ type: 'postback', title: 'Cheaper?', payload: 'CHEAPER' }];
    const elements = [{ title: 'Red coat', subtitle: 'Wool', image_url: 'http://127.0.0.1:1/x.png', buttons }];
    await bot.send(IDA, { attachment: { type: 'template', payload: { template_type: 'generic', elements } } });
    await tap('Cheaper?');
    await until(() => bot.events.some((e) => e.kind === 'postback' && e.body.payload === 'CHEAPER'), 'the postback');
    const quick = [{ content_type: 'text', title: 'Opening hours', payload: 'H' }];
    await bot.send(IDA, { text: 'Anything else?', quick_replies: quick });
    await phone().getByText('sent', { exact: true }).waitFor();
    sandbox.admin.read(IDA);
    await phone().getByText('read', { exact: true }).waitFor();
    await tap('Opening hours');
    await bubble('Opening hours').waitFor();

    await bubble('Anything else?').hover();
    await page.getByRole('button', { name: 'Reply to this message' }).locator('visible=true').click();
    await page.keyboard.type('Yes!');
    await page.keyboard.press('Enter');
    await phone().locator('.quote', { hasText: 'Anything else?' }).waitFor();
    const reply = await until(
      () => bot.events.find((e) => e.kind === 'message' && e.body.text === 'Yes!'),
      'the reply',
    );
    const asked = sandbox.admin.thread(IDA).messages.find(({ text }) => text === 'Anything else?');
    expect(reply.body).toMatchObject({ reply_to: { mid: asked?.mid } });
  });
});

describe('switches', () => {
  it('offline: messages wait, unseen, what is done waits too, until the phone is on again; blocked: they are refused', async () => {
    await tap('Get Started');
    await page.getByRole('button', { name: 'Settings of Ida' }).click();
    await page.getByRole('switch', { name: 'Offline' }).click();
    await notice('Offline');
    expect((await bot.send(IDA, { text: 'Are you there?' })).status).toBe(200);
    await notice('1 message waits');
    expect(await bubble('Are you there?').count()).toBe(0);
    await page.keyboard.press('Escape');
    await phone().getByRole('textbox').fill('I am in the metro');
    await phone().getByRole('textbox').press('Enter');
    await phone().locator('.waiting', { hasText: 'I am in the metro' }).getByText('waiting to be sent').waitFor();
    expect(bot.events.filter((e) => e.kind === 'message')).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Settings of Ida' }).click();
    await page.getByRole('switch', { name: 'Offline' }).click();
    await bubble('Are you there?').waitFor();
    await until(() => bot.events.some((e) => e.kind === 'message' && e.body.text === 'I am in the metro'), 'the text');
    await until(async () => (await phone().locator('.waiting').count()) === 0, 'nothing to wait');
    await bubble('I am in the metro').waitFor();
    await page.getByLabel('State').selectOption('blocked');
    await notice('has blocked the Page');
    expect((await bot.send(IDA, { text: 'Hello?' })).body).toMatchObject({ error: { code: 551 } });
    await page.keyboard.press('Escape');
    await row('error 551').waitFor();
  });

  it('faults, people of a seed, the token and the webhook of the Page', async () => {
    await tap('Get Started');
    await page.getByRole('button', { name: 'Page settings' }).click();
    await page.getByRole('button', { name: 'Arm' }).click();
    await page.getByRole('list', { name: 'Armed trouble' }).getByText('613').waitFor();
    expect((await bot.send(IDA, { text: 'x' })).body).toMatchObject({ error: { code: 613 } });
    await page.getByLabel('The token is').selectOption('463');
    await until(async () => (await bot.send(IDA, { text: 'x' })).status === 400, 'the token to expire');
    await page.getByLabel('The token is').selectOption('live');
    await until(async () => (await bot.send(IDA, { text: 'x' })).status === 200, 'the token to be good again');
    await page.getByRole('button', { name: 'Make' }).click();
    await page.getByText('5 new people.').waitFor();
    await page.getByRole('button', { name: 'Make' }).click();
    await page.getByText('0 new people.').waitFor();
    await page.getByLabel('Webhook address').fill('http://127.0.0.1:1/nobody');
    await page.getByRole('button', { name: 'Verify and use' }).click();
    await page.getByText('could not be reached').waitFor();
    expect(sandbox.admin.overview().pages[0]?.webhook_url).toBe(bot.url);
  });

  it('trouble by chance, with the keyboard alone: how often, which, and what is on', async () => {
    await tap('Get Started');
    const setting = (): ReturnType<typeof sandbox.admin.overview>['pages'][number] =>
      sandbox.admin.overview().pages[0]!;
    const type = async (label: string, value: string): Promise<void> => {
      await page.getByLabel(label, { exact: true }).focus();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.press('Delete');
      await page.keyboard.type(value);
      await page.keyboard.press('Tab');
    };
    await page.getByRole('button', { name: 'Page settings' }).focus();
    await page.keyboard.press('Enter');
    const sheet = page.getByRole('dialog');
    await sheet.getByText('No sends meet trouble by chance.').waitFor();
    await type('Seed for sends', '7');
    await page.getByText('Which faults', { exact: false }).focus();
    await page.keyboard.press('Enter');
    const doubt = setting().fault_kinds.map(({ kind }) => kind);
    expect(doubt).toHaveLength(8);
    const labels = await sheet.getByRole('spinbutton', { name: /^sends: / }).all();
    for (const control of labels) {
      const label = (await control.getAttribute('aria-label'))!;
      await type(label, label === 'sends: refused with an error code' ? '3' : '0');
    }
    await until(() => setting().fault_kinds.length === 1, 'one kind of fault');
    await type('Share of sends, in %', '100');
    await sheet.getByText('100 % of sends, seed 7: refused with an error code 613 × 3.').waitFor();
    expect(setting()).toMatchObject({
      fault_rate: 1,
      fault_seed: 7,
      fault_kinds: [{ kind: 'error', code: 613, weight: 3 }],
    });
    expect((await bot.send(IDA, { text: 'x' })).body).toMatchObject({ error: { code: 613 } });
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByText('Which disorder').focus();
    await page.keyboard.press('Enter');
    for (const box of await sheet.getByRole('checkbox', { name: /^webhooks: / }).all()) {
      await box.focus();
      if ((await box.getAttribute('aria-label')) !== 'webhooks: comes twice') await page.keyboard.press('Space');
    }
    await until(() => setting().disorder_kinds.length === 1, 'one kind of disorder');
    await type('Share of webhooks, in %', '50');
    await sheet.getByText('50 % of webhooks, seed 1: comes twice.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('faults 100 % · disorder 50 %').waitFor();

    await page.getByRole('button', { name: 'Settings of Ida' }).click();
    await type('Share of sends, in %', '0');
    await sheet.getByText('No sends meet trouble by chance.').waitFor();
    expect((await bot.send(IDA, { text: 'y' })).status).toBe(200);
    await type('Share of sends, in %', '');
    await sheet.getByText('100 % of sends').waitFor();
    await until(() => sandbox.admin.overview().people[0]!.fault_rate === null, 'the person to be as the Page says');
  });

  it('events are gathered for one webhook', async () => {
    await page.getByRole('button', { name: 'Page settings' }).click();
    await page.getByLabel('Gather events for one webhook, in ms').fill('2000');
    await page.keyboard.press('Tab');
    await until(() => sandbox.admin.overview().pages[0]!.webhook_batch_ms === 2000, 'the switch');
    await page.keyboard.press('Escape');
    await tap('Get Started');
    await until(() => sandbox.admin.overview().people[0]!.started, 'the thread to begin');
    sandbox.admin.say(IDA, { text: 'and another thing' });
    await row('2 events').first().waitFor();
  });

  it('the clock stops, moves, is set, and goes back', async () => {
    await page.locator('#clock-button').click();
    const button = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    const clock = (): ReturnType<Sandbox['admin']['clock']> => sandbox.admin.clock();
    await button('Stop the clock');
    await until(() => clock().frozen, 'the clock to stop');
    const before = clock().now;
    await button('+24 h');
    await until(() => clock().now === before + 86_400_000, 'a day');
    await page.getByLabel('How far').fill('90');
    await button('Move');
    await until(() => clock().now === before + 86_400_000 + 5_400_000, 'ninety minutes');
    await page.getByLabel('Day and time').fill('2030-05-01T12:00:00');
    await button('Set');
    await until(() => new Date(clock().now).getFullYear() === 2030, 'the year 2030');
    await button('Real time');
    await until(() => !clock().frozen && Math.abs(clock().offset_ms) < 2000, 'real time');
  });
});

describe('with the keyboard alone', () => {
  const focused = (): Promise<string> =>
    page
      .evaluate(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`)
      .then(String);
  const pressUntil = (key: string, name: string): Promise<unknown> =>
    until(async () => {
      await page.keyboard.press(key);
      return (await focused()).trim() === name;
    }, `${key} to lead to "${name}"`);

  it('search, opt in, react, reply, write, look into the inspector', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('ida');
    await page.locator('#found button').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until(async () => (await focused()).startsWith('Messages between Ida'), 'the focus in the thread');
    await pressUntil('Tab', 'Get Started');
    await page.keyboard.press('Enter');
    await phone().getByRole('button', { name: 'Notify Me' }).waitFor();
    await phone().getByRole('log').focus();
    await pressUntil('Tab', 'Notify Me');
    await page.keyboard.press('Enter');
    await bubble('You will hear from us once.').waitFor();

    await phone().getByRole('log').focus();
    await page.keyboard.press('ArrowUp');
    await pressUntil('Tab', 'React with love');
    await page.keyboard.press('Enter');
    await until(() => bot.events.some((e) => e.kind === 'reaction' && e.body.reaction === 'love'), 'the reaction');
    await phone().getByRole('img', { name: 'You: love' }).waitFor();

    await pressUntil('Tab', 'Message from Ida');
    await page.keyboard.type('STOP');
    await page.keyboard.press('Enter');
    await bubble('You hear nothing more.').waitFor();

    await page.locator('#traffic-outcome').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await detail().waitFor();
    await until(async () => (await focused()) !== '', 'the focus in the detail');
    await pressUntil('Tab', 'Close');
    await page.keyboard.press('Enter');
    await detail().waitFor({ state: 'hidden' });
  });
});

describe('on every screen', () => {
  it('360 px wide: nothing scrolls sideways, in no part and no sheet', async () => {
    await optIn();
    await open({ width: 360, height: 740 });
    const wide: Record<string, number> = { phones: await sidewaysBy(page) };
    for (const part of ['Shop', 'Inspector']) {
      await page.getByRole('button', { name: part, exact: true }).click();
      if (part === 'Inspector') {
        await row('messaging_optins').first().click();
        await detail().waitFor();
      }
      wide[part] = await sidewaysBy(page);
    }
    await page.getByRole('button', { name: 'Page settings' }).click();
    wide.sheet = await sidewaysBy(page);
    expect(wide).toEqual({ phones: 0, Shop: 0, Inspector: 0, sheet: 0 });
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Phones', exact: true }).click();
    expect(await bubble('You will hear from us once.').isVisible()).toBe(true);
    await phone().getByRole('textbox').fill('STOP');
    await phone().getByRole('textbox').press('Enter');
    await bubble('You hear nothing more.').waitFor();
  });

  it.each(['light', 'dark'] as const)('%s: axe finds nothing', async (scheme) => {
    await open({ width: 1440, height: 900 }, scheme);
    await optIn();
    await row('messaging_optins').first().click();
    await detail().getByText('Signature valid').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Settings of Ida' }).click();
    await page.getByRole('switch', { name: 'Muted' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe('without reload', () => {
  it('new Pages and people appear, and a stream that broke comes back', async () => {
    sandbox.admin.createPerson({ page: READY_MADE.page, name: 'Bo' });
    await page
      .getByRole('article', { name: 'Bo’s phone' })
      .or(page.getByRole('button', { name: 'Bo', exact: true }))
      .waitFor();
    await context.setOffline(true);
    sandbox.admin.tapGetStarted(IDA);
    expect(
      await phone()
        .getByRole('button', { name: 'Notify Me' })
        .waitFor({ timeout: 300 })
        .catch((e: unknown) => e),
    ).toBeInstanceOf(errors.TimeoutError);
    await context.setOffline(false);
    await phone().getByRole('button', { name: 'Notify Me' }).waitFor();
  });
});
