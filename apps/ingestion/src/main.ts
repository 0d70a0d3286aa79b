import { kafkaStrategy } from '@beckon/kafka';
import { runService } from '@beckon/service';
import { ingestionSettings } from './config.js';
import { IngestionModule } from './ingestion.module.js';

await runService({
  name: 'ingestion',
  settings: ingestionSettings,
  module: (config, deps) => IngestionModule.forService(config, deps),
  strategies: (app, _config, deps) => kafkaStrategy(app, deps),
});
