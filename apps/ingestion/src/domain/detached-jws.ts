import { createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/** A public key of a JSON Web Key Set (RFC 7517). */
export type PublicKey = JsonWebKey & { readonly kid?: string };

/**
 * Whether `jws` signs `body` with one of the keys: a JSON Web Signature whose payload is left out (`header..signature`, RFC
 * 7515 appendix F), RS256 only, with the payload as it is (`b64: false`, RFC 7797; what Saleor sends) or base64url-encoded.
 * A key is tried if it has the name that the signature says, or either has none.
 */
export function isDetachedJwsOf(jws: string, body: Buffer, keys: readonly PublicKey[]): boolean {
  const parts = jws.split('.');
  const [head = '', between, signature = ''] = parts;
  if (parts.length !== 3 || between !== '' || jws.length > 4096) return false;
  const header = readHeader(head);
  if (!header || header.alg !== 'RS256') return false;
  // RFC 7515, 4.1.11: what must be understood and is not makes the signature invalid.
  if (header.crit !== undefined && !(Array.isArray(header.crit) && header.crit.every((c) => c === 'b64'))) return false;
  const payload = header.b64 === false ? body : Buffer.from(body.toString('base64url'));
  const signed = Buffer.concat([Buffer.from(`${head}.`), payload]);
  const bytes = Buffer.from(signature, 'base64url');
  return keys.some((key) => {
    if (key.kty !== 'RSA') return false;
    if (header.kid !== undefined && key.kid !== undefined && header.kid !== key.kid) return false;
    try {
      return verify('RSA-SHA256', signed, createPublicKey({ key, format: 'jwk' }), bytes);
    } catch {
      return false; // a key that is none
    }
  });
}

interface JwsHeader {
  readonly alg?: unknown;
  readonly kid?: unknown;
  readonly b64?: unknown;
  readonly crit?: unknown;
}

function readHeader(part: string): JwsHeader | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof header === 'object' && header !== null ? header : undefined;
  } catch {
    return undefined;
  }
}
