import type { EmittingTransaction } from '@beckon/kafka';
import { Injectable } from '@nestjs/common';
import type { Querying } from './offer-copies.js';

/** A profile to ask for, leased; `psid_sealed` is null when nobody of that id is known (any more). */
export interface WantedProfile {
  readonly shopper_id: string;
  readonly page: string;
  readonly tries: number;
  readonly psid_sealed: string | null;
}

/** Whose profile is still to be asked for. Times are milliseconds since the epoch. */
@Injectable()
export class ProfilesWanted {
  /** Notes new people, each with the Page on which they are. */
  async note(
    tx: EmittingTransaction,
    people: readonly { readonly shopper_id: string; readonly page: string }[],
    now: number,
  ): Promise<void> {
    if (people.length === 0) return;
    await tx.query(
      `INSERT INTO profiles_wanted (shopper_id, page, next_at) SELECT id, page, $3 FROM unnest($1::text[], $2::text[])
       AS given (id, page) ON CONFLICT DO NOTHING`,
      [people.map((p) => p.shopper_id), people.map((p) => p.page), now],
    );
  }

  /** Up to `limit` whose time has come, leased for `forMs`: whoever leased them and ended, others take them over. */
  async lease(db: Querying, now: number, limit: number, forMs: number): Promise<WantedProfile[]> {
    const [rows] = (await db.query(
      `UPDATE profiles_wanted w SET next_at = $1 + $3, tries = w.tries + 1
       FROM (SELECT shopper_id FROM profiles_wanted WHERE next_at <= $1 ORDER BY next_at LIMIT $2
             FOR UPDATE SKIP LOCKED) due
       LEFT JOIN shoppers s ON s.shopper_id = due.shopper_id
       WHERE w.shopper_id = due.shopper_id
       RETURNING w.shopper_id, w.page, w.tries, s.psid_sealed`,
      [now, limit, forMs],
    )) as [WantedProfile[], number];
    return rows;
  }

  /** Nothing more to ask about these. */
  async forget(db: Querying, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await db.query('DELETE FROM profiles_wanted WHERE shopper_id = ANY ($1)', [ids]);
  }

  /** Nobody of this Page is asked about before `until`. */
  async rest(db: Querying, page: string, until: number): Promise<void> {
    await db.query('UPDATE profiles_wanted SET next_at = $2 WHERE page = $1 AND next_at < $2', [page, until]);
  }
}
