/** Every event body of messenger-platform §4.3 and its variants, one file each: what a webhook means to optin. */
import { expect, it } from '@jest/globals';
import { messengerEvents } from '@beckon/contracts';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coat } from '../../tests/examples.js';
import { personEventOf } from './person-event-of.js';
import { receiptOf } from './receipt-of.js';
import { parseLogged, splitWebhook, toLogged } from './split-webhook.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../tests/payloads');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const RECEIVED = 1_790_000_000_050;

/** What is to come of each event, in order: parts of an event of the person, or of a receipt; null: nothing. */
interface PayloadFile {
  readonly webhook: unknown;
  readonly means: readonly (Record<string, unknown> | null)[];
}

const reading = {
  ref: (ref: string | undefined) => (ref === 'GOOD' ? { wish: coat, shown: 'Tell you?' } : undefined),
  seal: (token: string) => `sealed(${token.length})`,
  appId: '55',
};

/** The way of a webhook: its bytes → log → parsed → what the person did, or what it proves. */
function meaningOf(webhook: unknown): (Record<string, unknown> | null)[] {
  const { events } = splitWebhook(Buffer.from(JSON.stringify(webhook)), RECEIVED);
  return events.map((event) => {
    const value = messengerEvents.schema.parse(JSON.parse(toLogged(event).toString('utf8')));
    const parsed = parseLogged(value);
    const receipt = parsed && receiptOf(parsed);
    if (receipt) return { ...receipt, receipt: receipt.kind };
    const read = parsed && personEventOf(parsed, value.received_at, reading);
    return read ? { ...read } : null;
  });
}

it.each(files.map((name) => [name.replace('.json', '')]))('%s', (name) => {
  const { webhook, means } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as PayloadFile;
  const got = meaningOf(webhook);
  expect(got).toHaveLength(means.length);
  means.forEach((expected, i) => {
    if (expected === null) return expect(got[i]).toBeNull();
    const { wish, choice, ...rest } = expected;
    expect(got[i]).toMatchObject({ ...rest, ...(wish ? { wish: coat } : {}), ...(choice ? { choice: coat } : {}) });
    for (const key of ['wish', 'choice']) if (!(key in expected)) expect(got[i]).not.toHaveProperty(key);
  });
  expect(JSON.stringify(got)).not.toContain('SECRET');
});

it('there is a file for every kind of event', () => {
  const bodies = [
    'message',
    'postback',
    'referral',
    'optin',
    'delivery',
    'read',
    'echo',
    'account',
    'policy',
    'handover',
  ];
  for (const body of bodies) expect(files.some((name) => name.startsWith(body))).toBe(true);
});
