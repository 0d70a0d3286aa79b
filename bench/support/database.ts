/** Schemas of one's own on the run's Postgres. */
import { createLogger, openDatabase, type MigrationClass } from '@beckon/service';
import type { EmittingTransaction } from '@beckon/kafka';
import type { DataSource } from 'typeorm';
import type { Bed } from '../row.js';

/** The schema named after the bed, migrated as the service does it. Statements may take long: sizes are large here. */
export function ownSchema(bed: Bed, migrations: readonly MigrationClass[], poolSize = 4): Promise<DataSource> {
  return openDatabase({
    ...{ url: bed.databaseUrl, schema: bed.name, poolSize, migrations, applicationName: 'bench' },
    ...{ statementTimeoutMs: 600_000, log: createLogger({ service: 'bench', level: 'silent' }) },
  });
}

/** Drops the schema and closes. */
export async function dropSchema(database: DataSource, { name }: Bed): Promise<void> {
  await database.query(`DROP SCHEMA ${name} CASCADE`);
  await database.destroy();
}

/** What would have been emitted by a transaction. */
export interface Gathered {
  readonly topic: string;
  readonly key: string;
  readonly value: unknown;
}

/**
 * A transaction as the services' handlers get it, without Kafka behind it: what they emit is gathered. For rows that
 * measure statements, not the transport.
 */
export function transaction<T>(
  database: DataSource,
  gathered: Gathered[],
  work: (tx: EmittingTransaction) => Promise<T>,
): Promise<T> {
  return database.transaction((manager) =>
    work({
      manager,
      query: async <R>(sql: string, parameters: readonly unknown[] = []) => {
        const answer = await manager.queryRunner!.query(sql, [...parameters], true);
        return answer.records as R[];
      },
      emit: (topic, key, value) => void gathered.push({ topic: topic.name, key, value }),
      afterCommit: () => undefined,
    }),
  );
}
