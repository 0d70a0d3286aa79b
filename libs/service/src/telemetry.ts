/**
 * Tracing is started by the preload `otel.cjs` (`node --require @beckon/service/otel.cjs dist/main.js`), and only if
 * OTEL_EXPORTER_OTLP_ENDPOINT is set: without it not even the SDK is loaded, and all spans are the API's no-ops.
 */

/** Under this key the preload leaves the SDK that it started. */
const sdkKey = Symbol.for('beckon.otel.sdk');

interface StartedSdk {
  shutdown(): Promise<void>;
}

function startedSdk(): StartedSdk | undefined {
  return (globalThis as { [sdkKey]?: StartedSdk })[sdkKey];
}

/** Whether spans go anywhere: worth asking before building costly attributes. */
export function tracingOn(): boolean {
  return startedSdk() !== undefined;
}

/** Sends the spans still held and stops. Does nothing when tracing is off. */
export async function stopTelemetry(): Promise<void> {
  await startedSdk()?.shutdown();
}
