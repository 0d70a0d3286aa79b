import { topicOfSku } from '@beckon/contracts';
import type { NativeUpdate, RecordFault } from './offer-update.js';

/**
 * The fault of an update whose SKU would be taken for a topic of the shop: from signals to deliveries, `topic:autumn`
 * stands where a SKU does.
 */
export const reservedSku = ({ item }: Pick<NativeUpdate, 'item'>): RecordFault | undefined =>
  'sku' in item && topicOfSku(item.sku) !== undefined
    ? { code: 'invalid_field', field: 'sku', detail: 'begins with "topic:", which names collections and sales' }
    : undefined;
