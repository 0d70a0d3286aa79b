import { GENERIC_ELEMENTS_MAX } from '@beckon/messenger';
import type { Facts } from './fold-event.js';
import type { ListedAlert, ReplyWanted } from './outcome.js';
import { activeOf } from './person.js';
import type { Person } from './person.js';
import { wishOf } from './wish.js';

/**
 * What a person asked for and still waits for, oldest first: one page of the list, as many as a template holds. A place
 * behind the end (alerts ended since the button was made) shows the list from its beginning.
 */
export function myAlerts(
  person: Person,
  asked: { readonly offset: number; readonly language: string | null },
  facts: Pick<Facts, 'item'>,
): ReplyWanted {
  const active = activeOf(person).sort(bySince);
  if (active.length === 0) return { say: 'no_alerts', language: asked.language };
  const offset = asked.offset < active.length ? asked.offset : 0;
  const end = offset + GENERIC_ELEMENTS_MAX;
  const alerts = active.slice(offset, end).map((sub): ListedAlert => ({ sub, item: facts.item(wishOf(sub)) }));
  return { say: 'list', alerts, next: end < active.length ? end : null, language: asked.language };
}

/** The same order each time, so that no alert is on two pages. */
const bySince = (a: ListedAlert['sub'], b: ListedAlert['sub']): number =>
  a.consented_at - b.consented_at || (a.sub_id < b.sub_id ? -1 : 1);
