import { randomBytes, randomInt } from 'node:crypto';

/** A message id as the platform makes them: unguessable, `m_` in front. */
export function newMid(): string {
  return `m_${randomBytes(24).toString('base64url')}`;
}

/** A page-scoped id: sixteen digits. */
export function newPsid(): string {
  return String(randomInt(1e8, 1e9)) + String(randomInt(1e6, 1e7));
}

/** A one-time-notification token, unguessable (rule 12). */
export function newOneTimeToken(): string {
  return `otn_${randomBytes(27).toString('base64url')}`;
}

/** A trace id for an answer. */
export function newTraceId(): string {
  return `A${randomBytes(16).toString('base64url')}`;
}
