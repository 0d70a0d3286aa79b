/** The frame's side of a contender's process. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, Order, RoundAnswer } from './contender-protocol.js';
import type { Bed } from './row.js';

const PROCESS = fileURLToPath(new URL('./contender-process.js', import.meta.url));

/** A contender in its own process. */
export class ContenderClient {
  private constructor(private readonly child: ChildProcess) {}

  /** @throws what the contender threw while it made itself ready */
  static async open(
    which: { readonly row: string; readonly contender: string; readonly growth?: number },
    bed: Bed,
  ): Promise<ContenderClient> {
    const profile = bed.profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${bed.profileFolder}`];
    const child = fork(PROCESS, [], {
      execArgv: ['--expose-gc', '--no-warnings', ...profile],
      serialization: 'advanced',
    });
    const client = new ContenderClient(child);
    try {
      await client.ask({ do: 'open', growth: which.growth, ...which, bed } as Order);
    } catch (error) {
      child.kill();
      throw error;
    }
    return client;
  }

  /** One timed round. */
  async round(): Promise<RoundAnswer> {
    return (await this.ask({ do: 'round' })) as RoundAnswer;
  }

  /** Lets it clean up, then ends the process. */
  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    try {
      if (this.child.connected) await this.ask({ do: 'close' });
    } finally {
      // A polite end, so that a profile is written.
      if (this.child.connected) this.child.disconnect();
      await gone;
    }
  }

  private ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void => {
        reject(new Error(`the contender’s process ended (${signal ?? code})`));
      };
      this.child.once('exit', ended);
      this.child.once('message', (answer: Answer) => {
        this.child.off('exit', ended);
        if ('failed' in answer) reject(new Error(answer.failed));
        else resolve(answer);
      });
      this.child.send(order);
    });
  }
}
