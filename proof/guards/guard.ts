/** A place where one line keeps a promise, the mutation that removes it, and the test that must then go red. */
export interface Guard {
  /** `service/what-it-keeps`, unique. */
  readonly id: string;
  /** One plain sentence: what happens to a shopper, a shop or an operator when the line is not there. */
  readonly promise: string;
  /** The file that is mutated, from the repository's root. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly from: string;
  /** What stands there instead; the file must still type-check. */
  readonly to: string;
  readonly test: GuardTest;
}

/** Which tests must notice. */
export interface GuardTest {
  readonly suite: 'unit' | 'int';
  /** The spec file, from the repository's root. */
  readonly file: string;
  /** Part of the full name (`describe` and `it`) of the tests that are run; without it, the whole file. */
  readonly name?: string;
}

/** The list no longer fits the code: the line of a guard moved, changed or is there twice. */
export class GuardOutdated extends Error {}

/**
 * The file's text without the line.
 * @throws GuardOutdated when `from` does not occur exactly once
 */
export function mutate(guard: Guard, text: string): string {
  const parts = text.split(guard.from);
  if (parts.length === 1)
    throw new GuardOutdated(`guard ${guard.id}: its line is gone from ${guard.file}, update the list`);
  if (parts.length > 2)
    throw new GuardOutdated(
      `guard ${guard.id}: its line is in ${guard.file} ${parts.length - 1} times, make it longer`,
    );
  return parts.join(guard.to);
}

/** Guards of tests that need no servers. */
export const isPure = (guard: Guard): boolean => guard.test.suite === 'unit';
