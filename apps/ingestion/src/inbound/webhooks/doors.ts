import type { WebhookSettings } from '@beckon/contracts';
import type { SecretReader } from '@beckon/service';
import type { ShopDirectory } from '@beckon/settings';
import type { KeySets } from '../../outbound/key-sets.js';
import { isSigned, type HttpHeaders } from './signature.js';

/** `no_secret`: nobody can say now, because what to judge by is missing on our side. */
export type Verdict = 'signed' | 'unsigned' | 'no_secret';

/** Judges what comes to the sources that take webhooks. */
export class WebhookDoors {
  constructor(
    private readonly directory: Pick<ShopDirectory, 'get'>,
    private readonly secrets: Pick<SecretReader, 'read'>,
    private readonly keySets: Pick<KeySets, 'keys' | 'newer'>,
    private readonly now: () => number,
  ) {}

  /** How webhooks of a source are signed; undefined: there is no such source, or it takes none. */
  of(shop: string, source: string): WebhookSettings | undefined {
    return this.directory.get(shop)?.settings.sources.find(({ name }) => name === source)?.webhook;
  }

  async judge(scheme: WebhookSettings, headers: HttpHeaders, body: Buffer): Promise<Verdict> {
    const secrets = scheme.secrets.flatMap((reference) => this.secrets.read(reference) ?? []);
    const proofs = { secrets, now: this.now() };
    const jwks = scheme.scheme === 'saleor' ? scheme.jwks : undefined;
    if (jwks === undefined) {
      if (isSigned(scheme, headers, body, proofs)) return 'signed';
      // A secret that is named and missing may be the very one that signed.
      return secrets.length < scheme.secrets.length ? 'no_secret' : 'unsigned';
    }
    const keys = await this.keySets.keys(jwks);
    if (isSigned(scheme, headers, body, { ...proofs, keys: keys ?? [] })) return 'signed';
    if (keys === undefined) return 'no_secret';
    const newer = await this.keySets.newer(jwks);
    return newer && isSigned(scheme, headers, body, { ...proofs, keys: newer }) ? 'signed' : 'unsigned';
  }
}
