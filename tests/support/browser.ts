/**
 * A real browser for specs: the one that `CHROMIUM_PATH` names, else an installed Chromium or Chrome, else the one that
 * comes inside a development package (x64 Linux only). Nothing is downloaded. See docs/decisions/0010.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';
import { z } from 'zod';

const root = new URL('../..', import.meta.url).pathname;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Starts the browser without a window. @throws naming what to install if there is none. */
export async function startBrowser(): Promise<Browser> {
  const { CHROMIUM_PATH: named, PATH = '' } = process.env;
  const installed = [...PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))), ...MAC];
  const path = named || installed.find((one) => existsSync(one));
  if (path && path !== 'packaged') return chromium.launch({ executablePath: path, args: ARGS });
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('no browser found: install Chromium or Chrome, or set CHROMIUM_PATH');
  }
  return startPackaged();
}

/** Containers often have a small /dev/shm. */
const ARGS = ['--disable-dev-shm-usage'];

/** With the system's own libraries if it has them; they fit its C library better than those of the package. */
async function startPackaged(): Promise<Browser> {
  const folder = unpacked();
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
  const options: LaunchOptions = { executablePath: join(folder, 'chromium'), args: ARGS };
  const env = { ...stringsOf(process.env), ...fonts };
  try {
    return await chromium.launch({ ...options, env });
  } catch {
    return chromium.launch({ ...options, env: { ...env, LD_LIBRARY_PATH: join(folder, 'al2023/lib') } });
  }
}

/** The folder with the unpacked browser; it stays for the next run. */
function unpacked(): string {
  const about: unknown = JSON.parse(readFileSync(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(about);
  const folder = join(root, `.beckon/chromium-${version}`);
  execFileSync(process.execPath, [join(root, 'tests/support/unpack-chromium.mjs'), folder], { cwd: root });
  return folder;
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const WIDER_THAN_SCREEN = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** How many pixels a page is wider than its screen: more than 0 means scrolling sideways. */
export const sidewaysBy = (page: { evaluate: (code: string) => Promise<unknown> }): Promise<number> =>
  page.evaluate(WIDER_THAN_SCREEN).then(Number);

let axe: string | undefined;

/** What axe finds wrong with a page by WCAG 2.2 A and AA: rule and elements. Empty if nothing. */
export async function accessibilityFaults(page: { evaluate: (code: string) => Promise<unknown> }): Promise<string[]> {
  axe ??= readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const run = `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`;
  const shown = `.then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((n) => n.html).join(' | ').slice(0, 600)))`;
  return z.array(z.string()).parse(await page.evaluate(run + shown));
}
