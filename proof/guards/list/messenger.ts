import type { Guard } from '../guard.js';

const classify = 'libs/messenger/src/classify-answer.ts';
const table = 'libs/messenger/src/error-table.ts';
const answers = 'libs/messenger/src/classify-answer.spec.ts';

/** What Messenger says: who may speak to us, and what an answer proves. */
export const messengerGuards: readonly Guard[] = [
  {
    id: 'messenger/signature',
    promise: 'Anybody on the internet could write events in the name of shoppers.',
    file: 'libs/messenger/src/signature.ts',
    from: 'if (timingSafeEqual(expected, digest)) valid = true;',
    to: 'if (timingSafeEqual(expected, digest) || digest.length > 0) valid = true;',
    test: { suite: 'unit', file: 'libs/messenger/src/signature.spec.ts', name: 'none that is not listed' },
  },
  {
    id: 'messenger/server-error-is-unknown',
    promise: 'A message that went out although the server answered 503 would be sent a second time.',
    file: classify,
    from: "if (answer.status >= 500) return unknown('server_error');",
    to: '',
    test: { suite: 'unit', file: answers, name: 'a 503 that carries a listed code' },
  },
  {
    id: 'messenger/contradiction-is-unknown',
    promise: 'An answer that names both a message and an error would be taken for a refusal and sent again.',
    file: classify,
    from: "if (error && sent) return unknown('contradiction');",
    to: '',
    test: { suite: 'unit', file: answers, name: 'a 200 with both' },
  },
  {
    id: 'messenger/unlisted-code-is-unknown',
    promise: 'An error code that nobody has seen before would count as proof that nothing was sent.',
    file: classify,
    from: "if (!row) return unknown('unlisted_code');",
    to: "if (!row) return { outcome: 'refused', code: error.code, subcode: null, action: 'throttle', reason: 'page_limit' };",
    test: { suite: 'unit', file: answers, name: 'a code nobody lists' },
  },
  {
    id: 'messenger/code-2-is-unknown',
    promise: 'Code 2 has been seen although the message went out: it would be sent a second time.',
    file: table,
    from: "unknown(2, 'ERR'),",
    to: "refused(2, 'any', 'throttle', 'page_limit', 'ERR'),",
    test: { suite: 'unit', file: answers, name: 'may have gone out' },
  },
  {
    id: 'messenger/code-1200-is-unknown',
    promise: 'Code 1200 has been seen although the message went out: it would be sent a second time.',
    file: table,
    from: "unknown(1200, 'SEEN'),",
    to: "refused(1200, 'any', 'throttle', 'page_limit', 'SEEN'),",
    test: { suite: 'unit', file: answers, name: 'may have gone out' },
  },
  {
    id: 'messenger/doubtful-token-is-dead',
    promise: 'A one-time token that Messenger objects to would be tried again and again for the same shopper.',
    file: table,
    from: "refused(100, 'any', 'grant', 'token_dead', 'OURS', { recipient: 'one_time' }),",
    to: '',
    test: { suite: 'unit', file: answers, name: '100/undefined for one_time' },
  },
  {
    id: 'messenger/own-echo-only',
    promise: 'An echo of another app would settle a message of ours as sent.',
    file: 'libs/messenger/src/metadata.ts',
    from: 'if (!metadata?.startsWith(PREFIX)) return undefined;',
    to: 'if (!metadata) return undefined;',
    test: { suite: 'unit', file: 'libs/messenger/src/metadata.spec.ts', name: 'for another app’s' },
  },
];
