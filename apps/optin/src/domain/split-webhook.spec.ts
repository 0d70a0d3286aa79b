import { messengerEvents } from '@beckon/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutEvents } from './cut-events.js';
import { parseLogged, splitWebhook, toLogged } from './split-webhook.js';
import type { LoggableEvent } from './split-webhook.js';

const AT = 1_790_000_000_000;
const split = (body: string): ReturnType<typeof splitWebhook> => splitWebhook(Buffer.from(body), AT);
const only = (body: string): LoggableEvent => {
  const { events, unreadable } = split(body);
  expect([events.length, unreadable]).toEqual([1, 0]);
  return events[0]!;
};
const around = (event: string, list = 'messaging'): string =>
  `{"object":"page","entry":[{"id":"100","time":${AT - 5},"${list}":[${event}]}]}`;
const PERSON = '"sender":{"id":"200"},"recipient":{"id":"100"}';

describe('what is stored is the platform’s own text', () => {
  it.each([
    ['escapes, in its own spelling', `{${PERSON},"message":{"mid":"m","text":"\\u00e4\\ud83d\\ude00 a\\/b \\"x\\\\"}}`],
    ['an id of twenty digits', `{${PERSON},"message":{"mid":"m","app_id":12345678901234567890}}`],
    ['a number with an exponent and one with zeros', `{${PERSON},"message":{"mid":"m","x":[1e400,-0,1.500]}}`],
    ['names that come twice', `{${PERSON},"message":{"mid":"m","text":"a","text":"b"}}`],
    ['names of the language’s own', `{${PERSON},"message":{"mid":"m","__proto__":{"a":1}}}`],
    ['spaces and line ends', `{ ${PERSON} ,\r\n\t"message" : {"mid":"m" } }`],
    ['signs of JSON inside text', `{${PERSON},"message":{"mid":"m","text":"}],{\\"entry\\":[\\\\"}}`],
    ['characters beyond ASCII', `{${PERSON},"message":{"mid":"m","text":"é 漢 😀"}}`],
  ])('%s', (_, event) => {
    const value = toLogged(only(around(` ${event} `))).toString('utf8');
    expect(value).toBe(
      `{"page":"100","psid":"200","event":${event},"standby":false,"received_at":${AT},"entry_time":${AT - 5}}`,
    );
    expect(messengerEvents.schema.safeParse(JSON.parse(value)).success).toBe(true);
  });

  it('bytes that are no UTF-8 too: the reader puts them aside, the log does not change them', () => {
    const [before, after] = around(`{${PERSON},"message":{"mid":"m","text":"\u0001"}}`).split('\u0001');
    const body = Buffer.concat([Buffer.from(before!), Buffer.from([0xff, 0xfe]), Buffer.from(after!)]);
    const [event] = splitWebhook(body, AT).events;
    expect(toLogged(event!).includes(Buffer.from([0x22, 0xff, 0xfe, 0x22]))).toBe(true);
  });

  it('an event nested a hundred thousand deep', () => {
    const deep = `{${PERSON},"message":{"mid":"m","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    expect(only(around(deep)).text.toString()).toBe(deep);
  });
});

describe('which events a body holds', () => {
  it('every item of every list of every entry, also where a name comes twice', () => {
    const item = (mid: string): string => `{${PERSON},"message":{"mid":"${mid}"}}`;
    const body = `{"entry":[{"messaging":[${item('a')},${item('b')}],"id":"100","standby":[${item('c')}]},
      {"id":"100","changes":[{"field":"feed","value":{"x":1}}],"messaging":[${item('d')}]}],
      "object":"page","entry":[{"id":"100","time":1,"messaging":[],"messaging":[${item('e')}]}]}`;
    const { events } = split(body);
    expect(events.map(({ key }) => key.split(':').slice(0, 2).join(':'))).toEqual([
      'message:a',
      'message:b',
      'message:c',
      expect.stringMatching(/^change:[0-9a-f]{40}$/),
      'message:d',
      'message:e',
    ]);
    expect(events.map(({ head }) => head.standby)).toEqual([false, false, true, false, false, false]);
    expect(events[3]!.head).toMatchObject({ page: '100', psid: '', change: true });
  });

  it.each([
    ['an entry whose id is a number longer than a double', '12345678901234567', '12345678901234567'],
    ['an entry whose id is escaped', '"\\u0031\\u0030"', '10'],
    ['an entry whose id is no id', '{"a":1}', ''],
  ])('%s', (_, id, page) => {
    expect(only(`{"entry":[{"id":${id},"changes":[{"field":"x"}]}]}`).head.page).toBe(page);
  });

  it.each<[string, string, number]>([
    ['nothing', '', 1],
    ['no JSON', '{"entry":', 1],
    ['a text without end', '{"entry":[{"id":"1', 1],
    ['something behind it', `${around(`{${PERSON}}`)} {}`, 1],
    ['a list', '[1,2]', 1],
    ['another object', '{"object":"instagram","entry":[]}', 0],
    ['entries that are none', '{"entry":[7,"x",null,[]]}', 4],
    ['events that are none', '{"entry":[{"id":"1","messaging":[1,"x",null,[]]}]}', 4],
    ['a list that is none', '{"entry":[{"id":"1","messaging":{},"standby":null,"changes":7}]}', 3],
    ['an event that is no JSON', around('{"sender":{]}'), 1],
    ['brackets that close too often', '{"entry":]}', 1],
  ])('%s: none, counted', (_, body, unreadable) => expect(split(body)).toEqual({ events: [], unreadable }));

  it('agrees with a parser on every body', () => {
    const list = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 4 });
    const entry = fc.record(
      { id: fc.string(), time: fc.nat(), messaging: list, standby: list, changes: list, more: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(entry), fc.nat(3), (entries, indent) => {
        const body = Buffer.from(JSON.stringify({ object: 'page', entry: entries }, null, indent));
        const cut = cutEvents(body).events.map(({ list: name, from, to }) => [
          name,
          JSON.parse(body.toString('utf8', from, to)),
        ]);
        const parsed = (JSON.parse(body.toString()) as { entry: Record<string, unknown[]>[] }).entry.flatMap((e) =>
          Object.keys(e).flatMap((name) =>
            ['messaging', 'standby', 'changes'].includes(name) ? e[name]!.map((item) => [name, item]) : [],
          ),
        );
        expect(cut).toEqual(parsed);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      ' ',
      '"entry"',
      '"messaging"',
      '"id"',
      '1',
      'x',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => void split(parts.join(''))),
      { numRuns: 2000 },
    );
  });
});

describe('reading what was logged', () => {
  it.each<[string, string, string]>([
    ['a message', 'messaging', `{${PERSON},"timestamp":${AT},"message":{"mid":"m","text":"x"}}`],
    ['one in standby', 'standby', `{${PERSON},"timestamp":${AT},"message":{"mid":"m","text":"x"}}`],
    ['an event without a time of its own', 'messaging', `{${PERSON},"postback":{"payload":"p"}}`],
    ['a change', 'changes', '{"field":"feed","value":{"item":"post"}}'],
  ])('gives the event that came in, with the same key: %s', (_, list, text) => {
    const event = only(around(text, list));
    const read = parseLogged(messengerEvents.schema.parse(JSON.parse(toLogged(event).toString('utf8'))));
    expect(read).toMatchObject({ dedupKey: event.key, page: event.head.page, psid: event.head.psid });
    expect(read.standby).toBe(list === 'standby');
  });
});
