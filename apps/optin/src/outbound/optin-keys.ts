import { shopperId } from '@beckon/contracts';
import { Sealer } from '@beckon/service';
import { readRef, signRef } from '../domain/ref.js';
import { deletionCode, personMark } from '../domain/person-mark.js';
import type { SignedRef } from '../domain/ref.js';
import type { Wish } from '../domain/wish.js';

/** The keys of optin, behind what is done with them. */
export class OptinKeys {
  /** @param refKeys the first signs, all are accepted; at least one. */
  constructor(
    private readonly shopperKey: string,
    private readonly refKeys: readonly string[],
    private readonly sealer: Sealer,
  ) {}

  /** @param generation how often the person was erased before. */
  shopperId(page: string, psid: string, generation: number): string {
    return shopperId(this.shopperKey, page, psid, generation);
  }

  /** What stays of a person who was erased. */
  personMark(page: string, psid: string): string {
    return personMark(this.shopperKey, page, psid);
  }

  /** The receipt code of the deletion of what `subject` names. */
  deletionCode(...subject: string[]): string {
    return deletionCode(this.shopperKey, subject);
  }

  /** The wish in a ref of ours for this shop. A ref of another shop counts as forged. */
  readRef(ref: string | undefined, shop: string): SignedRef | undefined {
    const signed = readRef(ref, this.refKeys);
    return signed?.wish.shop === shop ? signed : undefined;
  }

  /** @param shown the words of the request whose payload it is. @throws RangeError when the names are too long. */
  signRef(wish: Wish, shown: string | null = null): string {
    return signRef(wish, this.refKeys[0] ?? '', shown);
  }

  seal(plain: string | Buffer): string {
    return this.sealer.seal(plain);
  }

  /** @throws SealError when none of the keys sealed it. */
  open(sealed: string): string {
    return this.sealer.open(sealed);
  }
}
