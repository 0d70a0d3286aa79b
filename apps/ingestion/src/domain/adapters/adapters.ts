import type { SourceSettings } from '@beckon/contracts';
import type { Adapter } from '../offer-update.js';
import { readOfferEvent } from './cloudevents.js';
import { readCommercetoolsMessage } from './commercetools.js';
import { readShopifyWebhook } from './shopify.js';

/** One adapter per format that a shop's settings can name. A new platform is one file beside this one and one line. */
export const adapters: Readonly<Record<SourceSettings['format'], Adapter>> = {
  cloudevents: readOfferEvent,
  commercetools: readCommercetoolsMessage,
  shopify: readShopifyWebhook,
};
