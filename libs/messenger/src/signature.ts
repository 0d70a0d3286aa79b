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
