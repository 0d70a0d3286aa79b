import { runService } from '@beckon/service';
import { optin } from './service.js';

await runService(optin);
