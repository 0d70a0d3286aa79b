/**
 * **wrong_page**: an accepted message whose person belongs to another Page than the one that sent it, or is nobody; or a
 * call that named another Page than its token's, or a person of another Page (the sandbox's rules 1, 2, 5 and 17 refuse
 * those, which does not make them right).
 */
import type { Evidence, Violation } from '../evidence.js';

/** Rules of the sandbox about whose token and whose person it is. */
const IDENTITY = new Set([1, 2, 5, 17]);

/** See above. */
export function wrongPage({ inputs, ledger, calls }: Evidence): Violation[] {
  const pageOf = new Map(inputs.people.map((p) => [p.psid, p.page]));
  const violation = (at: number, what: string, psid: string | null): Violation => ({
    row: 'wrong_page',
    ...{ at, what, psid, sku: null },
  });
  const received = ledger.flatMap(({ psid, page, accepted_at, mid }) =>
    pageOf.get(psid) === page
      ? []
      : [violation(accepted_at, `${mid}: from Page ${page} to a person of ${pageOf.get(psid) ?? 'nobody'}`, psid)],
  );
  const tried = calls.flatMap(({ at, psid, token_page, path_page, rule }) => {
    if (rule !== null && IDENTITY.has(rule)) return [violation(at, `a call was refused by rule ${rule}`, psid)];
    if (path_page === 'me' || token_page === path_page) return [];
    return [violation(at, `a call to Page ${path_page} with the token of ${token_page ?? 'nobody'}`, psid)];
  });
  return [...received, ...tried];
}
