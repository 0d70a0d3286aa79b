import { createHmac, timingSafeEqual } from 'node:crypto';

/** `appsecret_proof` of a Graph call: hex HMAC-SHA256 of the access token, keyed with the app secret. */
export function appSecretProof(appSecret: string, accessToken: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

/** Whether `proof` belongs to this secret and token; constant time, boolean only. */
export function verifyAppSecretProof(appSecret: string, accessToken: string, proof: string): boolean {
  const expected = Buffer.from(appSecretProof(appSecret, accessToken));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
