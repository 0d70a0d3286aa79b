/**
 * Tells trouble that may pass (try again later, keep the data) from trouble that will not (this statement or record is
 * wrong). Everything unknown counts as lasting: retrying forever hides a fault, and callers stop loudly instead.
 */

/** SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html), whole codes. */
const passingStates = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available: lock_timeout
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or shutting down
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: after a failover we may still talk to the old primary
]);
/** SQLSTATE classes: 08 connection exception, 53 insufficient resources (too many connections, disk full). */
const passingClasses = new Set(['08', '53']);

/** What the operating system says when a server is away or its name does not resolve for now. */
const passingSystemCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * node-postgres gives its own connection errors no code, so these alone are told by their text; an integration spec
 * provokes them for real and fails when an upgrade words them differently.
 */
export const passingTexts = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
]);

/** True when the same work may well succeed later: server away, deadlock, time-out, no room for now. */
export function isPassing(error: unknown): boolean {
  const seen = new Set<unknown>();
  // Told by shape and not by instanceof: errors of Node itself are of another Error class inside a VM context.
  const visit = (e: unknown): boolean => {
    if (typeof e !== 'object' || e === null || seen.has(e)) return false;
    seen.add(e);
    const { code, message, errors, driverError, cause } = e as Partial<Record<string, unknown>>;
    if (typeof code === 'string') {
      if (passingSystemCodes.has(code)) return true;
      if (/^[0-9A-Z]{5}$/.test(code)) return passingStates.has(code) || passingClasses.has(code.slice(0, 2));
    }
    if (typeof message === 'string' && passingTexts.has(message)) return true;
    // Node reports a host with several addresses as one AggregateError with an error per address.
    if (Array.isArray(errors) && errors.length > 0) return errors.every(visit);
    return visit(driverError) || visit(cause);
  };
  return visit(error);
}
