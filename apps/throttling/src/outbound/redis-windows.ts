/** The windows in Redis: one script call decides a chunk of one shard. What a value looks like: `lua/entries.lua`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Answer, Entry, Request, Scope, Window, WindowVerdict } from '../domain/windows.js';
import { luaFolder } from './lua-folder.js';

/** Under which epoch a shard is open, and how far back it keeps stamps (ms). */
export interface OpenShard {
  readonly shard: number;
  readonly epoch: number;
  readonly horizon: number;
}

/** One request: who, about what, under which shop's windows. */
export interface Placing extends Request {
  readonly shopper: string;
  readonly windows: readonly Window[];
}

/** What became of a shopper's admission. */
export interface Answered extends Answer {
  readonly shopper: string;
}

interface Scripts {
  windowsReserve(keys: number, ...rest: (string | number | Buffer)[]): Promise<number | number[]>;
  windowsSettle(keys: number, ...rest: (string | number | Buffer)[]): Promise<number>;
}

const script = (name: string): string =>
  ['entries.lua', name].map((file) => readFileSync(join(luaFolder(), file), 'utf8')).join('\n');

const SCOPES: Record<Scope, number> = { shopper: 0, shopper_kind: 1, shopper_sku: 2 };

export class RedisWindows {
  private readonly scripts: Scripts;

  /**
   * @param prefix put before every key
   * @param now a clock for tests; without it the scripts take the server's, which all workers share
   */
  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly now?: () => number,
  ) {
    redis.defineCommand('windowsReserve', { lua: script('reserve.lua') });
    redis.defineCommand('windowsSettle', { lua: script('settle.lua') });
    this.scripts = redis as unknown as Scripts;
  }

  /** Decides all requests of one shard and takes the places of those allowed; `closed` if the epoch is not this one. */
  async reserve(at: OpenShard, requests: readonly Placing[]): Promise<WindowVerdict[] | 'closed'> {
    const policies = new Map<string, number>();
    // One argument for all: hundreds of small ones cost the client and Redis more than the decisions.
    const packed = Buffer.alloc(requests.length * REQUEST_BYTES);
    requests.forEach((r, i) => {
      const text = policyText(r.windows);
      const policy = policies.get(text) ?? policies.size;
      policies.set(text, policy);
      writeRequest(packed, i * REQUEST_BYTES, r);
      packed.writeUInt8(policy, i * REQUEST_BYTES + 20);
    });
    const answer = await this.scripts.windowsReserve(
      1 + requests.length,
      ...this.keys(at, requests),
      String(at.epoch),
      this.time(),
      String(at.horizon),
      [...policies.keys()].join(';'),
      packed,
    );
    return typeof answer === 'number' ? 'closed' : requests.map((_, i) => verdictOf(answer, i * 3));
  }

  /** Stamps or gives back; telling twice changes nothing. False if the shard is closed under this epoch. */
  async settle(at: OpenShard, answers: readonly Answered[]): Promise<boolean> {
    const packed = answers.map((a) =>
      packRequest(a, 32, (b) => {
        b.writeUIntBE(a.stampedAt ?? 0, 20, 6);
        b.writeUIntBE(a.takenBy ?? ANY_TIME, 26, 6);
      }),
    );
    const told = await this.scripts.windowsSettle(
      1 + answers.length,
      ...this.keys(at, answers),
      String(at.epoch),
      this.time(),
      String(at.horizon),
      ...packed,
    );
    return told >= 0;
  }

  /** Writes the entries of shoppers under an epoch that is not open yet. */
  async fill(at: OpenShard, shoppers: ReadonlyMap<string, readonly Entry[]>): Promise<void> {
    const pipeline = this.redis.pipeline();
    const now = await this.clock();
    for (const [shopper, entries] of shoppers) {
      const newest = Math.max(...entries.map((e) => e.at));
      const lasts = entries.some((e) => e.state === 'reserved');
      const value = packEntries(entries);
      if (lasts) pipeline.set(this.shopperKey(at.shard, at.epoch, shopper), value);
      else
        pipeline.set(this.shopperKey(at.shard, at.epoch, shopper), value, 'PX', Math.max(1, newest + at.horizon - now));
    }
    for (const [err] of (await pipeline.exec()) ?? []) if (err) throw err;
  }

  /** Opens a shard under an epoch: from now on scripts that name it work, and those that name another do not. */
  async open(shard: number, epoch: number): Promise<void> {
    await this.redis.set(this.epochKey(shard), String(epoch));
  }

  /** The time that the windows go by, in milliseconds. */
  async clock(): Promise<number> {
    if (this.now) return this.now();
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  }

  /** The epochs under which shards are open in Redis; undefined where the key is missing. */
  async epochs(shards: readonly number[]): Promise<Map<number, number | undefined>> {
    const texts = await Promise.all(shards.map((s) => this.redis.get(this.epochKey(s))));
    return new Map(shards.map((s, i) => [s, texts[i] == null ? undefined : Number(texts[i])]));
  }

  /** What is kept of one shopper. */
  async entriesOf(shard: number, epoch: number, shopper: string): Promise<Entry[]> {
    const value = await this.redis.getBuffer(this.shopperKey(shard, epoch, shopper));
    return value ? unpackEntries(value) : [];
  }

  /** Some keys of shoppers, from a cursor ('0' begins) on; the whole walk ends with cursor '0'. */
  async scan(
    cursor: string,
  ): Promise<{ cursor: string; keys: { key: string; shard: number; epoch: number; shopper: string }[] }> {
    const pattern = `${this.prefix.replace(/[*?[\]\\]/g, '\\$&')}{s*}:*:*`;
    const [next, found] = await this.redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1000);
    const keys = found.flatMap((key) => {
      const [, shard, epoch, shopper] = /^\{s(\d{3})\}:(\d+):(.+)$/s.exec(key.slice(this.prefix.length)) ?? [];
      return shopper === undefined ? [] : [{ key, shard: Number(shard), epoch: Number(epoch), shopper }];
    });
    return { cursor: next, keys };
  }

  /** Forgets keys, in the background of the server. */
  async forget(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.redis.unlink(key)));
  }

  private keys(at: OpenShard, of: readonly { readonly shopper: string }[]): string[] {
    return [this.epochKey(at.shard), ...of.map(({ shopper }) => this.shopperKey(at.shard, at.epoch, shopper))];
  }

  private epochKey(shard: number): string {
    return `${this.prefix}${tag(shard)}:epoch`;
  }

  private shopperKey(shard: number, epoch: number, shopper: string): string {
    return `${this.prefix}${tag(shard)}:${epoch}:${shopper}`;
  }

  private time(): string {
    return this.now ? String(this.now()) : '';
  }
}

/** The part of a key that a Redis Cluster places by: a shard's keys stay together. */
const tag = (shard: number): string => `{s${String(shard).padStart(3, '0')}}`;

const policyText = (windows: readonly Window[]): string =>
  windows.map((w) => `${SCOPES[w.scope]} ${w.limit} ${w.period}`).join(',');

function packRequest(r: Request, size: number, rest: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size);
  writeRequest(buffer, 0, r);
  rest(buffer);
  return buffer;
}

/** Bytes of one request of `lua/reserve.lua`. */
const REQUEST_BYTES = 21;

function writeRequest(buffer: Buffer, at: number, r: Request): void {
  buffer.write(r.alert, at, 8, 'hex');
  buffer.writeUInt32BE(r.no, at + 8);
  buffer.writeUInt32BE(r.kind, at + 12);
  buffer.writeUInt32BE(r.sku, at + 16);
}

function verdictOf(answer: readonly number[], at: number): WindowVerdict {
  const [verdict, until = 0, window = 0] = answer.slice(at, at + 3);
  if (verdict === 0) return { verdict: 'allow' };
  return verdict === 1 ? { verdict: 'hold', until, window } : { verdict: 'blocked', window };
}

/** The greatest number of six bytes: in the year 10889. */
const ANY_TIME = 2 ** 48 - 1;
const ENTRY_BYTES = 27;

function packEntries(entries: readonly Entry[]): Buffer {
  const buffer = Buffer.alloc(entries.length * ENTRY_BYTES);
  entries.forEach((e, i) => {
    const at = i * ENTRY_BYTES;
    buffer.write(e.alert, at, 8, 'hex');
    buffer.writeUInt8(e.state === 'reserved' ? 1 : 2, at + 8);
    buffer.writeUInt32BE(e.no, at + 9);
    buffer.writeUIntBE(e.at, at + 13, 6);
    buffer.writeUInt32BE(e.kind, at + 19);
    buffer.writeUInt32BE(e.sku, at + 23);
  });
  return buffer;
}

function unpackEntries(value: Buffer): Entry[] {
  return Array.from({ length: value.length / ENTRY_BYTES }, (_, i): Entry => {
    const at = i * ENTRY_BYTES;
    return {
      alert: value.toString('hex', at, at + 8),
      state: value.readUInt8(at + 8) === 1 ? 'reserved' : 'stamped',
      no: value.readUInt32BE(at + 9),
      at: value.readUIntBE(at + 13, 6),
      kind: value.readUInt32BE(at + 19),
      sku: value.readUInt32BE(at + 23),
    };
  });
}
