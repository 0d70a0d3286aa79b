import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of the Redis scripts: `lua` beside this workspace's package.json, found from wherever this module runs
 * (compiled in `dist` or as source in a test). Throws if it is missing: then the installation is incomplete.
 */
export function luaFolder(from: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const wanted = join(folder, 'lua');
    if (existsSync(join(folder, 'package.json')) && existsSync(wanted)) return wanted;
    if (dirname(folder) === folder) throw new Error(`no folder "lua" beside a package.json above ${from}`);
  }
}
