/** Jest's globalTeardown: stops what `servers.setup.mjs` started and deletes its data. Also called twice. */
const STACK = Symbol.for('beckon.tests.stack');

export default async function stopServers() {
  const stack = globalThis[STACK];
  globalThis[STACK] = undefined;
  await stack?.stop();
}
