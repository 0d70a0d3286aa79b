/**
 * Unpacks the Chromium that comes inside @sparticuz/chromium, with the libraries and fonts that a bare system lacks:
 *
 *     node tests/support/unpack-chromium.mjs FOLDER
 *
 * A process of its own, because the package unpacks into the system's temporary folder and changes the environment.
 * Several may run at once: each unpacks aside and renames, the first one wins.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = process.argv[2];
if (!existsSync(folder)) {
  mkdirSync(dirname(folder), { recursive: true });
  const aside = mkdtempSync(`${folder}.`);
  try {
    // Where os.tmpdir() leads, and what makes the package unpack its libraries too.
    process.env.TMPDIR = aside;
    process.env.AWS_EXECUTION_ENV = 'AWS_Lambda_nodejs22.x';
    const { default: chromium } = await import('@sparticuz/chromium');
    await chromium.executablePath();
    if (!existsSync(join(aside, 'al2023', 'lib'))) throw new Error('@sparticuz/chromium did not unpack its libraries');
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}
