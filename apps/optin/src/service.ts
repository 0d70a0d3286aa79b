import { messengerEvents } from '@beckon/contracts';
import { Emitter, kafkaStrategy } from '@beckon/kafka';
import { ReceiveBody, Sealer, forgetOldRows, guardConnections, sealedColumn, startResealing } from '@beckon/service';
import type { ServiceOptions } from '@beckon/service';
import { ShopDirectory } from '@beckon/settings';
import { DataSource } from 'typeorm';
import { optinSettings } from './config.js';
import { ExpireRights, expireRights } from './inbound/expire-rights.js';
import { ReadProfiles, readProfiles } from './inbound/read-profiles.js';
import { openApiDoor } from './inbound/api/api-door.js';
import { watchPages } from './inbound/watch-pages.js';
import { buryErased } from './inbound/bury-erased.js';
import { WEBHOOK_PATH } from './inbound/webhook.controller.js';
import { optinMetrics } from './metrics.js';
import { OptinModule } from './optin.module.js';
import { ASK_LIFE_MS, Asks } from './outbound/asks.js';
import { Erasures } from './outbound/erasures.js';
import { OptinKeys } from './outbound/optin-keys.js';
import { ANSWER_LIFE_MS, RememberedAnswers } from './outbound/remembered-answers.js';
import { PageActivity } from './outbound/page-activity.js';
import { PageWatchStore } from './outbound/page-watch-store.js';
import { sealedShoppers } from './outbound/sealed-shoppers.js';
import { SeenEvents } from './outbound/seen-events.js';

/** Largest body of a request to the HTTP API. */
const API_MAX_BYTES = 65_536;

/** Optin as a process. */
export const optin: ServiceOptions<typeof optinSettings> = {
  name: 'optin',
  settings: optinSettings,
  module: (config, deps) => OptinModule.forService(config, deps),
  strategies: (app, config, deps) => {
    expireRights(app.get(ExpireRights), app.get(Emitter), deps);
    readProfiles(app.get(ReadProfiles), deps);
    const [seen, answers, asks] = [app.get(SeenEvents), app.get(RememberedAnswers), app.get(Asks)];
    const dataSource = app.get(DataSource);
    forgetOldRows('seen events', (before, n) => seen.forget(dataSource, before, n), deps, config.SEEN_KEEP_MS);
    forgetOldRows('API answers', (before, n) => answers.forget(before, n), deps, ANSWER_LIFE_MS);
    forgetOldRows('asks', (before, n) => asks.forget(before, n), deps, ASK_LIFE_MS);
    if (config.PAGE_WATCH_MS > 0) {
      const watched = {
        store: app.get(PageWatchStore),
        shops: app.get(ShopDirectory),
        activity: app.get(PageActivity),
      };
      const graph = { baseUrl: config.GRAPH_BASE_URL, version: config.GRAPH_VERSION };
      watchPages({ ...watched, graph, everyMs: config.PAGE_WATCH_MS, owner: config.SERVICE_INSTANCE }, deps);
    }
    buryErased(app.get(Erasures), app.get(Emitter), deps, config.ERASED_MARKER_MS);
    const places = [
      sealedShoppers(dataSource, app.get(Emitter)),
      sealedColumn(dataSource, { table: 'api_answers', key: ['shop', 'idempotency_key'], column: 'answer_sealed' }),
    ];
    startResealing({ ...deps, sealer: Sealer.fromKeys(config.SEAL_KEYS), places }, deps);
    const keys = app.get(OptinKeys);
    // The only topic with page-scoped ids in the clear: what is put aside from it must not keep them for 30 days.
    return kafkaStrategy(app, deps, { sealDeadLetters: { [messengerEvents.name]: (bytes) => keys.seal(bytes) } });
  },
  nest: { bodyParser: false },
  http: (app, config) => {
    // Before any parser: the signature covers the bytes on the wire.
    const bounds = {
      maxBytes: config.WEBHOOK_MAX_BYTES,
      withinMs: config.WEBHOOK_BODY_MS,
      maxHeldBytes: config.WEBHOOK_HELD_BYTES,
    };
    const bodies = new ReceiveBody(bounds, (outcome) => optinMetrics.webhooks.add(1, { outcome }));
    app.use(WEBHOOK_PATH, bodies.middleware);
    guardConnections(app.getHttpServer(), { most: config.HTTP_MAX_CONNECTIONS, headWithinMs: config.WEBHOOK_BODY_MS });
    openApiDoor(app, API_MAX_BYTES);
  },
};
