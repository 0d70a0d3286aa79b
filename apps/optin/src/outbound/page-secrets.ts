import { ShopDirectory } from '@beckon/settings';
import { SecretReader, type Environment, type Logger } from '@beckon/service';

/** One app secret and the Pages whose settings name it. */
export interface AppSecret {
  readonly secret: string;
  readonly pages: ReadonlySet<string>;
}

interface Resolved {
  readonly at: number;
  readonly appSecrets: readonly AppSecret[];
  readonly verifyTokens: readonly string[];
}

/** Mounted secret files change under us when they are rotated. */
const KEEP_MS = 30_000;

/**
 * The secrets behind the references in all shops' settings, looked up again when settings change and every half
 * minute. A reference that leads nowhere is logged once and makes its Page's webhooks fail; other Pages go on.
 */
export class PageSecrets {
  private resolved: Resolved | undefined;
  private readonly secrets: SecretReader;

  constructor(
    private readonly directory: ShopDirectory,
    log: Logger,
    private readonly now: () => number,
    env?: Environment,
  ) {
    this.secrets = new SecretReader({ log, now, keepMs: 0, ...(env ? { env } : {}) });
    directory.onChange(() => (this.resolved = undefined));
  }

  /** Distinct app secrets. */
  appSecrets(): readonly AppSecret[] {
    return this.current().appSecrets;
  }

  /** Distinct verify tokens. */
  verifyTokens(): readonly string[] {
    return this.current().verifyTokens;
  }

  private current(): Resolved {
    const now = this.now();
    if (this.resolved && now - this.resolved.at < KEEP_MS && now >= this.resolved.at) return this.resolved;
    const bySecret = new Map<string, Set<string>>();
    const tokens = new Set<string>();
    for (const { settings } of this.directory.all()) {
      for (const page of settings.pages) {
        const secret = this.secrets.read(page.app_secret);
        if (secret !== undefined) bySecret.set(secret, (bySecret.get(secret) ?? new Set()).add(page.page));
        const token = this.secrets.read(page.verify_token);
        if (token !== undefined) tokens.add(token);
      }
    }
    const appSecrets = [...bySecret].map(([secret, pages]) => ({ secret, pages }));
    return (this.resolved = { at: now, appSecrets, verifyTokens: [...tokens] });
  }
}
