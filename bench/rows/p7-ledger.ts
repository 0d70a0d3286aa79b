import type { Admission } from '@beckon/contracts';
import pg from 'pg';
import { admission, CHUNK, ledgerAlerts, openLedger, SLOTS } from '../parts/ledger.js';
import type { Bed, Contender, Row } from '../row.js';

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
      alerts = Array.from({ length: ledgerAlerts(bed) }, () => admission(bed, n++));
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
