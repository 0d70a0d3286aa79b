import { kafkaStrategy } from '@beckon/kafka';
import { runService } from '@beckon/service';
import { throttlingSettings } from './config.js';
import { ThrottlingModule } from './throttling.module.js';

await runService({
  name: 'throttling',
  settings: throttlingSettings,
  module: (config, deps) => ThrottlingModule.forService(config, deps),
  strategies: (app, _config, deps) => kafkaStrategy(app, deps),
});
