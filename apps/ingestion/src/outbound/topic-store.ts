import type { Signal } from '@beckon/contracts';
import type { EmittingTransaction } from '@beckon/kafka';
import { unknownTopic, type TopicState } from '../domain/topic-signal.js';

type Sql = Pick<EmittingTransaction, 'query'>;

/** A topic of a shop as its row has it. */
export interface KnownTopic {
  readonly shop: string;
  readonly state: TopicState;
  /** Whether the last record is known to be on its topic; one that may not be is emitted again. */
  readonly emitted: boolean;
}

interface TopicRow {
  shop: string;
  topic: string;
  seq: number;
  opening: number | null;
  event_at: number | null;
  event_id: string | null;
  settings_rev: number;
  record: Signal | null;
  emitted: boolean;
}

const COLUMNS = 'shop, topic, seq, opening, event_at, event_id, settings_rev, record, emitted';

/** Every topic of these shops of which something was ever told or heard. */
export async function readTopics(tx: Sql, shops: readonly string[]): Promise<KnownTopic[]> {
  const rows = await tx.query<TopicRow>(`SELECT ${COLUMNS} FROM topics WHERE shop = ANY ($1::text[])`, [shops]);
  return rows.map(toKnown);
}

/**
 * Some topics, locked until the transaction ends: processes that keep the timetable, and events, take turns. All lock in
 * one order. The row of a topic never seen is made here, because a row must exist to be locked.
 */
export async function lockTopics(
  tx: Sql,
  topics: readonly { readonly shop: string; readonly topic: string }[],
): Promise<KnownTopic[]> {
  const names = [topics.map((t) => t.shop), topics.map((t) => t.topic)];
  await tx.query(
    `INSERT INTO topics (shop, topic)
     SELECT shop, topic FROM unnest($1::text[], $2::text[]) AS r (shop, topic) ORDER BY shop, topic
     ON CONFLICT DO NOTHING`,
    names,
  );
  const rows = await tx.query<TopicRow>(
    `SELECT ${COLUMNS} FROM topics
      WHERE (shop, topic) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY shop, topic FOR UPDATE`,
    names,
  );
  return rows.map(toKnown);
}

/** Writes states back. Their rows must be locked by {@link lockTopics} in the same transaction. */
export async function saveTopics(tx: Sql, topics: readonly KnownTopic[]): Promise<void> {
  if (topics.length === 0) return;
  const rows = topics.map(({ shop, state, emitted }): TopicRow => {
    const { topic, seq, opening, event, settingsRev, record } = state;
    const heard = { event_at: event?.at ?? null, event_id: event?.id ?? null };
    return { ...{ shop, topic, seq, opening, ...heard, settings_rev: settingsRev, record }, emitted };
  });
  await tx.query(
    `UPDATE topics t
        SET seq = r.seq, opening = r.opening, event_at = r.event_at, event_id = r.event_id,
            settings_rev = r.settings_rev, record = r.record, emitted = r.emitted
       FROM jsonb_to_recordset($1::jsonb) AS r (
            shop text, topic text, seq bigint, opening bigint, event_at bigint, event_id text, settings_rev bigint,
            record jsonb, emitted boolean)
      WHERE t.shop = r.shop AND t.topic = r.topic`,
    [JSON.stringify(rows)],
  );
}

/** Notes that these records are on their topic; a record that came after them is not. */
export async function noteEmitted(tx: Sql, topics: readonly KnownTopic[]): Promise<void> {
  if (topics.length === 0) return;
  await tx.query(
    `UPDATE topics t SET emitted = true
       FROM unnest($1::text[], $2::text[], $3::bigint[]) AS r (shop, topic, seq)
      WHERE t.shop = r.shop AND t.topic = r.topic AND t.seq = r.seq`,
    [topics.map((t) => t.shop), topics.map((t) => t.state.topic), topics.map((t) => t.state.seq)],
  );
}

function toKnown({
  shop,
  topic,
  seq,
  opening,
  event_at,
  event_id,
  settings_rev,
  record,
  emitted,
}: TopicRow): KnownTopic {
  const event = event_at === null || event_id === null ? null : { at: event_at, id: event_id };
  return { shop, state: { ...unknownTopic(topic), seq, opening, event, record, settingsRev: settings_rev }, emitted };
}
