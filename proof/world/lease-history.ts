/**
 * Which process of delivery held which Page under which epoch, and since when that life of it is known. The table itself
 * forgets its last owner when a Page changes hands. Looked at so often that a life or a lease is hardly missed; what is
 * missed excuses nothing.
 */
import pg from 'pg';
import { rest } from './patience.js';

const EVERY_MS = 250;

export class LeaseHistory {
  /** By Page and epoch, the worker: `delivery-1#4f2a`, a name of its own in each life. */
  private readonly holders = new Map<string, string>();
  /** When a life was first seen (ms). */
  private readonly lives = new Map<string, number>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly databaseUrl: string) {}

  start(): void {
    this.running = (async () => {
      let client: pg.Client | undefined;
      while (!this.stopping.signal.aborted) {
        try {
          client ??= await this.connect();
          this.note(await client.query<{ page: string; epoch: string; owner: string }>(SQL));
        } catch {
          void client?.end().catch(() => undefined);
          client = undefined;
        }
        await rest(EVERY_MS, this.stopping.signal);
      }
      void client?.end().catch(() => undefined);
    })();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** The process that held a Page under an epoch, and since when that life of it is known; null where nobody saw it. */
  holderOf(page: string, epoch: number): { worker: string | null; worker_since: number | null } {
    const life = this.holders.get(`${page} ${epoch}`);
    return { worker: life?.replace(/#.*$/, '') ?? null, worker_since: this.lives.get(life ?? '') ?? null };
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      ...{ connectionString: this.databaseUrl, connectionTimeoutMillis: 1_000, query_timeout: 2_000 },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private note({ rows }: { rows: readonly { page: string; epoch: string; owner: string }[] }): void {
    const now = Date.now();
    for (const { page, epoch, owner } of rows) {
      this.holders.set(`${page} ${epoch}`, owner);
      if (!this.lives.has(owner)) this.lives.set(owner, now);
    }
  }
}

const SQL = 'SELECT page, epoch, owner FROM delivery.pages WHERE owner IS NOT NULL';
