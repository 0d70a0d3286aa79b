import type { z } from 'zod';
import {
  clickLinkInput,
  clockInput,
  deletionInput,
  disorderInput,
  faultInput,
  filterInput,
  inboxReplyInput,
  listChoiceInput,
  pageInput,
  pagePatch,
  personInput,
  personPatch,
  personasInput,
  pressInput,
  productInput,
  reactInput,
  sayInput,
  searchInput,
  tapGetUpdatesInput,
  tapNotifyMeInput,
  tokenInput,
  topicInput,
  trafficInput,
  webhookInput,
} from '../world/admin-input.js';
import type { OutputName } from '../world/admin-output.js';

/** One route of the admin API, for its description. */
export interface AdminRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly does: string;
  /** The JSON body; an empty one will do if all of it is optional. */
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly status: 200 | 201 | 204;
  /** What comes back: one object or a list of them; absent with 204 and with the two answers of other kinds. */
  readonly answers?: OutputName | readonly [OutputName];
  /** The type of an answer of another kind. */
  readonly type?: string;
}

const get = (path: string, does: string, answers: AdminRoute['answers'], query?: z.ZodObject): AdminRoute => ({
  ...{ method: 'get', path: `/admin/${path}`, does, status: 200 },
  ...(answers && { answers }),
  ...(query && { query }),
});
const make = (path: string, does: string, body: z.ZodType, answers: OutputName): AdminRoute => ({
  ...{ method: 'post', path: `/admin/${path}`, does, body, status: 201, answers },
});
const change = (path: string, does: string, body: z.ZodType, answers: OutputName): AdminRoute => ({
  ...{ method: 'patch', path: `/admin/${path}`, does, body, status: 200, answers },
});
const act = (name: string, does: string, answers: OutputName, body?: z.ZodType): AdminRoute => ({
  ...{ method: 'post', path: `/admin/people/{psid}/${name}`, does, status: 200, answers },
  ...(body && { body }),
});
const clear = (path: string, does: string): AdminRoute => ({
  ...{ method: 'delete', path: `/admin/${path}`, does, status: 204 },
});

/** All routes. A spec holds them against the controllers. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  get('overview', 'All Pages, the first 200 people, product pages and the clock', 'Overview'),
  make('pages', 'Make or change a Page; what is not named gets its default', pageInput, 'Page'),
  change('pages/{page}', 'Change switches and state of a Page; what is not named stays', pagePatch, 'Page'),
  {
    ...{ method: 'post', path: '/admin/pages/{page}/token', does: 'Revoke a Page’s token or set a new one (rule 2)' },
    ...{ body: tokenInput, status: 200, answers: 'Page' },
  },
  {
    ...{ method: 'post', path: '/admin/pages/{page}/webhook', does: 'Send a Page’s webhooks elsewhere (rule 40)' },
    ...{ body: webhookInput, status: 200, answers: 'Page' },
  },
  make('pages/{page}/personas', 'Make the people of a seed on a Page; who is there stays', personasInput, 'People'),
  make('people', 'Make a person on a Page, or change the one with this psid', personInput, 'Person'),
  change('people/{psid}', 'Change a person’s switches', personPatch, 'Person'),
  make('products', 'Put a product page with a “notify me” link beside the phones', productInput, 'Product'),
  get('people/{psid}/thread', 'A person’s messages, what waits for a tap, and what the Page shows beside', 'Thread'),
  act('say', 'The person writes', 'Sent', sayInput),
  act('tap-get-started', 'A new person taps Get Started', 'Begun'),
  act('tap-ice-breaker', 'A new person taps one of the Page’s questions', 'Begun', listChoiceInput),
  act('tap-notify-me', 'The person taps Notify Me; the second tap emits nothing', 'Tapped', tapNotifyMeInput),
  act('tap-get-updates', 'The person opts in to notification messages, or renews that', 'OptedIn', tapGetUpdatesInput),
  act('stop-notifications', 'The person stops notification messages on a topic, or on all', 'Changed', topicInput),
  act('resume-notifications', 'The person wants notification messages again', 'Changed', topicInput),
  act('click-link', 'The person follows an m.me link (rule 47)', 'Link', clickLinkInput),
  act('press', 'The person presses a button or a quick reply of a message', 'Pressed', pressInput),
  act('press-menu', 'The person taps an entry of the Page’s menu', 'Pressed', listChoiceInput),
  act('react', 'The person reacts, or takes the reaction back', 'Sent', reactInput),
  act('deliver', 'The person’s device receives what was sent (rule 46)', 'Receipt'),
  act('read', 'The person sees what was sent (rule 46)', 'Receipt'),
  act('inbox-reply', 'Somebody of the brand answers from the Page’s inbox (rule 45)', 'Sent', inboxReplyInput),
  act('request-deletion', 'The platform asks the app to delete the person’s data (rule 50)', 'Deletion', deletionInput),
  get('ledger', 'Every accepted message: what people truly received', ['LedgerEntry'], filterInput),
  get('ambiguous', 'Sends whose caller could not know whether they were taken', ['AmbiguousSend'], filterInput),
  get('calls', 'Recent Graph calls with their outcome', ['Call'], filterInput),
  get('calls/{id}', 'One recent Graph call', 'Call'),
  get('webhooks', 'Recent webhooks with their attempts', ['Webhook'], filterInput),
  get('webhooks/{id}', 'One recent webhook', 'Webhook'),
  get(
    'traffic',
    'Recent webhooks and Graph calls together, a line each, the youngest first',
    ['Exchange'],
    trafficInput,
  ),
  get('search', 'People by name or id, and messages by their words', 'Found', searchInput),
  get('clock', 'How the clock stands', 'Clock'),
  {
    ...{ method: 'post', path: '/admin/clock', does: 'Reset, freeze, set or advance the clock', body: clockInput },
    ...{ status: 200, answers: 'Clock' },
  },
  get('faults', 'Armed faults that have not struck yet (rule 48)', ['Fault']),
  make('faults', 'Arm a fault for the next sends (rule 48)', faultInput, 'Fault'),
  clear('faults', 'Disarm all faults'),
  get('disorder', 'Ordered disorder that has not struck yet (rule 44)', ['Disorder']),
  make('disorder', 'Order disorder for the next webhooks (rule 44)', disorderInput, 'Disorder'),
  clear('disorder', 'Take ordered disorder back'),
  { method: 'post', path: '/admin/reset', does: 'Forget everything; the clock goes back to real time', status: 204 },
  {
    ...{ method: 'get', path: '/admin/stream', does: 'What changes, as server-sent events', status: 200 },
    type: 'text/event-stream',
  },
  {
    ...{ method: 'get', path: '/admin/openapi.json', does: 'This description', status: 200 },
    type: 'application/json',
  },
];
