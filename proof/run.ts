/** What every command that starts a world needs: a folder, a screen, and a way to be ended. */
import { join } from 'node:path';
import { stopRequests } from '@beckon/local/stop-requests.js';
import { stateFolder } from '@beckon/stack';
import { Screen } from './screen.js';
import { makeRunFolder } from './world/run-folder.js';

export interface Run {
  readonly seed: number;
  readonly keep: boolean;
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly screen: Screen;
  /** Aborted when somebody wants it to end. */
  readonly signal: AbortSignal;
}

/** Where the runs of this program go: one way to be ended for all that it does. */
export class Runs {
  readonly screen = new Screen(process.stdout);
  readonly signal = stopRequests(process, () => this.screen.say('ending; once more to end at once'));

  /** A new run. @param name the folder's name begins with it */
  begin(name: string, { seed, keep }: { readonly seed: number; readonly keep: boolean }): Run {
    const folder = makeRunFolder(join(stateFolder(), 'proof'), `${name}-${seed}`, new Date());
    return { seed, keep, folder, env: process.env, screen: this.screen, signal: this.signal };
  }
}
