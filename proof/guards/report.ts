/** What one run of Jest reports; written by `jest-reporter.ts` inside Jest, read by the runner. */
export interface RunReport {
  readonly files: readonly FileReport[];
}

/** One spec file. */
export interface FileReport {
  /** Absolute path. */
  readonly path: string;
  /** Why not one test of it ran, or null. */
  readonly fault: string | null;
  readonly tests: readonly TestReport[];
  /** Seeds that its properties named, on failure or by themselves. */
  readonly seeds: readonly string[];
}

/** One test that ran or was left out. */
export interface TestReport {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'left_out';
  readonly failures: readonly Failure[];
}

/** Why a test is red. */
export interface Failure {
  readonly message: string;
  /** An expectation was not met; anything else (a time-out, a thrown error) says nothing about the promise. */
  readonly byAssertion: boolean;
}

/** Whether what a test threw is an expectation that was not met, by itself or as the cause of a failed property. */
export function isAssertion(error: unknown): boolean {
  for (let e = error, depth = 0; typeof e === 'object' && e !== null && depth < 5; depth += 1) {
    const { matcherResult, message, code, cause } = e as Record<string, unknown>;
    if (matcherResult !== undefined || code === 'ERR_ASSERTION') return true;
    // `expect(promise).rejects` throws one without a result; all of Jest's begin with the call that failed.
    if (typeof message === 'string' && plain(message).startsWith('expect(')) return true;
    e = cause;
  }
  return false;
}

/** Seeds in a text: `seed: 123` of fast-check, `seed 123` of our own generators. */
export const seedsIn = (text: string): string[] =>
  [...plain(text).matchAll(/\bseed:? (-?\d+)/g)].map((m) => m[1] ?? '');

// eslint-disable-next-line no-control-regex -- colours begin with this character
const plain = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

/** The first line of an error for a table. */
export const firstLine = (text: string): string =>
  plain(text)
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '') ?? '';
