import type { Guard } from './guard.js';
import { messengerGuards } from './list/messenger.js';

/** Every guard, by service. A line that keeps a promise gets one (CONTRIBUTING.md). */
export const allGuards: readonly Guard[] = [...messengerGuards];
