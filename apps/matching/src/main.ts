import { kafkaStrategy } from '@beckon/kafka';
import { runService } from '@beckon/service';
import { matchingSettings } from './config.js';
import { MatchingModule } from './matching.module.js';

await runService({
  name: 'matching',
  settings: matchingSettings,
  module: (config, deps) => MatchingModule.forService(config, deps),
  strategies: (app, _config, deps) => kafkaStrategy(app, deps),
});
