import { kafkaStrategy } from '@beckon/kafka';
import { ReceiveBody, guardConnections, type ServiceOptions } from '@beckon/service';
import type { Server } from 'node:http';
import { ingestionSettings } from './config.js';
import { IngestionModule } from './ingestion.module.js';
import { WEBHOOKS_PATH } from './inbound/webhooks/webhooks.controller.js';
import { ingestionMetrics } from './metrics.js';

/** Ingestion as a process. */
export const ingestion: ServiceOptions<typeof ingestionSettings> = {
  name: 'ingestion',
  settings: ingestionSettings,
  module: (config, deps) => IngestionModule.forService(config, deps),
  strategies: (app, _config, deps) => kafkaStrategy(app, deps),
  nest: { bodyParser: false },
  http: (app, config) => {
    // Before any parser: signatures cover the bytes on the wire.
    const bounds = {
      maxBytes: config.WEBHOOK_MAX_BYTES,
      withinMs: config.WEBHOOK_BODY_MS,
      maxHeldBytes: config.WEBHOOK_HELD_BYTES,
    };
    const bodies = new ReceiveBody(bounds, (outcome) => ingestionMetrics.webhooks.add(1, { outcome }));
    app.use(WEBHOOKS_PATH, bodies.middleware);
    guardConnections(app.getHttpServer(), { most: config.HTTP_MAX_CONNECTIONS, headWithinMs: config.WEBHOOK_BODY_MS });
    // A snapshot takes as long as its transactions; its pauses are bounded, and so are the bodies of webhooks (above).
    (app.getHttpServer() as Server).requestTimeout = 0;
  },
};
