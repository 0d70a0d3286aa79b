import { describe, expect, it } from '@jest/globals';
import { readSend } from './read-send.js';
import { rule31OneRecipient } from './rules-payload.js';
import { samplePage } from './sample.spec-data.js';

function refusalOf(params: Record<string, unknown>): object | undefined {
  const read = readSend({ recipient: { id: '200' }, ...params }, samplePage());
  return 'refusal' in read ? read.refusal : undefined;
}
const refusalOfMessage = (message: unknown): object | undefined => refusalOf({ message });
const generic = (elements: unknown, more: object = {}): object => ({
  attachment: { type: 'template', payload: { template_type: 'generic', elements, ...more } },
});
const buttons = (payload: object): object => ({
  attachment: { type: 'template', payload: { template_type: 'button', ...payload } },
});
const link = { type: 'web_url', title: 'Buy', url: 'https://shop.example/p' };
const card = { title: 'Coat', subtitle: 'Back in M', buttons: [link] };
const reply = { content_type: 'text', title: 'Yes', payload: 'y' };

describe('rule 28: text', () => {
  it.each([
    ['1,999 characters', 'x'.repeat(1999)],
    ['1,999 emoji', '😀'.repeat(1999)],
    ['one', 'x'],
  ])('takes %s', (_, text) => expect(refusalOfMessage({ text })).toBeUndefined());

  it('refuses 2,000', () =>
    expect(refusalOfMessage({ text: 'x'.repeat(2000) })).toMatchObject({ rule: 28, code: 100 }));
  it('refuses nothing at all with its own subcode', () => {
    const empty = { rule: 28, code: 100, subcode: 2018034 };
    for (const message of [{ text: '' }, {}, { metadata: 'm' }]) expect(refusalOfMessage(message)).toMatchObject(empty);
    expect(refusalOf({})).toMatchObject(empty);
  });
  it.each([7, null, {}])('refuses %j for text', (text) => {
    expect(refusalOfMessage({ text })).toMatchObject({ rule: 28, code: 100 });
  });
  it.each([null, 7, 'words', []])('refuses %j for a message', (message) => {
    expect(refusalOfMessage(message)).toMatchObject({ rule: 28, code: 100 });
  });
});

describe('rule 29: templates, buttons, quick replies, metadata', () => {
  it.each<[string, object]>([
    ['10 cards', generic(Array.from({ length: 10 }, () => card))],
    ['title and subtitle of 80', generic([{ title: 'x'.repeat(80), subtitle: 'y'.repeat(80) }])],
    ['3 buttons', generic([{ ...card, buttons: [link, link, link] }])],
    [
      'a default action',
      generic([{ title: 'Coat', default_action: { type: 'web_url', url: 'https://shop.example' } }]),
    ],
    [
      'square pictures',
      generic([{ title: 'Coat', image_url: 'https://shop.example/1.png' }], { image_aspect_ratio: 'square' }),
    ],
    ['button text of 640', buttons({ text: 'x'.repeat(640), buttons: [link] })],
    [
      'a postback payload of 1,000',
      buttons({ text: 'x', buttons: [{ type: 'postback', title: 'P', payload: 'x'.repeat(1000) }] }),
    ],
    ['13 quick replies', { text: 'x', quick_replies: Array.from({ length: 13 }, () => reply) }],
    ['a quick-reply title of 20', { text: 'x', quick_replies: [{ ...reply, title: 'x'.repeat(20) }] }],
    ['metadata of 999', { text: 'x', metadata: 'x'.repeat(999) }],
  ])('takes %s', (_, message) => expect(refusalOfMessage(message)).toBeUndefined());

  it.each<[string, object]>([
    ['11 cards', generic(Array.from({ length: 11 }, () => card))],
    ['no card', generic([])],
    ['cards that are no list', generic({ title: 'x' })],
    ['a card that is no object', generic(['x'])],
    ['a title of 81', generic([{ ...card, title: 'x'.repeat(81) }])],
    ['a subtitle of 81', generic([{ ...card, subtitle: 'x'.repeat(81) }])],
    ['a title only', generic([{ title: 'Coat' }])],
    ['no title', generic([{ subtitle: 'x' }])],
    ['4 buttons', generic([{ ...card, buttons: [link, link, link, link] }])],
    ['no button where buttons stand', generic([{ ...card, buttons: [] }])],
    ['a picture that is no address', generic([{ title: 'Coat', image_url: 'coat.png' }])],
    ['a default action that is no link', generic([{ title: 'Coat', default_action: { type: 'postback' } }])],
    ['an odd aspect ratio', generic([card], { image_aspect_ratio: 'tall' })],
    ['button text of 641', buttons({ text: 'x'.repeat(641), buttons: [link] })],
    ['a button template without buttons', buttons({ text: 'x' })],
    ['a link button without link', buttons({ text: 'x', buttons: [{ type: 'web_url', title: 'Buy' }] })],
    ['a postback without payload', buttons({ text: 'x', buttons: [{ type: 'postback', title: 'P' }] })],
    [
      'a postback payload of 1,001',
      buttons({ text: 'x', buttons: [{ type: 'postback', title: 'P', payload: 'x'.repeat(1001) }] }),
    ],
    ['an unknown button', buttons({ text: 'x', buttons: [{ type: 'magic', title: 'P', payload: 'x' }] })],
    ['14 quick replies', { text: 'x', quick_replies: Array.from({ length: 14 }, () => reply) }],
    ['a quick-reply title of 21', { text: 'x', quick_replies: [{ ...reply, title: 'x'.repeat(21) }] }],
    ['a quick-reply payload of 1,001', { text: 'x', quick_replies: [{ ...reply, payload: 'x'.repeat(1001) }] }],
    ['metadata of 1,000', { text: 'x', metadata: 'x'.repeat(1000) }],
    ['metadata that is no string', { text: 'x', metadata: { id: 1 } }],
    ['an unknown template', { attachment: { type: 'template', payload: { template_type: 'magic' } } }],
    ['an unknown attachment', { attachment: { type: 'hologram', payload: {} } }],
  ])('refuses %s', (_, message) => expect(refusalOfMessage(message)).toMatchObject({ rule: 29, code: 100 }));
});

describe('rule 30: keys', () => {
  it('names unknown keys in message', () => {
    expect(refusalOfMessage({ text: 'x', notification_type: 'NO_PUSH' })).toMatchObject({
      rule: 30,
      code: 100,
      message: 'Invalid keys "notification_type" were found in param "message".',
    });
  });
  it('takes notification_type at top level, where it belongs', () => {
    expect(refusalOf({ message: { text: 'x' }, notification_type: 'NO_PUSH' })).toBeUndefined();
    expect(refusalOf({ message: { text: 'x' }, notification_type: 'LOUD' })).toMatchObject({ code: 100 });
  });
  it('keeps sender_action alone', () => {
    expect(refusalOf({ sender_action: 'typing_on' })).toBeUndefined();
    expect(refusalOf({ sender_action: 'dance' })).toMatchObject({ rule: 30, code: 100 });
    expect(refusalOf({ sender_action: 'typing_on', message: { text: 'x' } })).toMatchObject({
      rule: 30,
      subcode: 2018014,
    });
  });
  it('refuses text beside an attachment', () => {
    expect(refusalOfMessage({ text: 'x', ...generic([card]) })).toMatchObject({ rule: 30, code: 100 });
  });
});

describe('rule 31: one recipient', () => {
  it.each([{ id: '200' }, { one_time_notif_token: 't' }])('takes %j', (recipient) => {
    expect(rule31OneRecipient(recipient)).toBeUndefined();
  });
  it.each([undefined, null, {}, 'x', [], { id: '200', one_time_notif_token: 't' }, { name: 'Ida' }])(
    'refuses %j',
    (recipient) => {
      expect(refusalOf({ recipient, message: { text: 'x' } })).toMatchObject({ rule: 31, code: 100 });
    },
  );
  it.each([{ user_ref: 'u' }, { id: { odd: 1 } }, { id: null }])('does not serve %j', (recipient) => {
    expect(refusalOf({ recipient, message: { text: 'x' } })).toMatchObject({ rule: 31, code: 100 });
  });
  it('reads recipient and message from JSON in strings, as forms carry them', () => {
    expect(refusalOf({ recipient: '{"id":"200"}', message: '{"text":"x"}' })).toBeUndefined();
    expect(refusalOf({ recipient: '{"id"', message: '{"text":"x"}' })).toMatchObject({ rule: 31, code: 100 });
  });
});
