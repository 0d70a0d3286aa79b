import { z } from 'zod';

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time in milliseconds; settings files may write `90s`, `15m`, `24h`, `7d`. */
export const Duration = z
  .union([z.int().min(0), z.string().regex(/^\d+(ms|s|m|h|d)$/, 'write a duration such as "90s", "15m", "24h", "7d"')])
  .transform((v) => (typeof v === 'number' ? v : Number.parseInt(v, 10) * (units[v.replace(/\d+/, '')] ?? 1)))
  .pipe(z.int().min(0).meta({ 'x-unit': 'ms' }));

/** A place to read a secret from: `env:NAME` or `file:/path`. Settings never hold the secret itself. */
export const SecretRef = z
  .string()
  .regex(/^(env:[A-Z][A-Z0-9_]*|file:\/.+)$/, 'name the secret, do not write it: "env:NAME" or "file:/path"');
