import { playPayloads, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readShoplineWebhook } from './shopline.js';

playPayloads('shopline', readShoplineWebhook);
survivesHostileValues('shopline', readShoplineWebhook);
