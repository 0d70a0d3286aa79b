/** Does to the public callback what the platform will do: the handshake, and a signed webhook without events. */
import { randomInt } from 'node:crypto';
import { signBody, signBodySha1 } from '@beckon/messenger';
import { missing, note, ok, type Finding } from '../domain/page-finding.js';

const CHECK = 'callback';
const TIMEOUT_MS = 10_000;
const LOCAL = /^(localhost|127\.|\[::1\]|\[::ffff:127\.)/;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What the round trip found. Stores nothing: the signed webhook is empty. */
export async function roundTrip(o: {
  readonly url: string;
  readonly page: string;
  readonly verifyToken: string;
  readonly appSecret: string;
  readonly now: number;
}): Promise<Finding[]> {
  const url = URL.canParse(o.url) ? new URL(o.url) : undefined;
  if (!url)
    return [
      missing(CHECK, 'the callback is no address', 'Give it whole: https://alerts.example.com/webhooks/messenger'),
    ];
  const findings: Finding[] = [];
  if (url.protocol !== 'https:') {
    if (!LOCAL.test(url.hostname))
      return [
        missing(
          CHECK,
          `${o.url}: the platform calls https only`,
          'Put TLS with a certificate of a known authority before optin.',
        ),
      ];
    findings.push(note(CHECK, `${o.url} is on this machine: the sandbox calls it, the platform cannot`));
  }
  try {
    const handshake = await shake(url, o.verifyToken);
    if (handshake) return [...findings, handshake];
    const signed = await signedEvent(url, o);
    if (signed) return [...findings, signed];
  } catch (error) {
    const { cause, message, name } = error as Error & { cause?: { code?: string } };
    const why = name === 'TimeoutError' ? 'no answer within 10 s' : (cause?.code ?? message);
    return [
      ...findings,
      missing(
        CHECK,
        `${o.url} cannot be reached: ${why}`,
        'It must answer from the internet, with a certificate that a browser trusts, and lead to optin.',
      ),
    ];
  }
  return [...findings, ok(CHECK, `${o.url} gave the challenge back, took a signed webhook, and refused a forged one`)];
}

async function shake(url: URL, verifyToken: string): Promise<Finding | undefined> {
  const challenge = String(randomInt(1_000_000_000));
  const answer = await verify(url, verifyToken, challenge);
  if (answer.status >= 300 && answer.status < 400)
    return missing(CHECK, 'it redirects, and the platform does not follow', 'Give the address where it leads.');
  if (answer.status === 403)
    return missing(
      CHECK,
      'it refuses the verify token',
      'The secret that verify_token names must be the same here and where optin runs, and optin must have read the shop’s settings.',
    );
  if (answer.status !== 200 || answer.text !== challenge)
    return missing(
      CHECK,
      `it does not give the challenge back (status ${answer.status})`,
      'It must lead to optin’s /webhooks/messenger, and nothing on the way may change the query or the answer.',
    );
  const wrong = await verify(url, `not ${verifyToken}`, challenge);
  if (wrong.status === 200)
    return missing(
      CHECK,
      'it gives the challenge back to whoever asks',
      'Something else than optin answers there: see where the address leads.',
    );
  return undefined;
}

async function signedEvent(
  url: URL,
  o: { page: string; appSecret: string; now: number },
): Promise<Finding | undefined> {
  const body = Buffer.from(JSON.stringify({ object: 'page', entry: [{ id: o.page, time: o.now, messaging: [] }] }));
  const taken = await post(url, body, o.appSecret);
  if (taken.status === 401)
    return missing(
      CHECK,
      'it refuses a webhook that is signed with this app secret',
      'The secret that app_secret names must be the same here and where optin runs; a proxy must not change the body.',
    );
  if (taken.status === 503)
    return missing(
      CHECK,
      'it takes no webhooks now (503)',
      'See that Kafka is up and optin is ready, then run this again.',
    );
  if (taken.status !== 200)
    return missing(
      CHECK,
      `it answers a signed webhook with ${taken.status}`,
      'It must lead to optin’s /webhooks/messenger, with POST let through.',
    );
  const forged = await post(url, body, `not ${o.appSecret}`);
  if (forged.status !== 401)
    return missing(
      CHECK,
      `it answers a forged webhook with ${forged.status}`,
      'Something else than optin answers there: anybody could speak for your shoppers.',
    );
  return undefined;
}

function verify(url: URL, token: string, challenge: string): Promise<Answer> {
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.verify_token', token);
  asked.searchParams.set('hub.challenge', challenge);
  return call(asked, { method: 'GET' });
}

const post = (url: URL, body: Buffer, secret: string): Promise<Answer> =>
  call(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hub-signature-256': signBody(secret, body),
      'x-hub-signature': signBodySha1(secret, body),
    },
    body,
  });

async function call(url: URL, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: answer.status, text: (await answer.text()).slice(0, 1000) };
}
