/**
 * Tracing preload, CommonJS on purpose: the instrumentations patch prototypes of modules that are required here, before
 * the ES-module application imports the same modules. `--import` or a loader hook would miss ioredis, or cost a thread.
 *
 * Kafka is not instrumented: one span per message costs four fifths of the throughput. libs/kafka makes one span per
 * chunk and carries `traceparent` itself.
 *
 * Without OTEL_EXPORTER_OTLP_ENDPOINT this file does nothing and loads nothing. All other OTEL_* variables (sampler,
 * headers, resource attributes) are read by the SDK itself.
 */
'use strict';

if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT) start();

function start() {
  const { existsSync, readFileSync } = require('node:fs');
  const { dirname, join } = require('node:path');
  const { NodeSDK } = require('@opentelemetry/sdk-node');
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  const { IORedisInstrumentation } = require('@opentelemetry/instrumentation-ioredis');
  const { PgInstrumentation } = require('@opentelemetry/instrumentation-pg');
  const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');

  const secretParameters = ['access_token', 'appsecret_proof', 'hub.verify_token', 'token', 'password', 'ref'];
  const sdk = new NodeSDK({
    serviceName: process.env.OTEL_SERVICE_NAME || nameOfApplication(),
    traceExporter: new OTLPTraceExporter(),
    // Metrics are Prometheus text on the service's own port, logs are lines on stdout: the SDK does neither.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      // Probes and scrapes every few seconds would drown what matters.
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => /^\/(health|metrics)\b/.test(request.url || ''),
        redactedQueryParams: secretParameters,
        redactedQueryParamsServer: secretParameters,
      }),
      // Never the arguments: they hold shopper ids.
      new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
      new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false }),
      // Graph addresses may carry tokens in their query, and end in a person's page-scoped id: spans get neither.
      new UndiciInstrumentation({
        requireParentforSpans: true,
        startSpanHook: ({ origin, path }) => {
          const shown = path.replace(/\?.*$/s, '').replace(/\/\d+$/, '/***');
          return { 'url.full': new URL(shown, origin).toString(), 'url.path': shown, 'url.query': '' };
        },
      }),
    ],
  });
  sdk.start();
  globalThis[Symbol.for('beckon.otel.sdk')] = sdk;

  require('node:http');
  for (const name of ['pg', 'ioredis']) {
    try {
      require(name);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error; // not every application uses both
    }
  }

  /** `@beckon/matching` → `beckon-matching`, from the package that the started file belongs to. */
  function nameOfApplication() {
    for (let at = dirname(process.argv[1] || '.'), up; (up = dirname(at)) !== at; at = up) {
      const file = join(at, 'package.json');
      if (existsSync(file)) {
        const { name } = JSON.parse(readFileSync(file, 'utf8'));
        if (name) return name.replace('@', '').replace('/', '-');
      }
    }
    return 'beckon';
  }
}
