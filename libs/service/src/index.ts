/** What is the same in all services and free of business words. */
export * from './checks.js';
export * from './clock.js';
export * from './common-settings.js';
export * from './config.js';
export * from './database.js';
export * from './health.js';
export * from './logger.js';
export * from './loop.js';
export * from './metrics.js';
export { ConnectionLostError } from './lost-connection.js';
export { isPassing } from './passing.js';
export * from './provide-database.js';
export * from './redact.js';
export * from './run-service.js';
export * from './sealer.js';
export * from './secrets.js';
export * from './shutdown.js';
export * from './telemetry.js';
