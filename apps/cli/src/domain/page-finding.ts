/** What connecting a Page found, one line each, and what Graph's refusals mean for it. Pure. */
import type { GraphFault } from '@beckon/messenger';

/** `ok`: as it should be; `done`: it is now; `note`: to be known, nothing is missing; `missing`: `fix` says what to do. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'done' | 'note' | 'missing';
  readonly says: string;
  readonly fix?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const done = (check: string, says: string): Finding => ({ check, state: 'done', says });
export const note = (check: string, says: string): Finding => ({ check, state: 'note', says });
export const missing = (check: string, says: string, fix: string): Finding => ({ check, state: 'missing', says, fix });

const NEW_TOKEN =
  'Make a Page access token that does not expire (a system user’s, in the business settings), put it where the settings look for it, and restart delivery and optin.';
const PERMISSION = (name: string): string =>
  `Give the app the permission ${name} for this Page and make the token anew; before app review it works for people with a role in the app only.`;

/** What a refused call means, in words and with what to do. @param permission what the call needs */
export function findingOf(check: string, fault: GraphFault, permission: string): Finding {
  const { code, subcode, status, message } = fault;
  const said = `${message}${code === undefined ? '' : ` (${code}${subcode === undefined ? '' : `/${subcode}`})`}`;
  if (status === 0)
    return missing(check, said, 'See that this machine reaches the Graph host (GRAPH_BASE_URL), then run this again.');
  if (code === 190 || code === 102) return missing(check, `the access token is dead: ${said}`, NEW_TOKEN);
  if (code === 10 || code === 3 || (code !== undefined && code >= 200 && code <= 299))
    return missing(check, `not allowed: ${said}`, PERMISSION(permission));
  if (
    code === 4 ||
    code === 17 ||
    code === 32 ||
    code === 613 ||
    (code !== undefined && code >= 80_000 && code <= 80_099)
  )
    return missing(
      check,
      `too many calls: ${said}`,
      'Wait ten minutes, then run this again: the platform allows ten profile calls in ten minutes.',
    );
  if (code === 100 && subcode === 33)
    return missing(
      check,
      `the token does not reach this Page: ${said}`,
      'See that the settings name the Page’s numeric id and a token of this very Page.',
    );
  return missing(check, said, 'Run this again; if it stays, look the code up in the platform’s error reference.');
}

/** What `GET /{page}/messaging_feature_review` says of one-time notifications. */
export function oneTimeFinding(
  reviews: readonly { feature: string; status: string }[],
  wanted: boolean,
  inEurope: boolean | undefined,
): Finding {
  const check = 'one-time notifications';
  if (!wanted)
    return note(check, 'switched off in the shop’s settings (one_time_notifications): only the open window is used');
  const review = reviews.find(({ feature }) => /one.?time/i.test(feature));
  const look = 'Page settings → Advanced messaging → One-time notification: accept the terms there.';
  const europe = inEurope ? '; the Page falls under Europe’s privacy rules, where some features are held back' : '';
  if (review === undefined)
    return note(check, `the platform does not say by API whether the Page has them${europe}. To see: ${look}`);
  if (review.status.toLowerCase() === 'approved') return ok(check, `approved${europe}`);
  return missing(check, `${review.status.toLowerCase()}${europe}`, look);
}
