import type { Logger } from '@beckon/service';
import { z } from 'zod';
import type { PublicKey } from '../domain/detached-jws.js';

/** Only what is read of a key set; more may be in it. */
const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })).max(100) });

/** Keys are fetched again after so many milliseconds; and, when none fits, not more often than every minute. */
const KEEP_MS = 3_600_000;
const RETRY_MS = 60_000;
/** A platform waits five seconds for our answer: a key set that takes longer than this comes too late. */
const WAIT_MS = 2000;
const MOST_BYTES = 65_536;

interface Kept {
  keys: readonly PublicKey[] | undefined;
  /** Monotonic milliseconds of the last fetch that worked, and of the last one at all. */
  fetchedAt: number;
  triedAt: number;
  fetching: Promise<void> | undefined;
}

/**
 * Public keys that platforms publish over HTTP. They change without notice, so keys that do not fit are fetched once more,
 * but at most once a minute: whoever sends us wrong signatures must not make us call the platform each time.
 */
export class KeySets {
  private readonly sets = new Map<string, Kept>();

  constructor(
    private readonly o: {
      readonly log: Logger;
      readonly monotonic: () => number;
      readonly fetch?: typeof fetch;
    },
  ) {}

  /** The keys at an address; undefined while they could never be had. */
  async keys(url: string): Promise<readonly PublicKey[] | undefined> {
    const kept = this.kept(url);
    const now = this.o.monotonic();
    if (kept.keys === undefined ? now - kept.triedAt >= RETRY_MS / 12 : now - kept.fetchedAt >= KEEP_MS)
      await this.fetch(url, kept);
    else await kept.fetching;
    return kept.keys;
  }

  /** Asks once more, because none of the keys fitted; undefined: it was too soon for that, or nothing is to be had. */
  async newer(url: string): Promise<readonly PublicKey[] | undefined> {
    const kept = this.kept(url);
    const before = kept.fetchedAt;
    if (this.o.monotonic() - kept.triedAt >= RETRY_MS) await this.fetch(url, kept);
    return kept.fetchedAt > before ? kept.keys : undefined;
  }

  private kept(url: string): Kept {
    const kept = this.sets.get(url) ?? {
      ...{ keys: undefined, fetching: undefined },
      ...{ fetchedAt: -Infinity, triedAt: -Infinity },
    };
    this.sets.set(url, kept);
    return kept;
  }

  private fetch(url: string, kept: Kept): Promise<void> {
    kept.fetching ??= this.load(url, kept).finally(() => (kept.fetching = undefined));
    return kept.fetching;
  }

  private async load(url: string, kept: Kept): Promise<void> {
    kept.triedAt = this.o.monotonic();
    try {
      const answer = await (this.o.fetch ?? fetch)(url, { redirect: 'error', signal: AbortSignal.timeout(WAIT_MS) });
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
      const { keys } = KeySet.parse(JSON.parse(await bounded(answer)));
      kept.keys = keys;
      kept.fetchedAt = this.o.monotonic();
    } catch (err) {
      this.o.log.warn({ err, url }, 'a platform’s public keys cannot be had; the ones known stay');
    }
  }
}

/** The body's text. @throws when it is larger than a key set can be */
async function bounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error('the key set is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
