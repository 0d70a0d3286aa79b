import type { Guard } from './guard.js';
import { deadLetterGuards } from './list/dead-letters.js';
import { commercetoolsGuards } from './list/commercetools.js';
import { deliveryGuards } from './list/delivery.js';
import { ingestionGuards } from './list/ingestion.js';
import { ingestionPlatformGuards } from './list/ingestion-platforms.js';
import { kafkaGuards } from './list/kafka.js';
import { matchingGuards } from './list/matching.js';
import { messengerGuards } from './list/messenger.js';
import { offerGuards } from './list/offers.js';
import { optinGuards } from './list/optin.js';
import { optinApiGuards } from './list/optin-api.js';
import { pageGuards } from './list/pages.js';
import { privacyGuards } from './list/privacy.js';
import { serviceGuards } from './list/service.js';
import { snapshotGuards } from './list/snapshots.js';
import { sourceGuards } from './list/sources.js';
import { shopifyGuards } from './list/shopify.js';
import { throttlingGuards } from './list/throttling.js';
import { topicGuards } from './list/topics.js';

/** Every guard. A line that keeps a promise gets one (CONTRIBUTING.md). */
export const allGuards: readonly Guard[] = [
  ...messengerGuards,
  ...optinGuards,
  ...optinApiGuards,
  ...pageGuards,
  ...ingestionGuards,
  ...offerGuards,
  ...deadLetterGuards,
  ...snapshotGuards,
  ...sourceGuards,
  ...ingestionPlatformGuards,
  ...shopifyGuards,
  ...commercetoolsGuards,
  ...matchingGuards,
  ...throttlingGuards,
  ...deliveryGuards,
  ...kafkaGuards,
  ...serviceGuards,
  ...privacyGuards,
  ...topicGuards,
];
