/**
 * When a connection breaks between two statements of a transaction, TypeORM releases it silently and answers the next
 * statement with "query runner already released", which reads like a mistake of the caller. That difference decides
 * whether records wait or are given up ({@link isPassing}), so here such a statement fails with the loss as its cause.
 */
import type { DataSource, QueryRunner } from 'typeorm';

/** A statement of a transaction whose connection was lost before it; nothing of the transaction was committed. */
export class ConnectionLostError extends Error {
  /** SQLSTATE connection_failure: whatever broke it, it may pass. */
  readonly code = '08006';

  constructor(cause: unknown) {
    super('the connection was lost within the transaction', { cause });
    this.name = 'ConnectionLostError';
  }
}

/** The part of TypeORM's PostgresQueryRunner that is of interest; an integration spec notices if it changes. */
interface PostgresRunner {
  isReleased: boolean;
  query: (...args: never[]) => Promise<unknown>;
  /** Called with an error by the connection's "error" event, and without one by release(). */
  releasePostgresConnection: (error?: unknown) => Promise<void>;
}

/** From now on, runners and transactions of this data source fail with {@link ConnectionLostError} after a loss. */
export function nameLostConnections(dataSource: DataSource): void {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode): QueryRunner => {
    const queryRunner = create(mode);
    const runner = queryRunner as unknown as PostgresRunner;
    const release = runner.releasePostgresConnection.bind(runner);
    const query = runner.query.bind(runner);
    let loss: { error: unknown } | undefined;
    runner.releasePostgresConnection = async (error) => {
      await release(error);
      if (!error) return;
      loss = { error };
      runner.isReleased = false; // so that callers get as far as query(); release() sets it for good
    };
    runner.query = (...args) => (loss ? Promise.reject(new ConnectionLostError(loss.error)) : query(...args));
    return queryRunner;
  };
}
