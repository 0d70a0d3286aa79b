import { runService } from '@beckon/service';
import { ingestion } from './service.js';

await runService(ingestion);
