import { READY_MADE } from './domain/ready-made.js';
import { rule40Verify } from './outbound/verify-subscription.js';
import type { Admin } from './world/admin.js';

/** What the sandbox has and says when it runs alone. */

/** How long a callback may take to answer the verification, and how often it is asked until it does. Milliseconds. */
const VERIFY_WITHIN_MS = 5000;
const VERIFY_EVERY_MS = 2000;

/** Makes the Page and the person unless they are there (a state file may have brought them). */
export async function makeReady(admin: Admin): Promise<void> {
  const { pages, people, products } = admin.overview();
  const { page, page_name: name, token, app_id, app_secret, verify_token, psid, person } = READY_MADE;
  if (!pages.some((one) => one.page === page)) {
    await admin.createPage({ page, name, token, app_id, app_secret, verify_token });
  }
  if (products.length === 0) {
    const link = `https://m.me/${page}?ref=red-coat`;
    admin.createProduct({ page, id: 'red-coat', title: 'Red coat', subtitle: 'Size M · sold out', link });
  }
  if (!people.some((one) => one.psid === psid)) admin.createPerson({ page, psid, name: person });
}

/**
 * Sends the Page's webhooks to an address as soon as that passes the verification; the bot may start later than the
 * sandbox. `told` hears why it did not pass, each reason once. Ends when it passed or `signal` aborts.
 */
export async function connectWebhook(
  admin: Admin,
  url: string,
  told: (fault: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    const fault = await rule40Verify(url, READY_MADE.verify_token, VERIFY_WITHIN_MS);
    if (signal.aborted) return;
    if (fault === undefined) {
      await admin.setWebhook(READY_MADE.page, { url });
      return;
    }
    if (fault !== last) told(fault);
    last = fault;
    await new Promise((resolve) => setTimeout(resolve, VERIFY_EVERY_MS).unref());
  }
}

/** What the terminal says about the ready-made Page, with commands to paste. */
export function readyMadeText(url: string, webhookUrl: string | undefined): string {
  const { page, page_name: name, token, app_secret: secret, verify_token: word, psid, person } = READY_MADE;
  return [
    '',
    `  Page          ${page} (${name})`,
    `  Page token    ${token}`,
    `  App secret    ${secret}`,
    `  Verify token  ${word}`,
    `  Webhook       ${webhookUrl ?? 'none yet: set one on the page, or start with --webhook-url http://127.0.0.1:8080/webhook'}`,
    '',
    'These values are the same at every start and work nowhere else. Point a bot here:',
    '',
    `  GRAPH_BASE_URL=${url}`,
    '',
    `Open ${url}/ and tap Get Started on ${person}’s phone (or run the first line), then write to ${person}:`,
    '',
    `  curl -X POST ${url}/admin/people/${psid}/tap-get-started`,
    `  curl '${url}/v26.0/me/messages' -H 'authorization: Bearer ${token}' -H 'content-type: application/json' \\`,
    `    -d '{"recipient":{"id":"${psid}"},"message":{"text":"Hello"}}'`,
    '',
  ].join('\n');
}
