import { randomBytes, randomInt } from 'node:crypto';

const POOL_BYTES = 8192;
let pool: Buffer = Buffer.alloc(0);
let used = 0;

/** Random bytes, fetched from the system many at a time: every answer needs some. Each byte is given out once. */
function random(bytes: number): Buffer {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  used += bytes;
  return pool.subarray(used - bytes, used);
}

/** A message id as the platform makes them: unguessable, `m_` in front. */
export function newMid(): string {
  return `m_${random(24).toString('base64url')}`;
}

/** A page-scoped id: sixteen digits. */
export function newPsid(): string {
  return String(randomInt(1e8, 1e9)) + String(randomInt(1e6, 1e7));
}

/** The id of a saved file: fifteen digits, so that it is exact as a number too. */
export function newAttachmentId(): string {
  return String(randomInt(1e7, 1e8)) + String(randomInt(1e6, 1e7));
}

/** A one-time-notification token, unguessable (rule 12). */
export function newOneTimeToken(): string {
  return `otn_${random(27).toString('base64url')}`;
}

/** A token for notification messages: digits, unguessable. */
export function newNotificationToken(): string {
  return BigInt(`0x${random(16).toString('hex')}`).toString();
}

/** A trace id for an answer. */
export function newTraceId(): string {
  return `A${random(16).toString('base64url')}`;
}
