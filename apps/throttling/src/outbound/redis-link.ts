/**
 * The connection to Redis, and whether it may be believed. Redis is a cache of what Postgres knows; another server (a
 * fail-over, a restart) may have lost its last second. So after every connect the server tells its run and replication
 * id, and until it has, this link has no identity and every window is closed.
 *
 * Nothing is queued while the connection is away and nothing is sent again by itself: a script that ran twice without
 * anybody knowing would be one that nobody waits for.
 */
import type { Logger } from '@beckon/service';
import { Redis } from 'ioredis';

export interface RedisLinkOptions {
  readonly url: string;
  /** PEM of the authority for rediss:// addresses, if it is not a public one. */
  readonly ca?: string;
  readonly log: Logger;
  /** Called when an identity is there (again). */
  readonly onVerified?: () => void;
}

export class RedisLink {
  readonly client: Redis;
  private verified: string | undefined;
  /** Counts connections, so that a late answer of an earlier one cannot verify the present one. */
  private connection = 0;
  private fault: string | undefined = 'not connected yet';
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly o: RedisLinkOptions) {
    this.client = new Redis(o.url, {
      ...(o.ca ? { tls: { ca: o.ca } } : {}),
      enableOfflineQueue: false,
      // A round asks many shards at the same moment: they travel in one write.
      enableAutoPipelining: true,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: 3000,
      commandTimeout: 10_000,
      retryStrategy: (attempt) => Math.min(1000, 50 * attempt),
    });
    this.client.on('error', (err: Error) => this.fail(err.message));
    this.client.on('close', () => this.fail('connection closed'));
    this.client.on('ready', () => void this.verify());
  }

  /** The server behind the link; undefined while that is not certain, and then nothing may be decided. */
  get identity(): string | undefined {
    return this.verified;
  }

  /** What is wrong, in words, for health and logs. */
  get trouble(): string | undefined {
    return this.verified === undefined ? this.fault : undefined;
  }

  /** Calls back whenever an identity is there (again). */
  onVerified(listener: () => void): void {
    this.listeners.push(listener);
  }

  async close(): Promise<void> {
    this.verified = undefined;
    this.client.disconnect();
    await Promise.resolve();
  }

  private fail(fault: string): void {
    this.connection += 1;
    this.verified = undefined;
    if (fault !== this.fault) this.o.log.warn({ fault }, 'Redis is away: the send windows are closed');
    this.fault = fault;
  }

  private async verify(): Promise<void> {
    this.connection += 1;
    const connection = this.connection;
    try {
      const identity = identityFrom(await this.client.info());
      if (connection !== this.connection) return;
      if ('fault' in identity) {
        this.fault = identity.fault;
        this.o.log.error({ fault: identity.fault }, 'Redis cannot be used: the send windows stay closed');
        return;
      }
      this.verified = identity.id;
      this.fault = undefined;
      for (const listener of this.listeners) listener();
    } catch (err) {
      if (connection !== this.connection) return;
      this.o.log.warn({ err }, 'Redis did not say who it is; connecting again');
      this.client.disconnect(true);
    }
  }
}

/** Run and replication id from the text of INFO, or why this server must not keep windows. */
export function identityFrom(info: string): { readonly id: string } | { readonly fault: string } {
  const value = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const run = value('run_id');
  const replication = value('master_replid');
  if (!run || !replication) return { fault: 'INFO names no run_id and master_replid' };
  if (value('role') !== 'master') return { fault: 'this Redis is a replica; name the primary in REDIS_URL' };
  // https://redis.io/docs/latest/develop/reference/eviction/: only noeviction never drops a key under memory pressure.
  if (Number(value('maxmemory') ?? 0) > 0 && value('maxmemory_policy') !== 'noeviction') {
    return { fault: `maxmemory-policy is ${value('maxmemory_policy')}; it must be noeviction` };
  }
  return { id: `${run} ${replication}` };
}
