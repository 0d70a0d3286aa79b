import { createHmac, timingSafeEqual } from 'node:crypto';

/** What the platform says in a data-deletion callback. */
export interface SignedRequest {
  /** The person's id for the app that signed: an app-scoped id, not a page-scoped one. Digits. */
  readonly user_id: string;
  /** Seconds since the epoch, as the platform writes it. */
  readonly issued_at: number | null;
}

/** Longer ones are not read: the platform's have less than 300 characters. */
const MOST_CHARACTERS = 4096;

/**
 * Reads the form field `signed_request` of a data-deletion callback: `<signature>.<payload>`, both base64url, the
 * signature being HMAC-SHA256 of the *encoded* payload under the app secret. Undefined when this secret did not sign it,
 * or when it names nobody. Constant time in the signature.
 * Source: developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export function readSignedRequest(appSecret: string, text: string): SignedRequest | undefined {
  const [, signature, payload] =
    text.length > MOST_CHARACTERS ? [] : (/^([\w-]{43})=?\.([\w-]+)={0,2}$/.exec(text) ?? []);
  if (signature === undefined || payload === undefined) return undefined;
  const expected = createHmac('sha256', appSecret).update(payload).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const said = parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const { algorithm, user_id, issued_at } = said;
  if (typeof algorithm !== 'string' || algorithm.toUpperCase() !== 'HMAC-SHA256') return undefined;
  const user = typeof user_id === 'number' ? String(user_id) : user_id;
  if (typeof user !== 'string' || !/^\d{1,30}$/.test(user)) return undefined;
  return { user_id: user, issued_at: typeof issued_at === 'number' ? issued_at : null };
}

function parse(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
