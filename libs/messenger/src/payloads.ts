/**
 * Payloads of our own buttons and quick replies: `beckon:<verb>` or `beckon:<verb>:<argument>`. They come back signed by
 * the platform, but from a conversation that may be a year old: whoever reads one looks up what its argument names.
 */
export const VERBS = [
  /** Get Started: the greeting, or what the link asks for that led there. No command: the link's ref goes first. */
  'begin',
  /** Stop everything · take that back · explain. */
  'stop',
  'start',
  'help',
  /** "My alerts", from the place that the argument names (0 without one). */
  'list',
  /** Argument: a subscription. End it · ask for the same once more · choose another price for it. */
  'end',
  'again',
  'price',
  /** Argument: a signed ref. The person chose this wish among several that were offered. */
  'ask',
  /** Delete all data of mine: without an argument the question, with `yes` the deed. */
  'delete',
  /** Leave everything as it is: the other answer to a question of ours. */
  'keep',
] as const;
/** See {@link VERBS}. */
export type Verb = (typeof VERBS)[number];

/** A payload taken apart. */
export interface Action {
  readonly verb: Verb;
  readonly argument: string | null;
}

/** The payload of an action. */
export const payloadOf = (verb: Verb, argument?: string): string =>
  argument === undefined ? `beckon:${verb}` : `beckon:${verb}:${argument}`;

/** The action in a payload; undefined for payloads that are not ours, or of a verb we do not know. */
export function readPayload(payload: string | null): Action | undefined {
  const [, verb, argument] = /^beckon:([a-z]+)(?::(.+))?$/s.exec(payload ?? '') ?? [];
  const known = VERBS.find((v) => v === verb);
  return known && { verb: known, argument: argument ?? null };
}
