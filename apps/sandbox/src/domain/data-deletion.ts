import { createHash, createHmac } from 'node:crypto';

/** Rule 50: the platform asks an app to forget a person who used Facebook Login with it. */

/** The person's id for one app: no page-scoped id, and not to be turned into one. Digits. */
export function appScopedId(appId: string, psid: string): string {
  const digest = createHash('sha256').update(`app-scoped:${appId}:${psid}`).digest('hex');
  return BigInt(`0x${digest.slice(0, 12)}`)
    .toString()
    .padStart(15, '1');
}

/**
 * Rule 50: `signed_request`: signature and payload in base64url with a dot between; the signature covers the encoded
 * payload. `issuedAt` in milliseconds. A tampered one names another person than was signed.
 */
export function rule50SignedRequest(
  appSecret: string,
  { userId, issuedAt, tampered = false }: { userId: string; issuedAt: number; tampered?: boolean },
): string {
  const encoded = (user: string): string =>
    Buffer.from(
      JSON.stringify({ algorithm: 'HMAC-SHA256', issued_at: Math.floor(issuedAt / 1000), user_id: user }),
    ).toString('base64url');
  const signature = createHmac('sha256', appSecret).update(encoded(userId)).digest('base64url');
  return `${signature}.${encoded(tampered ? `${userId}0` : userId)}`;
}

/** Rule 50: what the app must answer: a page that tells how it stands, and a code for the person. */
export function rule50Answer(status: number, text: string): { url: string; confirmation_code: string } | undefined {
  if (status !== 200) return undefined;
  try {
    const { url, confirmation_code: code } = JSON.parse(text) as Record<string, unknown>;
    if (typeof url !== 'string' || !URL.canParse(url)) return undefined;
    return typeof code === 'string' && code !== '' ? { url, confirmation_code: code } : undefined;
  } catch {
    return undefined;
  }
}
