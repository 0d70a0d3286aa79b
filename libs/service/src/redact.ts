/**
 * Keeps secrets and personal identifiers out of logs and printed settings. Two nets, because each has holes: by the
 * name of a field, at any depth; and by the look of a text, for what ended up inside a message or an address.
 */

/** Field names, lower case without `-` and `_`, whose values never appear. */
const hidden = new Set([
  'psid',
  'psidsealed',
  'recipientid',
  'senderid',
  'externalid',
  'token',
  'tokensealed',
  'accesstoken',
  'pagetoken',
  'verifytoken',
  'hubverifytoken',
  'notificationmessagestoken',
  'onetimenotiftoken',
  'authorization',
  'cookie',
  'setcookie',
  'password',
  'secret',
  'appsecret',
  'appsecretproof',
  'xhubsignature',
  'xhubsignature256',
  'sealkeys',
  'text',
]);

export const REDACTED = '***';

/** Deeper than any record of ours; what lies below is cut, so that a cycle ends. */
const maxDepth = 8;

/** A copy of a log object without hidden fields. Errors and other class instances are passed on as they are. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return depth >= maxDepth ? '[…]' : value.map((entry) => redact(entry, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  if (depth >= maxDepth) return '{…}';
  const copy: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const known = hidden.has(key.replace(/[-_]/g, '').toLowerCase());
    copy[key] = known && entry !== undefined && entry !== null ? REDACTED : redact(entry, depth + 1);
  }
  return copy;
}

const patterns: readonly [RegExp, string][] = [
  // scheme://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#@]+@/gi, `$1:${REDACTED}@`],
  // access_token=…, ?password=…, "token": "…"
  [
    /\b((?:access_token|appsecret_proof|verify_token|password|client_secret)["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi,
    `$1${REDACTED}`,
  ],
  [/\b(Bearer\s+)[\w.~+/=-]+/gi, `$1${REDACTED}`],
  // Graph API access tokens begin with EAA (developers.facebook.com/docs/facebook-login/guides/access-tokens).
  [/\bEAA[A-Za-z0-9]{20,}/g, REDACTED],
  // API keys of ours; shop and id may be told, they help to find a leaked one.
  [/\b(bk_[a-z0-9-]+_[0-9a-f]+_)[0-9a-f]+/g, `$1${REDACTED}`],
];

/** A text without passwords in addresses, tokens in queries or headers, and Graph access tokens. */
export function scrub(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}
