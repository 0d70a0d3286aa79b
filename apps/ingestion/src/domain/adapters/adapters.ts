import type { SourceSettings } from '@beckon/contracts';
import type { Adapter } from '../offer-update.js';
import { readAdobeCommerceEvent } from './adobe-commerce.js';
import { readBigCommerceWebhook } from './bigcommerce.js';
import { readOfferEvent } from './cloudevents.js';
import { readMappedJson } from './json-mapping.js';
import { readMedusaEvent } from './medusa.js';
import { readScayleEvent } from './scayle.js';
import { readCommercetoolsMessage } from './commercetools.js';
import { readShopifyWebhook } from './shopify.js';
import { readShoplineWebhook } from './shopline.js';
import { readWooCommerceWebhook } from './woocommerce.js';

/** One adapter per format that a shop's settings can name. A new platform is one file beside this one and one line. */
export const adapters: Readonly<Record<SourceSettings['format'], Adapter>> = {
  'adobe-commerce': readAdobeCommerceEvent,
  bigcommerce: readBigCommerceWebhook,
  cloudevents: readOfferEvent,
  json: readMappedJson,
  medusa: readMedusaEvent,
  scayle: readScayleEvent,
  commercetools: readCommercetoolsMessage,
  shopify: readShopifyWebhook,
  shopline: readShoplineWebhook,
  woocommerce: readWooCommerceWebhook,
};
