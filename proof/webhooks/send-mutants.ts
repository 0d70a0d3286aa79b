/** Sends mutants to an edge, with some webhooks among them that nobody has touched. */
import type { Chance } from '../chance.js';
import { mutant, signed, webhook } from './mutants.js';
import { NoAnswer, RawPoster } from './raw-post.js';

/** What was answered. JSON. */
export interface MutantEvidence {
  readonly mutants: number;
  /** Mutants by status; `none`: the connection was closed without an answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Mutants by what was done to them. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Mutants that were answered as taken: bodies and headers as text, the first of them. */
  readonly accepted: readonly { readonly how: string; readonly request: string }[];
  readonly acceptedCount: number;
  /** Untouched webhooks: how many were sent, taken, and how many events they held. */
  readonly untouched: { readonly sent: number; readonly taken: number; readonly events: number };
}

/** One untouched webhook after so many mutants: who refuses everything shows nothing. */
const UNTOUCHED_EVERY = 50;
const LANES = 8;

export interface MutantWork {
  /** Where the edge takes webhooks. */
  readonly url: string;
  readonly page: string;
  readonly secret: string;
  readonly count: number;
  readonly chance: Chance;
  readonly signal?: AbortSignal;
  readonly onSent?: (sent: number) => void;
}

/** Sends `count` mutants (fewer if it is aborted) over a few connections at once. */
export async function sendMutants(o: MutantWork): Promise<MutantEvidence> {
  const statuses: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const accepted: { how: string; request: string }[] = [];
  const untouched = { sent: 0, taken: 0, events: 0 };
  let [begun, done, acceptedCount] = [0, 0, 0];
  const lane = async (): Promise<void> => {
    const poster = new RawPoster(new URL(o.url));
    try {
      while (begun < o.count && o.signal?.aborted !== true) {
        const n = begun++;
        const { body, count } = webhook(o.page, n);
        const original = signed(o.secret, body);
        // Drawn before anything is awaited: the same seed makes the same mutants, however lanes take turns.
        const made = mutant(original, o.chance);
        if (n % UNTOUCHED_EVERY === 0) {
          untouched.sent += 1;
          untouched.events += count;
          if ((await poster.post(original)) === 200) untouched.taken += 1;
        }
        const status = await poster.post(made).catch((error: unknown) => {
          if (error instanceof NoAnswer) return 'none';
          throw error;
        });
        statuses[status] = (statuses[status] ?? 0) + 1;
        kinds[made.how] = (kinds[made.how] ?? 0) + 1;
        if (typeof status === 'number' && status < 400) {
          acceptedCount += 1;
          const headers = made.headers.map((h) => `${h[0].toString('latin1')}: ${h[1].toString('latin1')}`);
          if (accepted.length < 20) accepted.push({ how: made.how, request: [...headers, made.body].join('\n') });
        }
        done += 1;
        o.onSent?.(done);
      }
    } finally {
      poster.close();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return { mutants: done, statuses, kinds, accepted, acceptedCount, untouched };
}
