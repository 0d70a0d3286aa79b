import { grantId, subId } from '@beckon/contracts';
import type { MessengerEvent as PlatformEvent } from '@beckon/messenger';
import type { PersonEvent } from './person-event.js';
import type { Wish } from './wish.js';

/** How to read what came from outside: the caller holds the keys. */
export interface Reading {
  /** The wish in a ref that was signed for the Page's shop. */
  wish(ref: string | undefined): Wish | undefined;
  seal(token: string): string;
}

/** What a person did, or undefined for events that no person's record depends on (echoes, receipts, unknown kinds). */
export function personEventOf(e: PlatformEvent, receivedAt: number, reading: Reading): PersonEvent | undefined {
  // A clock that runs ahead must not let an event outrank everything that follows: nothing happens after it arrived.
  const at = Math.min(e.timestamp, receivedAt);
  const head = { key: e.dedupKey, at, received_at: receivedAt, standby: e.standby };
  const about = (ref: string | undefined): { wish?: Wish } => {
    const wish = reading.wish(ref);
    return wish ? { wish } : {};
  };
  switch (e.kind) {
    case 'message': {
      const { text, quick_reply, referral } = e.body;
      const payload = quick_reply?.payload ?? null;
      return { ...head, kind: 'message', text: text ?? null, payload, ...about(referral?.ref) };
    }
    case 'postback':
      return { ...head, kind: 'postback', payload: e.body.payload ?? null, ...about(e.body.referral?.ref) };
    case 'referral':
      return { ...head, kind: 'referral', ...about(e.body.ref) };
    case 'reaction':
      return e.body.action === 'unreact' ? undefined : { ...head, kind: 'reaction' };
    case 'optin': {
      const { one_time_notif_token: token, payload } = e.body;
      if (token === undefined) return undefined;
      return {
        ...head,
        kind: 'one_time_optin',
        tokenSealed: reading.seal(token),
        subId: subId(e.page, e.dedupKey),
        grantId: grantId(e.page, e.dedupKey),
        ...about(payload),
      };
    }
    default:
      return undefined;
  }
}
