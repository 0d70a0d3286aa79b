import { kafkaStrategy } from '@beckon/kafka';
import { runService } from '@beckon/service';
import { deliverySettings } from './config.js';
import { DeliveryModule } from './delivery.module.js';

await runService({
  name: 'delivery',
  settings: deliverySettings,
  module: (config, deps) => DeliveryModule.forService(config, deps),
  strategies: (app, _config, deps) => kafkaStrategy(app, deps),
});
