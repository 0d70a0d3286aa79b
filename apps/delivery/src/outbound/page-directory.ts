import { createHash } from 'node:crypto';
import type { PageSettings, ShopSettings } from '@beckon/contracts';
import { resolveSecret } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';

/** A Page as its shop's settings describe it. */
export interface KnownPage {
  readonly shop: string;
  readonly rev: number;
  readonly settings: ShopSettings;
  readonly page: PageSettings;
}

/** The part of the shops' settings that delivery needs; `@beckon/settings` keeps it fresh. */
export interface Pages {
  /** Every Page of every shop. */
  all(): readonly string[];
  find(page: string): KnownPage | undefined;
}

/** A token to send with, and a mark by which it is recognised but not learnt. */
export interface AccessToken {
  readonly token: string;
  readonly mark: string;
}

/** The Page's access token now, or undefined when the reference in the settings leads nowhere. */
export function accessTokenOf(page: KnownPage): AccessToken | undefined {
  try {
    const token = resolveSecret(page.page.access_token);
    return { token, mark: createHash('sha256').update(token).digest('hex').slice(0, 16) };
  } catch {
    return undefined; // names only the reference; the Page stops and says so
  }
}

/** The Pages of all shops in force. */
export function pagesOf(shops: ShopDirectory): Pages {
  return {
    all: () => shops.all().flatMap((s) => s.settings.pages.map((p) => p.page)),
    find: (page) => {
      const found = shops.byPage(page);
      return found && { shop: found.shop.shop, rev: found.shop.rev, settings: found.shop.settings, page: found.page };
    },
  };
}
