import type { Environment } from './config.js';
import type { Logger } from './logger.js';
import { SecretMissing, resolveSecret } from './secrets.js';

/**
 * Secrets that settings name. A reference that leads nowhere is logged once, and again only after it worked meanwhile:
 * whoever asks goes on without it.
 */
export class SecretReader {
  private readonly complained = new Set<string>();
  private readonly kept = new Map<string, { readonly at: number; readonly secret: string | undefined }>();

  /** @param keepMs how long an answer is good, in milliseconds: mounted files change under us when they are rotated */
  constructor(
    private readonly o: {
      readonly log: Logger;
      readonly now: () => number;
      readonly keepMs: number;
      readonly env?: Environment;
    },
  ) {}

  /** The secret; undefined while it is missing. */
  read(reference: string): string | undefined {
    const now = this.o.now();
    const known = this.kept.get(reference);
    if (known && now >= known.at && now - known.at < this.o.keepMs) return known.secret;
    const secret = this.look(reference);
    this.kept.set(reference, { at: now, secret });
    return secret;
  }

  private look(reference: string): string | undefined {
    try {
      const secret = resolveSecret(reference, this.o.env);
      this.complained.delete(reference);
      return secret;
    } catch (error) {
      if (!(error instanceof SecretMissing)) throw error;
      if (!this.complained.has(reference)) this.o.log.error({ err: error }, 'a secret that settings name is missing');
      this.complained.add(reference);
      return undefined;
    }
  }
}
