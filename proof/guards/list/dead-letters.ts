import type { Guard } from '../guard.js';

const letter = 'libs/kafka/src/dead-letter.ts';
const lettering = 'libs/kafka/src/dead-letter.spec.ts';
const shape = 'libs/kafka/src/value-shape.ts';
const shaping = 'libs/kafka/src/value-shape.spec.ts';
const choose = 'apps/cli/src/domain/dead-letter.ts';
const choosing = 'apps/cli/src/domain/dead-letter.spec.ts';

/** What cannot be used is put aside, explained, and given back only where that does no harm. */
export const deadLetterGuards: readonly Guard[] = [
  {
    id: 'dead-letters/cut-to-what-a-topic-holds',
    promise: 'A record larger than the dead-letter topic takes would stop its partition for good.',
    file: letter,
    from: 'const tooLarge = whole > (seal ? LARGEST_SEALED : LARGEST);',
    to: 'const tooLarge = whole > (seal ? LARGEST_SEALED : LARGEST) * 1_000;',
    test: { suite: 'unit', file: lettering, name: 'still fits into its topic' },
  },
  {
    id: 'dead-letters/replayed-with-its-own-time',
    promise: 'A replay of last week’s stock would win over all that came since.',
    file: letter,
    from: 'record.headers[REPLAY_FOR] === undefined ? undefined : record.headers[REPLAY_TIME]',
    to: 'record.headers[REPLAY_FOR] === undefined ? record.headers[REPLAY_TIME] : undefined',
    test: { suite: 'unit', file: lettering, name: 'is its own, unless a replay says otherwise' },
  },
  {
    id: 'dead-letters/shape-tells-no-value',
    promise: 'A value that may be about a person would stand in a header that everybody reads.',
    file: shape,
    from: "if (typeof value === 'string') return `text of ${counted(value.length, 'character')}`;",
    to: "if (typeof value === 'string') return `text ${value} of ${counted(value.length, 'character')}`;",
    test: { suite: 'unit', file: shaping, name: 'nothing of a text is told' },
  },
  {
    id: 'dead-letters/shape-of-own-fields',
    promise: 'A field named after something inherited would be told as if the record had it.',
    file: shape,
    from: 'Object.hasOwn(node, step)',
    to: 'step in node',
    test: { suite: 'unit', file: shaping, name: '__proto__' },
  },
  {
    id: 'dead-letters/no-part-of-a-record',
    promise: 'A replay would hand the service the beginning of a record as if it were the record.',
    file: choose,
    from: 'if (letter.cut !== null)',
    to: 'if (letter.cut !== null && letter.cut < 0)',
    test: { suite: 'unit', file: choosing, name: 'of a part of a record is refused' },
  },
  {
    id: 'dead-letters/json-fault-quotes-nothing',
    promise: 'A piece of a webhook with what a shopper wrote would stand in logs and headers.',
    file: 'libs/contracts/src/read-json.ts',
    from: "'it ends too early' : 'a character is where none may be'",
    to: "'it ends too early' : message",
    test: { suite: 'unit', file: 'libs/contracts/src/read-json.spec.ts', name: 'quotes nothing' },
  },
];
