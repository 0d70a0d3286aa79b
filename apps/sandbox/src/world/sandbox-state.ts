import type {
  LedgerEntry,
  OneTimeRequest,
  OneTimeToken,
  Page,
  Person,
  ProductLink,
  ThreadMessage,
} from '../domain/model.js';
import type { Fault } from '../domain/faults.js';

/** What a snapshot holds. */
export interface SnapshotData {
  pages: Page[];
  people: Person[];
  threads: [psid: string, messages: ThreadMessage[]][];
  requests: OneTimeRequest[];
  tokens: OneTimeToken[];
  ledger: LedgerEntry[];
  products: ProductLink[];
}

/** Everything the sandbox remembers, in memory. Changed only by synchronous steps, so no two calls interleave. */
export class SandboxState {
  readonly pages = new Map<string, Page>();
  readonly people = new Map<string, Person>();
  readonly threads = new Map<string, ThreadMessage[]>();
  readonly requests = new Map<string, OneTimeRequest>();
  readonly tokens = new Map<string, OneTimeToken>();
  readonly products = new Map<string, ProductLink>();
  ledger: LedgerEntry[] = [];
  faults: readonly Fault[] = [];

  /** The Page whose access token this is. */
  pageByToken(token: string | undefined): Page | undefined {
    if (!token) return undefined;
    for (const page of this.pages.values()) if (page.token === token) return page;
    return undefined;
  }

  /** The messages of a person's thread, oldest first; changing the array changes the thread. */
  thread(psid: string): ThreadMessage[] {
    let thread = this.threads.get(psid);
    if (!thread) this.threads.set(psid, (thread = []));
    return thread;
  }

  /** Forgets everything. */
  clear(): void {
    for (const map of [this.pages, this.people, this.threads, this.requests, this.tokens, this.products]) map.clear();
    this.ledger = [];
    this.faults = [];
  }

  /** A plain copy for a file. Faults are not part of it. */
  snapshot(): SnapshotData {
    return {
      pages: [...this.pages.values()],
      people: [...this.people.values()],
      threads: [...this.threads],
      requests: [...this.requests.values()],
      tokens: [...this.tokens.values()],
      ledger: this.ledger,
      products: [...this.products.values()],
    };
  }

  /** Replaces everything by a snapshot. */
  restore(data: SnapshotData): void {
    this.clear();
    for (const page of data.pages) this.pages.set(page.id, page);
    for (const person of data.people) this.people.set(person.psid, person);
    for (const [psid, messages] of data.threads) this.threads.set(psid, messages);
    for (const request of data.requests) this.requests.set(request.mid, request);
    for (const token of data.tokens) this.tokens.set(token.token, token);
    for (const product of data.products) this.products.set(product.id, product);
    this.ledger = data.ledger;
  }
}
