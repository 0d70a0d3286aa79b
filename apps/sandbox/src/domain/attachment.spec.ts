import { describe, expect, it } from '@jest/globals';
import { SAVED_FOR_MS, mediaOf, readUpload, templateOf, usableAttachment } from './attachment.js';
import type { SavedAttachment } from './attachment.js';
import { peekMedia, readSend } from './read-send.js';
import { SAMPLE_NOW, samplePage } from './sample.spec-data.js';

const send = (attachment: unknown, more: object = {}) =>
  readSend({ recipient: { id: '200' }, message: { attachment, ...more } }, samplePage());
const image = (payload: unknown, more: object = {}): object => ({ type: 'image', payload, ...more });
const URL_OK = { url: 'https://shop.example/coat.png' };

describe('files in messages', () => {
  it.each(['image', 'audio', 'video', 'file'])('%s is taken by its address', (type) => {
    const read = send({ type, payload: URL_OK });
    expect(read).toMatchObject({ send: { content: { message: { attachment: { type, payload: URL_OK } } } } });
  });

  it.each([
    ['to keep', image({ ...URL_OK, is_reusable: true })],
    ['by id', image({ attachment_id: '123456789012345' })],
    ['by id as a number', image({ attachment_id: 123456789012345 })],
  ])('%s', (_, attachment) => expect(send(attachment)).toHaveProperty('send'));

  it('may have quick replies below, but no text beside', () => {
    const replies = { quick_replies: [{ content_type: 'text', title: 'Yes', payload: 'yes' }] };
    expect(send(image(URL_OK), replies)).toHaveProperty('send');
    expect(send(image(URL_OK), { text: 'Look' })).toMatchObject({ refusal: { code: 100 } });
  });

  it.each<[string, unknown, number | undefined]>([
    ['an unknown kind', { type: 'sticker', payload: URL_OK }, undefined],
    ['no payload', image(undefined), undefined],
    ['neither address nor id', image({}), undefined],
    ['both', image({ ...URL_OK, attachment_id: '1' }), undefined],
    ['unknown keys in the payload', image({ ...URL_OK, colour: 'red' }), undefined],
    ['unknown keys beside it', image(URL_OK, { colour: 'red' }), undefined],
    ['a word for is_reusable', image({ ...URL_OK, is_reusable: 'yes' }), undefined],
    ['an address of another kind', image({ url: 'ftp://shop.example/coat.png' }), 2018008],
    ['a broken address', image({ url: 'https://' }), 2018008],
    ['an object for an id', image({ attachment_id: {} }), undefined],
  ])('%s is refused with 100', (_, attachment, subcode) => {
    expect(send(attachment)).toMatchObject({ refusal: { code: 100 } });
    expect((send(attachment) as { refusal: { subcode?: number } }).refusal.subcode).toBe(subcode);
  });

  it('are told apart from templates', () => {
    const template = {
      type: 'template' as const,
      payload: { template_type: 'button' as const, text: 'x', buttons: [] },
    };
    expect([templateOf({ attachment: template }), mediaOf({ attachment: template })]).toEqual([
      template.payload,
      undefined,
    ]);
    const file = { type: 'file' as const, payload: URL_OK };
    expect([templateOf({ attachment: file }), mediaOf({ attachment: file })]).toEqual([undefined, file]);
    expect(templateOf({})).toBeUndefined();
  });

  it('are recognised before anything is checked, in forms too', () => {
    const message = { attachment: { type: 'video', payload: URL_OK } };
    expect(peekMedia({ message })).toBe('video');
    expect(peekMedia({ message: JSON.stringify(message) })).toBe('video');
    for (const other of [undefined, 'not JSON', { text: 'x' }, { attachment: { type: 'template' } }]) {
      expect(peekMedia({ message: other })).toBeUndefined();
    }
  });
});

describe('saving a file', () => {
  it('takes an address and nothing else', () => {
    expect(readUpload({ attachment: image({ ...URL_OK, is_reusable: true }) })).toEqual({
      media: { type: 'image', payload: URL_OK },
    });
    for (const message of [undefined, 'x', {}, { attachment: image({ attachment_id: '1' }) }, { attachment: {} }]) {
      expect(readUpload(message)).toMatchObject({ refusal: { code: 100 } });
    }
  });

  const saved: SavedAttachment = { id: '1', page: '100', type: 'image', url: URL_OK.url, savedAt: SAMPLE_NOW };
  const use = { page: '100', type: 'image' as const, now: SAMPLE_NOW + SAVED_FOR_MS };

  it('makes it usable for 90 days, by the same Page, as the same kind', () => {
    expect(usableAttachment(saved, use)).toBeUndefined();
    const refused = [
      usableAttachment(saved, { ...use, now: use.now + 1 }),
      usableAttachment(saved, { ...use, page: '101' }),
      usableAttachment(saved, { ...use, type: 'video' }),
      usableAttachment(undefined, use),
    ];
    for (const refusal of refused) expect(refusal).toMatchObject({ code: 100, subcode: 2018074 });
  });
});
