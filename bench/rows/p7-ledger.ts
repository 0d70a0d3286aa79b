import { alertId, alertsAdmitted, shopperId, type Admission } from '@beckon/contracts';
import { deliveryMigrations } from '@beckon/delivery/dist/delivery.module.js';
import { settleRows } from '@beckon/delivery/dist/inbound/settle-rows.js';
import { lockRows, passGate, queueAdmissions, type Claimed } from '@beckon/delivery/dist/outbound/ledger-store.js';
import { classifyAnswer } from '@beckon/messenger';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Bed, Contender, Row } from '../row.js';
import { dropSchema, ownSchema, transaction, type Gathered } from '../support/database.js';

/** The pipeline's chunks: admissions of one transaction, slots of one Page's gate, settlements of one transaction. */
const CHUNK = 500;
const SLOTS = 25;
const PAGES = CHUNK / SLOTS;
const PEOPLE = 2_000;
const CHUNKS = 10;
const QUICK_CHUNKS = 4;
const WORKER = 'bench';
const EPOCH = 1;
const WITHIN_MS = 3_600_000;

const row: Row = {
  id: 'P7',
  title: 'The price of never twice: the ledger’s statements',
  unit: 'alert',
  about:
    `Delivery’s own statements for an alert that is accepted, at the pipeline’s chunk sizes: ${CHUNK} admissions put in ` +
    `line in a transaction, the gate for ${SLOTS} of a Page at a time, ${CHUNK} settled in a transaction. No Kafka, no ` +
    'POST. Peer: what a naive service does, a claim (insert, a conflict means "done before") and a settlement (update) ' +
    'for each alert, eight connections. fsync is on. The goal beside the whole pipeline (25 % of its CPU) is P2’s.',
  servers: ['postgres'],
  contenders: [
    { id: 'ledger', title: 'the ledger’s statements', open: (bed) => openLedger(bed, bed.quick ? 10_000 : 100_000) },
    { id: 'row by row', title: 'a claim and a settlement each', open: (bed) => openRowByRow(bed) },
  ],
  goals: [{ kind: 'times', peer: 'row by row', cost: 'all', atLeast: 1 }],
  growth: [
    {
      axis: 'rows in the ledger',
      contender: 'ledger',
      sizes: [10_000, 100_000, 1_000_000],
      quickSizes: [1_000, 10_000, 100_000],
      longSizes: [10_000_000],
      open: (bed) => openLedger(bed, bed.size!),
      atMost: 1.25,
    },
  ],
};

export default row;

const page = (n: number): string => String(500_000 + n);
const person = (bed: Bed, n: number): string => shopperId('bench', page(n % PAGES), `${bed.name}:${n}`);

/** A ledger with so many old rows, Pages leased for an hour, people whose window is open, and an offer. */
async function openLedger(bed: Bed, old: number): Promise<Contender> {
  const database = await ownSchema(bed, deliveryMigrations);
  await fill(bed, database, old);
  const pool = database as unknown as Parameters<typeof passGate>[0];
  let n = 0;
  let chunks: Admission[][] = [];
  return {
    before: async () => {
      chunks = Array.from({ length: bed.quick ? QUICK_CHUNKS : CHUNKS }, () =>
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

function admission(bed: Bed, n: number): Admission {
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

const CONNECTIONS = 8;

async function openRowByRow(bed: Bed): Promise<Contender> {
  const options = { connectionString: bed.databaseUrl, options: `-c search_path=${bed.name}` };
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client(options);
      await client.connect();
      return client;
    }),
  );
  const [first] = clients as [pg.Client, ...pg.Client[]];
  await first.query(`CREATE SCHEMA ${bed.name}`);
  await first.query(`CREATE TABLE sent (id text PRIMARY KEY, page text NOT NULL, shopper_id text NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now(), state text NOT NULL DEFAULT 'claimed', mid text, body jsonb NOT NULL)`);
  let n = 0;
  let alerts: Admission[] = [];
  const send = async (client: pg.Client, alert: Admission): Promise<void> => {
    const { rowCount } = await client.query({
      name: 'claim',
      text: 'INSERT INTO sent (id, page, shopper_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
      values: [alert.alert_id, alert.page, alert.shopper_id, JSON.stringify(alert)],
    });
    if (rowCount !== 1) throw new Error('an alert was claimed before');
    await client.query({
      name: 'settle',
      text: `UPDATE sent SET state = 'accepted', mid = $2 WHERE id = $1`,
      values: [alert.alert_id, `m_${alert.alert_id}`],
    });
  };
  return {
    before: async () => {
      const count = (bed.quick ? QUICK_CHUNKS : CHUNKS) * CHUNK;
      alerts = Array.from({ length: count }, () => admission(bed, n++));
    },
    round: async () => {
      let next = 0;
      const serve = async (client: pg.Client): Promise<void> => {
        while (next < alerts.length) await send(client, alerts[next++]!);
      };
      await Promise.all(clients.map(serve));
      return { units: alerts.length };
    },
    close: async () => {
      await first.query(`DROP SCHEMA ${bed.name} CASCADE`);
      for (const client of clients) await client.end();
    },
  };
}
