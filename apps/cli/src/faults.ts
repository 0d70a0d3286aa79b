/** What ends a command: sentences for the person, never a stack. */

/** Something is not as it should be; exit code 1. Each line is one fault; `hint` says what to do. */
export class Fault extends Error {
  constructor(
    readonly lines: readonly string[] | string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(typeof lines === 'string' ? lines : lines.join('\n'), options);
    this.name = 'Fault';
  }
}

/** The command was not understood; exit code 2. */
export class UsageFault extends Fault {
  override readonly name = 'UsageFault';
}
