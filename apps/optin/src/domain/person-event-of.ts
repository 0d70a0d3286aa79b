import { createHash } from 'node:crypto';
import { grantId, subId } from '@beckon/contracts';
import { INBOX_APP_ID, parseMetadata } from '@beckon/messenger';
import type { EchoBody, HandoverBody, MessengerEvent as PlatformEvent, OptinBody } from '@beckon/messenger';
import { readPayload } from './payloads.js';
import type { PersonEvent } from './person-event.js';
import type { SignedRef } from './ref.js';
import type { Wish } from './wish.js';

/** How to read what came from outside: the caller holds the keys. */
export interface Reading {
  /** The wish in a ref that was signed for the Page's shop. */
  ref(ref: string | undefined): SignedRef | undefined;
  seal(token: string): string;
  /** The app that serves the Page, as far as the settings say. */
  readonly appId?: string | undefined;
}

/**
 * What happened to a person's record, or undefined for events that none depends on (receipts, echoes of what we said,
 * unknown kinds).
 */
export function personEventOf(e: PlatformEvent, receivedAt: number, reading: Reading): PersonEvent | undefined {
  // A clock that runs ahead must not let an event outrank everything that follows: nothing happens after it arrived.
  const at = Math.min(e.timestamp, receivedAt);
  const head = { key: e.dedupKey, at, received_at: receivedAt, standby: e.standby };
  const about = (ref: string | undefined): { wish?: Wish } => {
    const wish = reading.ref(ref)?.wish;
    return wish ? { wish } : {};
  };
  const said = (payload: string | undefined): { payload: string | null; choice?: Wish } => {
    const choice = reading.ref(readPayload(payload ?? null)?.argument ?? undefined)?.wish;
    return { payload: payload ?? null, ...(choice && { choice }) };
  };
  switch (e.kind) {
    case 'message': {
      const { text, quick_reply, referral } = e.body;
      return { ...head, kind: 'message', text: text ?? null, ...said(quick_reply?.payload), ...about(referral?.ref) };
    }
    case 'postback':
      return { ...head, kind: 'postback', ...said(e.body.payload), ...about(e.body.referral?.ref) };
    case 'referral':
      return { ...head, kind: 'referral', ...about(e.body.ref) };
    case 'reaction':
      return e.body.action === 'unreact' ? undefined : { ...head, kind: 'reaction' };
    case 'optin':
      return optinOf(e.body, { page: e.page, head, reading });
    case 'echo':
      return saidByAnother(e.body, reading.appId) ? { ...head, kind: 'holder', holder: 'human' } : undefined;
    case 'handover': {
      const { new_owner_app_id: owner, how } = e.body;
      return { ...head, kind: 'holder', holder: isOurs(owner, how, reading.appId) ? 'bot' : 'human' };
    }
    default:
      return undefined;
  }
}

type Head = Pick<PersonEvent, 'key' | 'at' | 'received_at' | 'standby'>;

function optinOf(
  body: OptinBody,
  { page, head, reading }: { page: string; head: Head; reading: Reading },
): PersonEvent | undefined {
  const signed = reading.ref(body.payload);
  const wish = signed ? { wish: signed.wish } : {};
  const tap = { subId: subId(page, head.key), shown: body.title ?? signed?.shown ?? null, ...wish };
  const { one_time_notif_token: once, notification_messages_token: token } = body;
  if (once !== undefined)
    return {
      ...head,
      kind: 'one_time_optin',
      tokenSealed: reading.seal(once),
      grantId: grantId(page, head.key),
      ...tap,
    };
  if (token === undefined) return undefined;
  const tokenKey = createHash('sha256')
    .update(JSON.stringify(['token', page, token]))
    .digest('hex')
    .slice(0, 32);
  const status = body.notification_messages_status;
  if (status !== undefined && /^stop\b|^stop_/i.test(status)) return { ...head, kind: 'notification_stop', tokenKey };
  if (status !== undefined && !/^resume\b|^resume_/i.test(status)) return undefined;
  return {
    ...head,
    kind: 'notification_optin',
    resumed: status !== undefined,
    tokenSealed: reading.seal(token),
    tokenKey,
    expiresAt: body.token_expiry_timestamp ?? null,
    ...tap,
  };
}

/**
 * Whether an echo is of words that were not ours: of a human in the Page's inbox, or of another app. All we send carries
 * our metadata; where the settings name our app, its other words are ours, too.
 */
function saidByAnother({ app_id, metadata, text }: EchoBody, ours: string | undefined): boolean {
  if (parseMetadata(metadata) !== undefined) return false;
  if (app_id === INBOX_APP_ID) return true;
  return text !== undefined && text !== '' && (app_id === undefined || app_id !== ours);
}

/** Whether the conversation is ours after a handover. An app that is passed a thread is told so; of a taken one, the loser. */
function isOurs(owner: string | undefined, how: HandoverBody['how'], ours: string | undefined): boolean {
  if (owner === INBOX_APP_ID) return false;
  return ours === undefined || owner === undefined ? how === 'pass' : owner === ours;
}
