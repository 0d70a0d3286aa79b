/** Delivery's ledger alone: its own statements, without Kafka and without a POST. */
import { alertId, alertsAdmitted, shopperId, type Admission } from '@beckon/contracts';
import { deliveryMigrations } from '@beckon/delivery/dist/delivery.module.js';
import { settleRows } from '@beckon/delivery/dist/inbound/settle-rows.js';
import { lockRows, passGate, queueAdmissions, type Claimed } from '@beckon/delivery/dist/outbound/ledger-store.js';
import { classifyAnswer } from '@beckon/messenger';
import type { DataSource } from 'typeorm';
import type { Bed, Contender } from '../row.js';
import { dropSchema, ownSchema, transaction, type Gathered } from '../support/database.js';

/** The pipeline's chunks: admissions of one transaction, slots of one Page's gate, settlements of one transaction. */
export const CHUNK = 500;
export const SLOTS = 25;
const PAGES = CHUNK / SLOTS;
const PEOPLE = 2_000;
const CHUNKS = 10;
const QUICK_CHUNKS = 4;
const WORKER = 'bench';
const EPOCH = 1;
const WITHIN_MS = 3_600_000;

/** Alerts of one round. */
export const ledgerAlerts = ({ quick }: Pick<Bed, 'quick'>): number => (quick ? QUICK_CHUNKS : CHUNKS) * CHUNK;

const page = (n: number): string => String(500_000 + n);
const person = (bed: Bed, n: number): string => shopperId('bench', page(n % PAGES), `${bed.name}:${n}`);

/** A ledger with so many old rows, Pages leased for an hour, people whose window is open, and an offer. */
export async function openLedger(bed: Bed, old: number): Promise<Contender> {
  const database = await ownSchema(bed, deliveryMigrations);
  await fill(bed, database, old);
  const pool = database as unknown as Parameters<typeof passGate>[0];
  let n = 0;
  let chunks: Admission[][] = [];
  return {
    before: async () => {
      chunks = Array.from({ length: ledgerAlerts(bed) / CHUNK }, () =>
        Array.from({ length: CHUNK }, () => admission(bed, n++)),
      );
    },
    round: async () => {
      const gathered: Gathered[] = [];
      let accepted = 0;
      for (const chunk of chunks) {
        const now = Date.now();
        const queued = await transaction(database, gathered, (tx) => queueAdmissions(tx, chunk, now));
        if (queued.size !== CHUNK) throw new Error(`${queued.size} of ${CHUNK} admissions are in line`);
        const asked = Array.from({ length: PAGES }, (_, p) => ({
          ...{ page: page(p), epoch: EPOCH, slots: SLOTS, alertsFirst: SLOTS },
        }));
        const { sending } = await passGate(pool, WORKER, asked);
        accepted += await settleAll(database, gathered, sending);
      }
      if (accepted !== chunks.length * CHUNK) throw new Error(`${accepted} of ${chunks.length * CHUNK} were settled`);
      return { units: accepted };
    },
    close: () => dropSchema(database, bed),
  };
}

async function settleAll(database: DataSource, gathered: Gathered[], claimed: readonly Claimed[]): Promise<number> {
  const at = Date.now();
  return transaction(database, gathered, async (tx) => {
    const rows = await lockRows(
      tx,
      claimed.map(({ row: one }) => one.id),
    );
    const settled = await settleRows(tx, rows, ({ id }) => {
      const bodyText = `{"recipient_id":"1234567890123456","message_id":"m_${id}"}`;
      const answer = classifyAnswer({ status: 200, bodyText, recipientKind: 'psid' });
      const told = { template: 'price_drop', locale: 'de_DE', price_amount: 7999, price_currency: 'EUR' };
      return [{ type: 'answered', posted_at: at, answer, token_mark: null, told, epoch: EPOCH, at }];
    });
    return settled.filter(({ row: one }) => one.state === 'accepted').length;
  });
}

/** The n-th admission of this bed. */
export function admission(bed: Bed, n: number): Admission {
  const now = Date.now();
  return {
    ...alertsAdmitted.example,
    ...{
      alert_id: alertId(`sub_${bed.name}_${n}`, 'sig'),
      sub_id: `sub_${bed.name}_${n}`,
      shop: 'nordlys',
      sku: 'coat-m',
    },
    ...{ page: page(n % PAGES), shopper_id: person(bed, n % PEOPLE), shopper_rev: 1, admission_no: 1 },
    condition: { type: 'price_at_most', amount: 7999, currency: 'EUR' },
    ...{ send_by: now + WITHIN_MS, admitted_at: now },
  };
}

async function fill(bed: Bed, database: DataSource, old: number): Promise<void> {
  const pages = Array.from({ length: PAGES }, (_, n) => page(n));
  const until = Date.now() + 100 * WITHIN_MS;
  await database.query(`INSERT INTO pages (page, owner, epoch, lease_until) SELECT unnest($1::text[]), $2, $3, $4`, [
    pages,
    WORKER,
    EPOCH,
    until,
  ]);
  await database.query(
    `INSERT INTO shoppers (shopper_id, rev, shop, page, psid_sealed, window_until)
     SELECT shopper, 1, 'nordlys', page, 'sealed', $3 FROM unnest($1::text[], $2::text[]) AS s (shopper, page)`,
    [
      Array.from({ length: PEOPLE }, (_, n) => person(bed, n)),
      Array.from({ length: PEOPLE }, (_, n) => page(n % PAGES)),
      until,
    ],
  );
  await database.query(
    `INSERT INTO offers (shop, sku, seq, product, price_amount, price_currency, units, published, title, options)
     VALUES ('nordlys', 'coat-m', 1, 'coat', 7999, 'EUR', 5, true, 'Coat', '{}')`,
  );
  await database.query(
    `INSERT INTO ledger (id, kind, shop, page, shopper_id, sub_id, sku, needs_rev, condition_type, condition_amount,
                         condition_currency, state, admission_no, queued_at, send_by, epoch, grant_kind, claimed_at,
                         posted_at, answered_at, settled_at, mid, seq, answer_seq, decision_seq, body)
     SELECT 'alr_' || md5('old' || n), 'alert', 'nordlys', ($1::text[])[1 + n % $2], 'shp_' || md5('old' || n % 100000),
            'sub_' || md5('old' || n), 'coat-m', 1, 'price_at_most', 7999, 'EUR', 'accepted', 1, $4::bigint + n, $4 + n, 1,
            'window', $4 + n, $4 + n, $4 + n, $4 + n, 'm_' || md5('old' || n), 1, 1, 1, $5::jsonb
       FROM generate_series(1, $3::int) AS n`,
    [pages, PAGES, old, Date.now() - 86_400_000, JSON.stringify(alertsAdmitted.example)],
  );
  await database.query('VACUUM ANALYZE ledger');
}
