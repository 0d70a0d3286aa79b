import type { Delivery } from '@beckon/contracts';
import { findErrorRow } from '@beckon/messenger';
import { suspended } from './person.js';
import type { Person } from './person.js';

/**
 * Whether Messenger itself said that the person cannot be reached (blocked, deleted the thread, deactivated: the rows
 * PERSON of messenger-platform, section 5.4). An alert that was only held back because of it has nothing new to say.
 */
export function isUnreachable(d: Delivery): boolean {
  if (d.state !== 'refused' || d.reason !== 'suspended' || d.error_code === null || d.posted_at === null) return false;
  const recipient = d.grant_kind === 'one_time' || d.grant_kind === 'notification' ? d.grant_kind : 'psid';
  const row = findErrorRow(d.error_code, d.error_subcode, recipient);
  return row?.proof === 'refused' && row.action === 'person';
}

/** The person after a delivery that could not reach them; the same person if they acted since, or it is known. */
export function suspendBy(person: Person, delivery: Delivery, now: number): Person {
  if (!isUnreachable(delivery) || delivery.posted_at === null) return person;
  const shopper = suspended(person.shopper, delivery.posted_at);
  if (shopper.suspended_at === person.shopper.suspended_at) return person;
  return { ...person, shopper: { ...shopper, rev: shopper.rev + 1, updated_at: now } };
}
