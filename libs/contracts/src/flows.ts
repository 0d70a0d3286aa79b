import { SERVICES } from './all-topics.js';
import type { ServiceName } from './all-topics.js';
import type { Topic } from './topic.js';
import { alertsAdmitted } from './topics/alerts-admitted.js';
import { alertsMatched } from './topics/alerts-matched.js';
import { catalogSignals } from './topics/catalog-signals.js';
import { deadLetters } from './topics/dead-letters.js';
import { decisions } from './topics/decisions.js';
import { deliveries } from './topics/deliveries.js';
import { freshness } from './topics/freshness.js';
import { messagesRequested } from './topics/messages-requested.js';
import { messengerEvents } from './topics/messenger-events.js';
import { offers } from './topics/offers.js';
import { receipts } from './topics/receipts.js';
import { shoppers } from './topics/shoppers.js';
import { shops } from './topics/shops.js';
import { subscriptions } from './topics/subscriptions.js';

/** Which topics a program writes and which it reads. */
export interface Flow {
  readonly sends: readonly Topic[];
  readonly receives: readonly Topic[];
}

type Own = Record<ServiceName, { readonly sends: readonly unknown[]; readonly receives: readonly unknown[] }>;

const own: Own = {
  optin: {
    sends: [messengerEvents, shoppers, subscriptions, messagesRequested, receipts],
    receives: [messengerEvents, deliveries, offers],
  },
  ingestion: { sends: [catalogSignals, offers, freshness], receives: [] },
  matching: { sends: [alertsMatched], receives: [catalogSignals, subscriptions] },
  throttling: {
    sends: [alertsAdmitted],
    receives: [alertsMatched, catalogSignals, freshness, subscriptions, shoppers, deliveries],
  },
  delivery: { sends: [deliveries], receives: [alertsAdmitted, messagesRequested, shoppers, offers, receipts] },
};

/**
 * Who sends and who receives each topic: the source of the operations in the AsyncAPI document. Every service reads
 * the shops' settings, and writes decisions and its own dead letters. (What ingestion reads
 * besides are the shops' own topics, which are named in their settings.)
 */
export const flows: Readonly<Record<ServiceName | 'cli', Flow>> = {
  ...(Object.fromEntries(
    SERVICES.map((name) => [
      name,
      {
        sends: [...own[name].sends, decisions, deadLetters(name)],
        receives: [shops, ...own[name].receives],
      },
    ]),
  ) as unknown as Record<ServiceName, Flow>),
  cli: {
    sends: [shops],
    receives: [shops, offers, catalogSignals, decisions, deliveries, subscriptions, ...SERVICES.map(deadLetters)],
  } as Flow,
};
