import type { MediaKind } from './attachment.js';
import { graphError } from './graph-error.js';
import type { GraphError } from './graph-error.js';
import type { PageRules } from './page-rules.js';

/** Rules 36 to 38: how much a Page may call, and what it is told about it. Times in milliseconds, minutes where said. */

/** A token bucket of one second's worth: how full it was at a time. Below zero it is in debt. */
export interface Bucket {
  readonly level: number;
  readonly at: number;
}

/** How full a bucket is at `now` when it refills with `rate` a second. */
export function bucketLevel(bucket: Bucket | undefined, now: number, rate: number): number {
  if (!bucket) return rate;
  return Math.min(rate, bucket.level + (Math.max(0, now - bucket.at) * rate) / 1000);
}

/**
 * Rule 36: takes one message from a bucket. A refused call costs a token too, down to a debt of so many seconds
 * (assumed): calling on prolongs the block (rule 38).
 */
export function rule36Take(
  bucket: Bucket | undefined,
  now: number,
  rate: number,
  debtSeconds: number,
): { bucket: Bucket; refusal: GraphError | undefined } {
  const level = bucketLevel(bucket, now, rate);
  if (level >= 1) return { bucket: { level: level - 1, at: now }, refusal: undefined };
  const owed = debtSeconds === 0 ? level : Math.max(level - 1, -rate * debtSeconds);
  return { bucket: { level: owed, at: now }, refusal: tooFast(36) };
}

/** Calls counted by minute: number of the minute since the epoch, and calls in it, oldest first. */
export type CallsByMinute = readonly (readonly [minute: number, calls: number])[];

const DAY_MINUTES = 24 * 60;

/** The calls of the last 24 hours. */
export function callsOfDay(calls: CallsByMinute, now: number): number {
  const oldest = Math.floor(now / 60_000) - DAY_MINUTES;
  return calls.reduce((sum, [minute, count]) => (minute > oldest ? sum + count : sum), 0);
}

/** Rule 36: most calls of a Page in 24 hours: so many for each person who can be reached, and never none. */
export function rule36DayLimit(rules: PageRules, reachablePeople: number): number {
  return rules.callsPerPersonAndDay * Math.max(1, reachablePeople);
}

/** Rule 36: the calls of the last 24 hours, this one included, are more than the Page has. */
export function rule36Day(made: number, limit: number, rules: PageRules): GraphError | undefined {
  if (made <= limit) return undefined;
  const message = 'There have been too many calls from this Messenger account. Wait a bit and try again.';
  return graphError(36, rules.dayLimitCode, undefined, message);
}

/** Rule 38: minutes until so many calls have left the last 24 hours that another one passes; 0: one passes now. */
export function rule38RegainMinutes(calls: CallsByMinute, limit: number, now: number): number {
  let over = callsOfDay(calls, now) - limit + 1;
  if (over <= 0) return 0;
  const current = Math.floor(now / 60_000);
  for (const [minute, count] of calls) {
    if (minute <= current - DAY_MINUTES) continue;
    over -= count;
    if (over <= 0) return minute + DAY_MINUTES - current;
  }
  return DAY_MINUTES;
}

/** Rule 38: percent used, from 0 to 100. */
export function rule38Percent(used: number, limit: number): number {
  return Math.max(0, Math.min(100, Math.floor((used / limit) * 100)));
}

/** Rule 38: both usage headers. */
export function rule38Headers(page: string | null, percent: number, regainMinutes: number): Record<string, string> {
  const usage = { call_count: percent, total_cputime: percent, total_time: percent };
  const app = { 'x-app-usage': JSON.stringify(usage) };
  if (page === null) return app;
  const business = { [page]: [{ type: 'messenger', ...usage, estimated_time_to_regain_access: regainMinutes }] };
  return { ...app, 'x-business-use-case-usage': JSON.stringify(business) };
}

/** Rule 36: sounds and films have a bucket of their own; assumed: pictures and other files count as text does. */
export function rule36IsHeavy(kind: MediaKind | undefined, rules: PageRules): boolean {
  return kind !== undefined && rules.mediaKinds.includes(kind);
}

const PROFILE_CALLS = 10;
const PROFILE_CALLS_MS = 10 * 60_000;

/** Rule 36: ten calls of the Messenger Profile API in ten minutes. Gives the calls that still count, this one among them. */
export function rule36ProfileCall(
  earlier: readonly number[],
  now: number,
): { calls: number[]; refusal: GraphError | undefined } {
  const recent = earlier.filter((at) => at > now - PROFILE_CALLS_MS);
  if (recent.length >= PROFILE_CALLS) return { calls: recent, refusal: tooFast(36) };
  return { calls: [...recent, now], refusal: undefined };
}

/** Rule 37: more messages than this in a second make a high volume. */
export const HIGH_VOLUME = 40;

/** Rule 37: a Page with more than 40 messages in the last second is marked, and refused if the switch says so. */
export function rule37HighVolume(messagesInLastSecond: number): boolean {
  return messagesInLastSecond > HIGH_VOLUME;
}

/** The refusal of whoever is too fast. */
export function tooFast(rule: number): GraphError {
  return graphError(rule, 613, undefined, 'Calls to this api have exceeded the rate limit.');
}
