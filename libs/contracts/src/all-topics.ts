import type { Topic } from './topic.js';
import { messengerEvents } from './topics/messenger-events.js';
import { shoppers } from './topics/shoppers.js';
import { subscriptions } from './topics/subscriptions.js';
import { shops } from './topics/shops.js';
import { offers } from './topics/offers.js';
import { catalogSignals } from './topics/catalog-signals.js';
import { freshness } from './topics/freshness.js';
import { alertsMatched } from './topics/alerts-matched.js';
import { alertsAdmitted } from './topics/alerts-admitted.js';
import { messagesRequested } from './topics/messages-requested.js';
import { receipts } from './topics/receipts.js';
import { deliveries } from './topics/deliveries.js';
import { decisions } from './topics/decisions.js';
import { deadLetters } from './topics/dead-letters.js';

/** The five services, in the order of the pipeline. */
export const SERVICES = ['optin', 'ingestion', 'matching', 'throttling', 'delivery'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Every topic that Beckon creates. */
export const allTopics: readonly Topic[] = [
  messengerEvents,
  shoppers,
  subscriptions,
  shops,
  offers,
  catalogSignals,
  freshness,
  alertsMatched,
  alertsAdmitted,
  messagesRequested,
  receipts,
  deliveries,
  decisions,
  ...SERVICES.map(deadLetters),
] as readonly Topic[];
