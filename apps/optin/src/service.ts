import { messengerEvents } from '@beckon/contracts';
import { Emitter, kafkaStrategy } from '@beckon/kafka';
import type { ServiceOptions } from '@beckon/service';
import { DataSource } from 'typeorm';
import { optinSettings } from './config.js';
import { ExpireRights, expireRights } from './inbound/expire-rights.js';
import { forgetSeenEvents } from './inbound/forget-seen-events.js';
import { ReceiveBody, guardConnections } from './inbound/receive-body.js';
import { ReadProfiles, readProfiles } from './inbound/read-profiles.js';
import { WEBHOOK_PATH } from './inbound/webhook.controller.js';
import { OptinModule } from './optin.module.js';
import { OptinKeys } from './outbound/optin-keys.js';
import { SeenEvents } from './outbound/seen-events.js';

/** Optin as a process. */
export const optin: ServiceOptions<typeof optinSettings> = {
  name: 'optin',
  settings: optinSettings,
  module: (config, deps) => OptinModule.forService(config, deps),
  strategies: (app, config, deps) => {
    forgetSeenEvents(app.get(SeenEvents), app.get(DataSource), deps, config.SEEN_KEEP_MS);
    expireRights(app.get(ExpireRights), app.get(Emitter), deps);
    readProfiles(app.get(ReadProfiles), deps);
    const keys = app.get(OptinKeys);
    // The only topic with page-scoped ids in the clear: what is put aside from it must not keep them for 30 days.
    return kafkaStrategy(app, deps, { sealDeadLetters: { [messengerEvents.name]: (bytes) => keys.seal(bytes) } });
  },
  nest: { bodyParser: false },
  http: (app, config) => {
    // Before any parser: the signature covers the bytes on the wire.
    const bodies = new ReceiveBody({
      maxBytes: config.WEBHOOK_MAX_BYTES,
      withinMs: config.WEBHOOK_BODY_MS,
      maxHeldBytes: config.WEBHOOK_HELD_BYTES,
    });
    app.use(WEBHOOK_PATH, bodies.middleware);
    guardConnections(app.getHttpServer(), { most: config.HTTP_MAX_CONNECTIONS, headWithinMs: config.WEBHOOK_BODY_MS });
    app.useBodyParser('json', { limit: '64kb' });
  },
};
