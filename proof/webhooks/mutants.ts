/**
 * Webhooks as the platform signs them, and mutants of them: bytes of the body or of the signature headers changed by
 * chance. Pure. No mutant is signed: each must be refused.
 *
 * Left out, because the edge must accept it: the old SHA-1 header taken away (docs/decisions/0016), and spaces around a
 * header's value, which HTTP does not count as part of it.
 */
import { createHmac } from 'node:crypto';
import type { Chance } from '../chance.js';

/** One POST: header lines' bytes and the body's. */
export interface RawWebhook {
  readonly headers: readonly (readonly [name: Buffer, value: Buffer])[];
  readonly body: Buffer;
}

/** A mutant, and in a few words what was done to it. */
export interface Mutant extends RawWebhook {
  readonly how: string;
}

const SHA256 = 'x-hub-signature-256';
const SHA1 = 'x-hub-signature';

/** Signs a body as the platform does, with both headers. */
export function signed(secret: string, body: Buffer): RawWebhook {
  const hmac = (algorithm: string): string => createHmac(algorithm, secret).update(body).digest('hex');
  return {
    headers: [
      [Buffer.from(SHA256), Buffer.from(`sha256=${hmac('sha256')}`)],
      [Buffer.from(SHA1), Buffer.from(`sha1=${hmac('sha1')}`)],
    ],
    body,
  };
}

/** The events that bodies are made of, as the platform writes them; `n` makes each another. */
const EVENTS: readonly ((n: number) => string)[] = [
  (n) => String.raw`"message":{"mid":"m_${n}","text":"\u00e4\u00f6 \ud83d\ude00 a\/b ${n}"}`,
  (n) => `"message":{"mid":"m_${n}","text":"STOP"}`,
  (n) => `"message":{"mid":"m_${n}","quick_reply":{"payload":"beckon:list:${n}"},"text":"More"}`,
  (n) => `"postback":{"mid":"m_${n}","title":"Get Started","payload":"beckon:help","referral":{"ref":"r${n}"}}`,
  (n) => `"referral":{"ref":"r${n}","source":"SHORTLINK","type":"OPEN_THREAD"}`,
  (n) => `"optin":{"type":"one_time_notif_req","payload":"p${n}","one_time_notif_token":"OTN_${n}"}`,
  (n) => `"read":{"watermark":${1_767_225_600_000 + n}}`,
  (n) => `"delivery":{"mids":["m_${n}"],"watermark":${1_767_225_600_000 + n}}`,
  (n) => `"reaction":{"mid":"m_${n}","action":"react","emoji":"\\u2764"}`,
];

/** The `n`th webhook of a Page, of one to five events; `count` says how many. */
export function webhook(page: string, n: number): { body: Buffer; count: number } {
  const count = 1 + (n % 5);
  const event = (i: number): string => {
    const id = n * 10 + i;
    const made = (EVENTS[id % EVENTS.length] as (n: number) => string)(id);
    return `{"sender":{"id":"${2_000_000_000 + n}"},"recipient":{"id":"${page}"},"timestamp":${1_767_225_600_000 + id},${made}}`;
  };
  const events = Array.from({ length: count }, (_, i) => event(i)).join(',');
  const body = `{"object":"page","entry":[{"id":"${page}","time":1767225600000,"messaging":[${events}]}]}`;
  return { body: Buffer.from(body), count };
}

type Change = (bytes: Buffer, chance: Chance) => Buffer;

const at = (bytes: Buffer, chance: Chance): number => chance.below(Math.max(1, bytes.length));
const changed = (bytes: Buffer, place: number, value: number): Buffer => {
  const out = Buffer.from(bytes);
  if (out.length > 0) out[place] = value;
  return out;
};
const without = (bytes: Buffer, from: number, to: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
const withIn = (bytes: Buffer, place: number, more: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);

/** What can happen to any bytes. */
const BYTES: Readonly<Record<string, Change>> = {
  'a bit is turned': (b, c) => {
    const place = at(b, c);
    return changed(b, place, (b[place] ?? 0) ^ (1 << c.below(8)));
  },
  'a byte is another': (b, c) => changed(b, at(b, c), c.below(256)),
  'a byte more': (b, c) => withIn(b, at(b, c), Buffer.from([c.below(256)])),
  'a byte less': (b, c) => {
    const place = at(b, c);
    return without(b, place, place + 1);
  },
  'two bytes change places': (b, c) => {
    const [one, two] = [at(b, c), at(b, c)];
    return changed(changed(b, one, b[two] ?? 0), two, b[one] ?? 0);
  },
  'the end is missing': (b, c) => b.subarray(0, at(b, c)),
  'the beginning is missing': (b, c) => b.subarray(1 + at(b, c)),
  'some bytes come twice': (b, c) => {
    const from = at(b, c);
    return withIn(b, from, b.subarray(from, from + 1 + c.below(20)));
  },
  'many bytes are others': (b, c) => {
    let out = b;
    for (let i = 0; i < 5; i++) out = changed(out, at(out, c), c.below(256));
    return out;
  },
};

/** What can happen to a body beside that: what proxies and parsers do, and what somebody with an old webhook would try. */
const BODIES: Readonly<Record<string, Change>> = {
  'parsed and written again': (b) => Buffer.from(JSON.stringify(JSON.parse(b.toString()))),
  'a line end more': (b) => Buffer.concat([b, Buffer.from('\n')]),
  'another person': (b) => Buffer.from(b.toString().replace(/"sender":\{"id":"\d/, '"sender":{"id":"3')),
  'another time': (b, c) => Buffer.from(b.toString().replace(/"timestamp":\d+/, `"timestamp":${c.below(1e9)}`)),
  'an event more': (b) => Buffer.from(b.toString().replace('"messaging":[', '"messaging":[{"read":{"watermark":1}},')),
  nothing: () => Buffer.alloc(0),
};

/** What can happen to the signatures as a whole. */
const SIGNATURES: Readonly<Record<string, (w: RawWebhook, chance: Chance) => RawWebhook['headers']>> = {
  'no SHA-256': (w) => w.headers.slice(1),
  'no signature': () => [],
  'SHA-256 under another name': ({ headers: [sha256, sha1] }, c) => [
    [changed(sha256![0], at(sha256![0], c), 0x61 + c.below(26)), sha256![1]],
    sha1!,
  ],
  'each under the name of the other': ({ headers: [a, b] }) => [
    [a![0], b![1]],
    [b![0], a![1]],
  ],
  'SHA-256 twice': ({ headers }) => [headers[0]!, ...headers],
  'in capital letters': ({ headers: [sha256, sha1] }) => [
    [sha256![0], Buffer.from(`sha256=${sha256![1].toString().slice(7).toUpperCase()}`)],
    sha1!,
  ],
  'of another secret': (w, c) => signed(`guess ${c.below(1e6)}`, w.body).headers,
  'of another body': (w, c) => signed('guessed', Buffer.from(String(c.next()))).headers,
  'of all zeros': ({ headers: [sha256, sha1] }) => [[sha256![0], Buffer.from(`sha256=${'0'.repeat(64)}`)], sha1!],
};

/** A mutant of a signed webhook: never the same bytes, and never one that is rightly signed. */
export function mutant(original: RawWebhook, chance: Chance): Mutant {
  for (;;) {
    const made = once(original, chance);
    if (!sameBytes(made, original)) return made;
  }
}

function once(original: RawWebhook, chance: Chance): Mutant {
  const which = chance.below(5);
  if (which < 2) {
    const [what, change] = chance.pick(Object.entries(BYTES));
    return { ...original, body: change(original.body, chance), how: `body: ${what}` };
  }
  if (which === 2) {
    const [what, change] = chance.pick(Object.entries(BODIES));
    return { ...original, body: change(original.body, chance), how: `body: ${what}` };
  }
  if (which === 3) {
    const [what, change] = chance.pick(Object.entries(BYTES));
    const place = chance.below(original.headers.length);
    const headers = original.headers.map(([name, value], i): [Buffer, Buffer] => [
      name,
      i === place ? change(value, chance) : value,
    ]);
    return { ...original, headers, how: `${original.headers[place]![0].toString()}: ${what}` };
  }
  const [what, change] = chance.pick(Object.entries(SIGNATURES));
  return { ...original, headers: change(original, chance), how: `signature: ${what}` };
}

const line = ([name, value]: readonly [Buffer, Buffer]): string =>
  `${name.toString('latin1').toLowerCase()}:${value.toString('latin1').replace(/^[ \t]+|[ \t]+$/g, '')}`;

function sameBytes(a: RawWebhook, b: RawWebhook): boolean {
  return a.body.equals(b.body) && a.headers.map(line).join('\n') === b.headers.map(line).join('\n');
}
