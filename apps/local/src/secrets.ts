/** Secrets of a local run: made once, kept beside the data that they seal, never printed. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServiceList } from './service-list.js';

/** One secret from 32 random bytes: a sealing key is `id:base64`, anything else base64url. */
export function makeSecret(make: 'sealing-key' | 'random', bytes: Buffer): string {
  return make === 'sealing-key' ? `k1:${bytes.toString('base64')}` : bytes.toString('base64url');
}

/**
 * The secrets of this state folder, by name; those that are missing are made now. A value in the environment goes
 * first and is not written down.
 */
export function localSecrets(
  file: string,
  wanted: ServiceList['secrets'],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  const made = Object.entries(wanted).filter(([name]) => !kept[name] && !env[name]);
  for (const [name, { make }] of made) kept[name] = makeSecret(make, randomBytes(32));
  if (made.length) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(kept, null, 2), { mode: 0o600 });
  }
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, env[name] || kept[name] || '']));
}
