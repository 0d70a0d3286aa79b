/** Writing generated files and comparing them with what lies there. Paths are relative to a root, with slashes. */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/**
 * What differs from `files` (path → text): a file that is missing or has other content, or one in an `owned` folder
 * that nothing generates any more.
 * @returns {Promise<{path: string, why: string}[]>} in the order of paths
 */
export async function staleFiles(root, files, owned) {
  const stale = [];
  for (const [path, text] of files) {
    const there = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (there === undefined) stale.push({ path, why: 'is missing' });
    else if (there !== text) stale.push({ path, why: `differs from the code in line ${firstDifference(there, text)}` });
  }
  for (const path of await strays(root, files, owned)) stale.push({ path, why: 'is no longer generated' });
  return stale.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes the files so; answers one line per change. */
export async function writeFiles(root, files, owned) {
  const stale = await staleFiles(root, files, owned);
  for (const { path } of stale) {
    const text = files.get(path);
    if (text === undefined) {
      await rm(join(root, path));
    } else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }
  return stale.map(({ path }) => `${files.has(path) ? 'wrote' : 'removed'} ${path}`);
}

async function strays(root, files, owned) {
  const found = [];
  for (const folder of owned) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/');
      if (!files.has(path)) found.push(path);
    }
  }
  return found;
}

function firstDifference(a, b) {
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  return (at < 0 ? left.length : at) + 1;
}
