import { playPayloads, survivesHostileValues } from '../../../tests/play-payloads.js';
import { readBigCommerceWebhook } from './bigcommerce.js';

playPayloads('bigcommerce', readBigCommerceWebhook);
survivesHostileValues('bigcommerce', readBigCommerceWebhook);
