import { messengerEvents } from '@beckon/contracts';
import { Emitter, kafkaStrategy } from '@beckon/kafka';
import { Sealer, sealedColumn, startResealing } from '@beckon/service';
import type { ServiceOptions } from '@beckon/service';
import { DataSource } from 'typeorm';
import { optinSettings } from './config.js';
import { openApiDoor } from './inbound/api/api-door.js';
import { buryErased } from './inbound/bury-erased.js';
import { DATA_DELETION_MAX_BYTES, DATA_DELETION_PATH } from './inbound/data-deletion.controller.js';
import { ExpireRights, expireRights } from './inbound/expire-rights.js';
import { forgetOldRows } from './inbound/forget-old-rows.js';
import { WEBHOOK_PATH } from './inbound/webhook.controller.js';
import { OptinModule } from './optin.module.js';
import { Erasures } from './outbound/erasures.js';
import { OptinKeys } from './outbound/optin-keys.js';
import { ANSWER_LIFE_MS, RememberedAnswers } from './outbound/remembered-answers.js';
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
    const [seen, answers, dataSource] = [app.get(SeenEvents), app.get(RememberedAnswers), app.get(DataSource)];
    forgetOldRows('seen events', (before, n) => seen.forget(dataSource, before, n), deps, config.SEEN_KEEP_MS);
    forgetOldRows('API answers', (before, n) => answers.forget(before, n), deps, ANSWER_LIFE_MS);
    expireRights(app.get(ExpireRights), app.get(Emitter), deps);
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
    // The signature covers the bytes on the wire: neither parse nor decompress them before it was checked.
    const at =
      (path: string) =>
      (request: { url?: string }): boolean =>
        request.url?.split('?')[0] === path;
    app.useBodyParser('raw', { type: at(WEBHOOK_PATH), limit: config.WEBHOOK_MAX_BYTES, inflate: false });
    app.useBodyParser('raw', { type: at(DATA_DELETION_PATH), limit: DATA_DELETION_MAX_BYTES, inflate: false });
    openApiDoor(app, API_MAX_BYTES);
  },
};
