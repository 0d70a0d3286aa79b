/**
 * Sends TypeORM's remarks to our log instead of the console. Statements are not among them: a failed one is thrown to
 * its caller, and parameters may hold personal data.
 */
import type { Logger as TypeOrmLogger } from 'typeorm';
import type { Logger } from './logger.js';

export function typeOrmLogger(log: Logger | undefined): TypeOrmLogger {
  return {
    logQuery: () => undefined,
    logQueryError: () => undefined,
    logQuerySlow: () => undefined,
    logSchemaBuild: () => undefined,
    logMigration: (message) => log?.info({ from: 'typeorm' }, message),
    log: (level, message: unknown) => log?.[level === 'warn' ? 'warn' : 'debug']({ from: 'typeorm' }, String(message)),
  };
}
