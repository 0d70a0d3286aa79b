/** Real Kafka, Redis and Postgres on this machine, for `npm start` and for tests. */
export { startStack, resetStack, type ServerName, type Stack, type StackOptions } from './stack.js';
export { Guard, type GuardedProcess, type ProcessExit } from './guard.js';
export type { SpawnOrder } from './guard-protocol.js';
export { jarsFolder } from './jars.js';
export { StateInUseError } from './leftovers.js';
export { PortPicker, isPortFree } from './ports.js';
export { RequirementError } from './requirements.js';
export { lastLines, ServerStartError, type Server } from './server.js';
export { stateFolder } from './state.js';
export { until } from './until.js';
