import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oneTimeRequest, startSandboxForSpec, until } from './sandbox-for.spec-data.js';
import type { SandboxForSpec } from './sandbox-for.spec-data.js';
import { startSandbox } from './start-sandbox.js';

/** A phone that is offline keeps what its owner does, and sends it when it is on again. */

let my: SandboxForSpec;

beforeEach(async () => {
  my = await startSandboxForSpec();
  await my.event((e) => e.kind === 'postback', 'Get Started');
});

afterEach(() => my.close());

const offline = (on: boolean, psid = my.psid): unknown => my.sandbox.admin.changePerson(psid, { offline: on });
const waiting = (psid = my.psid): string[] =>
  my.sandbox.admin.thread(psid).waiting.map(({ kind, words }) => `${kind}: ${words}`);
const kinds = (): string[] => my.receiver.events().map(({ kind }) => kind);
/** Sends a webhook of another person, after which everything earlier would be there. */
async function settled(): Promise<void> {
  const { psid } = my.sandbox.admin.createPerson({ page: '100', name: 'Bo' });
  my.sandbox.admin.tapGetStarted(psid);
  await my.event((e) => e.psid === psid, 'another person’s event');
}

describe('an offline phone', () => {
  it('sends in order what was done on it, with the time when it is on again', async () => {
    const { admin } = my.sandbox;
    const button = { type: 'postback', title: 'Sizes', payload: 'sizes' };
    const template = { template_type: 'button', text: 'The coat', buttons: [button] };
    const shown = await my.send({ attachment: { type: 'template', payload: template } });
    await my.send(oneTimeRequest());
    admin.clock({ frozen: true });
    admin.clock({ advance_ms: 1000 });
    offline(true);
    const wentOff = admin.clock().now;
    const said = admin.say(my.psid, { text: 'In the metro' });
    expect(admin.press(my.psid, { title: 'Sizes' })).toMatchObject({ kind: 'postback' });
    expect(admin.tapNotifyMe(my.psid)).toMatchObject({ emitted: false });
    admin.react(my.psid, { mid: shown.body.message_id as string, reaction: 'love' });
    expect(admin.clickLink(my.psid, { ref: 'coat' })).toEqual({ outcome: 'waiting_for_network' });
    const deeds = ['write: In the metro', 'postback: Sizes', 'notify_me: Notify Me', 'react: Reaction: love'];
    expect(waiting()).toEqual([...deeds, 'link: The “notify me” link']);
    expect(admin.thread(my.psid).waiting.map(({ at }) => at)).toEqual(Array(5).fill(wentOff));
    await settled();
    const before = kinds().length;
    expect(kinds()).not.toContain('message');

    admin.clock({ advance_ms: 3_600_000 });
    offline(false);
    await my.event((e) => e.kind === 'referral', 'the last deed');
    expect(kinds().slice(before)).toEqual(['message', 'postback', 'optin', 'reaction', 'referral']);
    for (const { timestamp } of my.receiver.events().slice(before)) expect(timestamp).toBe(wentOff + 3_600_000);
    expect(waiting()).toEqual([]);
    const { messages } = admin.thread(my.psid);
    expect(messages.find(({ mid }) => mid === said.mid)).toMatchObject({
      text: 'In the metro',
      at: wentOff + 3_600_000,
    });
    const optin = await my.event((e) => e.kind === 'optin', 'the opt-in');
    const { one_time_notif_token } = optin.body as { one_time_notif_token: string };
    expect((await my.send({ text: 'It is back' }, { one_time_notif_token })).status).toBe(200);
  });

  it('opens the window only when it is on again', async () => {
    my.sandbox.admin.clock({ advance_ms: 25 * 3_600_000 });
    offline(true);
    my.sandbox.admin.say(my.psid, { text: 'Hello?' });
    expect((await my.text('x')).body.error).toMatchObject({ code: 10, error_subcode: 2018278 });
    offline(false);
    expect((await my.text('x')).status).toBe(200);
  });

  it('begins a thread, and knows nothing of what has not reached it', async () => {
    const { admin } = my.sandbox;
    const { psid } = admin.createPerson({ page: '100', name: 'Bo' });
    offline(true, psid);
    admin.clickLink(psid, { ref: 'coat' });
    expect(admin.tapGetStarted(psid)).toMatchObject({ ref: 'coat' });
    expect(() => admin.tapGetStarted(psid)).toThrow('already tapped Get Started');
    admin.say(psid, { text: 'Hi' });
    expect(admin.thread(psid)).toMatchObject({ person: { started: false }, messages: [] });
    offline(false, psid);
    await my.event((e) => e.psid === psid && e.kind === 'message', 'the message');
    const theirs = my.receiver.events().filter((e) => e.psid === psid);
    expect(theirs.map(({ kind }) => kind)).toEqual(['postback', 'message']);
    expect(theirs[0]!.body).toMatchObject({ referral: { ref: 'coat' } });

    offline(true);
    await my.send({ text: 'Which?', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'red' }] });
    await my.send(oneTimeRequest());
    expect(() => admin.press(my.psid, { title: 'Red' })).toThrow('No button');
    expect(() => admin.tapNotifyMe(my.psid)).toThrow('no Notify Me card');
    offline(false);
    expect(admin.tapNotifyMe(my.psid)).toMatchObject({ emitted: true });
  });

  it('shows a card once tapped as tapped, and takes a second tap for one', async () => {
    await my.send(oneTimeRequest());
    const card = (): string[] =>
      my.sandbox.admin
        .thread(my.psid)
        .messages.at(-1)!
        .pending.map(({ kind }) => kind);
    my.sandbox.admin.clock({ advance_ms: 1 });
    offline(true);
    expect(card()).toEqual(['notify_me']);
    my.sandbox.admin.tapNotifyMe(my.psid);
    expect(card()).toEqual([]);
    my.sandbox.admin.tapNotifyMe(my.psid);
    offline(false);
    my.sandbox.admin.say(my.psid, { text: 'marker' });
    await my.event((e) => e.kind === 'message', 'the marker');
    expect(kinds().filter((kind) => kind === 'optin')).toHaveLength(1);
  });

  it('over HTTP: a deed is accepted, the thread tells what waits, a reset forgets it', async () => {
    await my.adminCall('PATCH', `/admin/people/${my.psid}`, { offline: true });
    const said = await my.adminCall('POST', `/admin/people/${my.psid}/say`, { text: 'later' });
    expect(said).toMatchObject({ status: 200, body: { mid: expect.any(String) } });
    const thread = await my.adminCall('GET', `/admin/people/${my.psid}/thread`);
    expect(thread.body).toMatchObject({ waiting: [{ kind: 'write', words: 'later' }] });
    my.sandbox.admin.reset();
    await my.page();
    my.sandbox.admin.createPerson({ page: '100', name: 'Ida', psid: my.psid });
    expect(waiting()).toEqual([]);
    my.sandbox.admin.tapGetStarted(my.psid);
    await until(() => kinds().filter((kind) => kind === 'postback').length === 2, 'the other Get Started');
    expect(kinds()).not.toContain('message');
  });

  it('keeps it over a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-offline-'));
    const stateFile = join(folder, 'state.json');
    try {
      const first = await startSandbox({ port: 0, stateFile });
      await first.admin.createPage({ page: '1', name: 'A', token: 't', app_id: '2', app_secret: 's' });
      const { psid } = first.admin.createPerson({ page: '1', name: 'Ida' });
      first.admin.changePerson(psid, { offline: true });
      first.admin.tapGetStarted(psid);
      await first.close();
      const second = await startSandbox({ port: 0, stateFile });
      expect(second.admin.thread(psid).waiting).toMatchObject([{ kind: 'begin', words: 'Get Started' }]);
      second.admin.changePerson(psid, { offline: false });
      expect(second.admin.thread(psid)).toMatchObject({ person: { started: true }, waiting: [] });
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
