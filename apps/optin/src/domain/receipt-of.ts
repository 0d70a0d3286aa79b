import type { Receipt } from '@beckon/contracts';
import { parseMetadata } from '@beckon/messenger';
import type { MessengerEvent as PlatformEvent } from '@beckon/messenger';

/**
 * What an event proves about messages of ours: an echo by the id in its metadata (others' echoes have none), delivered
 * and read marks by their watermark. Undefined for everything else.
 */
export function receiptOf(e: PlatformEvent): Omit<Receipt, 'shopper_id'> | undefined {
  const head = { page: e.page, at: e.timestamp };
  if (e.kind === 'echo') {
    const id = parseMetadata(e.body.metadata);
    return id === undefined ? undefined : { ...head, kind: 'echo', alert_id: id, mid: e.body.mid, watermark: null };
  }
  if (e.kind === 'delivery' || e.kind === 'read') {
    const kind = e.kind === 'read' ? 'read' : 'delivered';
    return { ...head, kind, alert_id: null, mid: null, watermark: e.body.watermark };
  }
  return undefined;
}
