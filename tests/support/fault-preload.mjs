/**
 * `node --import tests/support/fault-preload.mjs …`: ends the process by SIGKILL at a named instant.
 * FAULT_POINT names it (see libs/kafka/src/fault-point.ts), FAULT_TOPIC an ending of the topic's name (any, if not
 * set), FAULT_COUNT which time (1 = the first).
 */
const { FAULT_POINT, FAULT_TOPIC = '', FAULT_COUNT = '1' } = process.env;
let left = Number(FAULT_COUNT);
globalThis[Symbol.for('beckon.faultPoint')] = (name, topic = '') => {
  if (name !== FAULT_POINT || !topic.endsWith(FAULT_TOPIC)) return;
  left -= 1;
  if (left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // Nothing after this instant may happen, however late the signal is.
  for (;;);
};
