import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Webhook signatures. The signature covers the bytes on the wire: never sign or check a body that was parsed and
 * serialised again (the platform escapes non-ASCII characters and slashes, most serialisers do not).
 * Source: Webhooks page, "Validating payloads".
 */

/** Header value for `X-Hub-Signature-256`: `sha256=` and 64 lowercase hex digits. */
export function signBody(appSecret: string, bytes: Uint8Array): string {
  return `sha256=${createHmac('sha256', appSecret).update(bytes).digest('hex')}`;
}

/** Header value for the legacy `X-Hub-Signature`: `sha1=` and 40 lowercase hex digits. */
export function signBodySha1(appSecret: string, bytes: Uint8Array): string {
  return `sha1=${createHmac('sha1', appSecret).update(bytes).digest('hex')}`;
}

const SIGNATURE_256 = /^sha256=([0-9a-f]{64})$/;
const SIGNATURE_1 = /^sha1=([0-9a-f]{40})$/;

/** The two signature headers of a webhook, as they came; undefined: not there. */
export interface SignatureHeaders {
  readonly sha256: string | undefined;
  readonly sha1: string | undefined;
}

/**
 * Whether a webhook is signed with `appSecret`: `X-Hub-Signature-256` must be there and fit, and the legacy
 * `X-Hub-Signature`, where it is there too, must fit as well (docs/decisions/0016). Constant time in both digests.
 */
export function verifyWebhook(appSecret: string, { sha256, sha1 }: SignatureHeaders, bytes: Uint8Array): boolean {
  const fits256 = fits('sha256', appSecret, SIGNATURE_256.exec(sha256 ?? '')?.[1], bytes);
  const fits1 = sha1 === undefined || fits('sha1', appSecret, SIGNATURE_1.exec(sha1)?.[1], bytes);
  return fits256 && fits1;
}

function fits(algorithm: string, secret: string, given: string | undefined, bytes: Uint8Array): boolean {
  if (given === undefined) return false;
  return timingSafeEqual(createHmac(algorithm, secret).update(bytes).digest(), Buffer.from(given, 'hex'));
}

/**
 * Whether `header` (the value of `X-Hub-Signature-256`) signs `bytes` under one of `appSecrets` (several while a secret
 * is being rotated). Constant time in the digest; every secret is tried, so timing does not tell which one fitted.
 * Answers yes or no and nothing else: what was expected must not leave this function.
 */
export function verifySignature(
  appSecrets: readonly string[],
  header: string | undefined | null,
  bytes: Uint8Array,
): boolean {
  const given = SIGNATURE_256.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const digest = Buffer.from(given, 'hex');
  let valid = false;
  for (const secret of appSecrets) {
    const expected = createHmac('sha256', secret).update(bytes).digest();
    if (timingSafeEqual(expected, digest)) valid = true;
  }
  return valid;
}
