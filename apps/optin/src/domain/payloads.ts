/** The payloads of our buttons, which the command that sets a Page's menu needs too: libs/messenger. */
export { payloadOf, readPayload, VERBS } from '@beckon/messenger';
export type { Action, Verb } from '@beckon/messenger';
