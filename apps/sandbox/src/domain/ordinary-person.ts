import type { Person } from './model.js';

/** The switches of a person about whom nothing is said. */
export const ORDINARY_PERSON = {
  state: 'reachable',
  threadOwner: null,
  euBlocked: false,
  hasRole: false,
  region: 'EU',
  receipts: 'none',
  receiptDelayMs: 0,
  offlineSince: null,
  waiting: [],
  muted: false,
  profilePic: null,
  gender: null,
  faultRate: null,
  faultSeed: null,
  faultKinds: null,
} as const satisfies Partial<Person>;
