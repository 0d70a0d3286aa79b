import type { Guard } from '../guard.js';

const watch = 'apps/optin/src/domain/watch-page.ts';
const watching = 'apps/optin/src/domain/watch-page.spec.ts';
const profile = 'apps/cli/src/domain/page-profile.ts';
const profiles = 'apps/cli/src/domain/page-profile.spec.ts';
const graph = 'libs/messenger/src/graph-call.ts';
const graphs = 'libs/messenger/src/graph-call.spec.ts';

/** Connecting a Page, and noticing that it is connected no more. */
export const pageGuards: readonly Guard[] = [
  {
    id: 'pages/ended-subscription-is-made-anew',
    promise: 'After an outage of an hour no shopper of a Page would be heard any more.',
    file: watch,
    from: ": { verdict: 'subscribe', fields: [] };",
    to: ": { verdict: 'well' };",
    test: { suite: 'unit', file: watching, name: 'not subscribed' },
  },
  {
    id: 'pages/missing-fields-are-noticed',
    promise: 'Taps on “Notify me” would not come, and nobody would know.',
    file: watch,
    from: "if (seen.missing.length === 0) return { verdict: 'well' };",
    to: "if (seen.missing.length < 5) return { verdict: 'well' };",
    test: { suite: 'unit', file: watching, name: 'fields are missing' },
  },
  {
    id: 'pages/what-cannot-be-mended-is-an-alarm',
    promise: 'A Page whose token died would fall silent without a word to anybody.',
    file: watch,
    from: 'if (code === 190 || code === 102) return alarm(',
    to: 'if (code === 102) return alarm(',
    test: { suite: 'unit', file: watching, name: 'a dead token' },
  },
  {
    id: 'pages/patience-where-it-is-asked',
    promise: 'The watch itself would keep a Page that is over its limits blocked.',
    file: watch,
    from: 'return limited ? PATIENCE * everyMs : everyMs;',
    to: 'return limited ? everyMs : everyMs;',
    test: { suite: 'unit', file: watching, name: 'where the platform asks for patience' },
  },
  {
    id: 'pages/own-menu-stays',
    promise: 'Connecting a Page would take away what the brand had put into its menu.',
    file: profile,
    from: 'call_to_actions: [...others, ...ours],',
    to: 'call_to_actions: others.length > 99 ? others : ours,',
    test: { suite: 'unit', file: profiles, name: 'own entries stay' },
  },
  {
    id: 'pages/subscribing-takes-nothing-away',
    promise: 'Connecting a Page would end what else its app is subscribed to.',
    file: 'libs/messenger/src/subscription.ts',
    from: '[...new Set([...fields, ...SUBSCRIBED_FIELDS])]',
    to: '[...new Set([...fields.slice(0, 0), ...SUBSCRIBED_FIELDS])]',
    test: { suite: 'unit', file: 'libs/messenger/src/subscription.spec.ts', name: 'subscribing takes nothing away' },
  },
  {
    id: 'pages/token-in-no-message',
    promise: 'A Page’s token could be read in a terminal or a log.',
    file: graph,
    from: ".replaceAll(this.o.accessToken, '…')",
    to: ".replaceAll(this.o.page, '…')",
    test: { suite: 'unit', file: graphs, name: 'without the token' },
  },
  {
    id: 'pages/token-follows-no-redirect',
    promise: 'A Page’s token would be sent wherever an answer points.',
    file: graph,
    from: "redirect: 'manual'",
    to: "redirect: 'follow'",
    test: { suite: 'unit', file: graphs, name: 'a redirect, which the token does not follow' },
  },
];
