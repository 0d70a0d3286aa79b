/** Settings of a shop name secrets instead of holding them: `env:PAGE_TOKEN_DEMO` or `file:/run/secrets/page-token`. */
import { readFileSync } from 'node:fs';
import type { Environment } from './config.js';

/** A reference that leads nowhere. Names the reference and never a value. */
export class SecretMissing extends Error {
  constructor(
    readonly reference: string,
    readonly fix: string,
  ) {
    super(`secret ${reference}: ${fix}`);
    this.name = 'SecretMissing';
  }
}

/**
 * The secret behind a reference, without a trailing newline.
 * @throws SecretMissing when it is not set, empty, unreadable, or no reference at all.
 */
export function resolveSecret(reference: string, env: Environment = process.env): string {
  const [, kind, place] = /^(env|file):(.+)$/s.exec(reference) ?? [];
  if (kind === undefined || place === undefined) {
    // Whatever stands here may be the secret itself, pasted by mistake: do not repeat it.
    throw new SecretMissing('(not shown)', 'write it as env:NAME or file:/path');
  }
  if (kind === 'env') {
    const value = env[place];
    if (!value) throw new SecretMissing(reference, `set the environment variable ${place}`);
    return value;
  }
  let value: string;
  try {
    value = readFileSync(place, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SecretMissing(reference, `the file cannot be read (${code})`);
  }
  if (value === '') throw new SecretMissing(reference, 'the file is empty');
  return value;
}
