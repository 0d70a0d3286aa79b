import { Injectable } from '@nestjs/common';
import type { MediaKind } from '../domain/attachment.js';
import type { GraphError } from '../domain/graph-error.js';
import type { Page } from '../domain/model.js';
import {
  bucketLevel,
  callsOfDay,
  rule36Day,
  rule36DayLimit,
  rule36IsHeavy,
  rule36ProfileCall,
  rule36Take,
  rule37HighVolume,
  rule38Headers,
  rule38Percent,
  rule38RegainMinutes,
  tooFast,
} from '../domain/rules-limits.js';
import type { Bucket } from '../domain/rules-limits.js';
import { SandboxClock } from './clock.js';
import { SandboxState } from './sandbox-state.js';

const KEPT_MINUTES = 24 * 60;
const SLOT_MS = 100;
const SLOTS_OF_SECOND = 10;

/** What one Page has used. */
interface Usage {
  bucket: Bucket | undefined;
  media: Bucket | undefined;
  /** Times of recent calls of the Messenger Profile API. */
  profileCalls: number[];
  threads: Map<string, Bucket>;
  calls: Map<number, number>;
  /** Accepted messages by tenths of a second. */
  accepted: Map<number, number>;
}

/** Counts what each Page calls and sends (rules 36 to 38). Nothing is refused unless the Page's limits are enforced. */
@Injectable()
export class UsageMeter {
  private readonly usage = new Map<string, Usage>();
  /** Headers of Pages whose limits are off. */
  private readonly unused = new Map<string, Record<string, string>>();

  constructor(
    private readonly state: SandboxState,
    private readonly clock: SandboxClock,
  ) {}

  /** Counts a call, refused ones too: that is how calling on prolongs a block. */
  call(page: Page): GraphError | undefined {
    const now = this.clock.now();
    const { calls } = this.of(page);
    const minute = Math.floor(now / 60_000);
    calls.set(minute, (calls.get(minute) ?? 0) + 1);
    if (calls.size > KEPT_MINUTES) forgetBefore(calls, minute - KEPT_MINUTES);
    if (!page.rules.limitsEnforced) return undefined;
    return rule36Day(callsOfDay(this.callsOf(page), now), this.dayLimit(page), page.rules);
  }

  /** Takes room for a message to a person, or says that there is none. `media` tells the kind of a file in it. */
  send(page: Page, psid: string | undefined, media: () => MediaKind | undefined): GraphError | undefined {
    const { rules } = page;
    if (rules.refuseHighVolume && this.highVolume(page)) return tooFast(37);
    if (!rules.limitsEnforced) return undefined;
    const now = this.clock.now();
    const usage = this.of(page);
    const taken = rule36Take(usage.bucket, now, rules.sendsPerSecond, rules.rateDebtSeconds);
    usage.bucket = taken.bucket;
    if (taken.refusal) return taken.refusal;
    if (rule36IsHeavy(media(), rules)) {
      const heavy = rule36Take(usage.media, now, rules.mediaPerSecond, rules.rateDebtSeconds);
      usage.media = heavy.bucket;
      if (heavy.refusal) return heavy.refusal;
    }
    if (psid === undefined || rules.threadSendsPerSecond === null) return undefined;
    const { threadSendsPerSecond: rate, rateDebtSeconds } = rules;
    const thread = rule36Take(usage.threads.get(psid), now, rate, rateDebtSeconds);
    usage.threads.set(psid, thread.bucket);
    return thread.refusal;
  }

  /** Counts a call of the Messenger Profile API, which has a limit of its own. */
  profileCall(page: Page): GraphError | undefined {
    if (!page.rules.limitsEnforced) return undefined;
    const usage = this.of(page);
    const { calls, refusal } = rule36ProfileCall(usage.profileCalls, this.clock.now());
    usage.profileCalls = calls;
    return refusal;
  }

  /** Notes an accepted message. */
  accepted(page: Page): void {
    const slot = Math.floor(this.clock.now() / SLOT_MS);
    const { accepted } = this.of(page);
    accepted.set(slot, (accepted.get(slot) ?? 0) + 1);
    if (accepted.size > SLOTS_OF_SECOND * 2) forgetBefore(accepted, slot - SLOTS_OF_SECOND);
  }

  /** Rule 37: whether the Page sends at a high volume just now. */
  highVolume(page: Page): boolean {
    const current = Math.floor(this.clock.now() / SLOT_MS);
    let messages = 0;
    for (const [slot, count] of this.of(page).accepted) {
      if (slot > current - SLOTS_OF_SECOND && slot <= current) messages += count;
    }
    return rule37HighVolume(messages);
  }

  /** Rule 38: the usage headers for an answer to this Page, or to nobody we know. Limits that are off are unused. */
  headers(page: Page | undefined): Record<string, string> {
    if (!page) return rule38Headers(null, 0, 0);
    if (!page.rules.limitsEnforced) return this.unusedHeaders(page.id);
    const now = this.clock.now();
    const { sendsPerSecond } = page.rules;
    const calls = this.callsOf(page);
    const limit = this.dayLimit(page);
    const inBucket = bucketLevel(this.of(page).bucket, now, sendsPerSecond);
    const percent = Math.max(
      rule38Percent(callsOfDay(calls, now), limit),
      rule38Percent(sendsPerSecond - inBucket, sendsPerSecond),
    );
    // A bucket that is empty is full again within two seconds: less than the minute in which regain is told.
    const regain = Math.max(rule38RegainMinutes(calls, limit, now), inBucket < 1 ? 1 : 0);
    return rule38Headers(page.id, percent, regain);
  }

  /** Forgets everything. */
  reset(): void {
    this.usage.clear();
    this.unused.clear();
  }

  /** The same for every answer to the Page. */
  private unusedHeaders(page: string): Record<string, string> {
    let headers = this.unused.get(page);
    if (!headers) this.unused.set(page, (headers = rule38Headers(page, 0, 0)));
    return headers;
  }

  private of(page: Page): Usage {
    let usage = this.usage.get(page.id);
    if (!usage) {
      usage = {
        bucket: undefined,
        media: undefined,
        profileCalls: [],
        threads: new Map(),
        calls: new Map(),
        accepted: new Map(),
      };
      this.usage.set(page.id, usage);
    }
    return usage;
  }

  private callsOf(page: Page): [number, number][] {
    return [...this.of(page).calls].sort(([a], [b]) => a - b);
  }

  private dayLimit(page: Page): number {
    return rule36DayLimit(page.rules, this.state.reachableOn(page.id));
  }
}

function forgetBefore(counts: Map<number, number>, oldest: number): void {
  for (const key of counts.keys()) if (key <= oldest) counts.delete(key);
}
