/** The demo does what an operator does: with the commands of the CLI, as processes of their own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** Runs `beckon <args>` and answers what it wrote to stdout. @throws Error with what it said on stderr */
export async function beckon(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [CLI, ...args], {
      env: { ...environment, NO_COLOR: '1' },
      maxBuffer: 64 * 1024 * 1024,
      ...(signal ? { signal } : {}),
    });
    return stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`beckon ${args.join(' ')}: ${stderr.trim() || message}`, { cause: error });
  }
}
