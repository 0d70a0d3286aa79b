import { z } from 'zod';

const instant = z.iso.datetime({ offset: true, error: 'write an instant such as "2026-11-27T08:00:00+01:00"' });

/** An instant in milliseconds since the epoch; settings files write it with its offset, "2026-11-27T08:00:00+01:00". */
export const Instant = z
  .union([z.int().min(0), instant])
  .transform((v) => (typeof v === 'number' ? v : Date.parse(v)))
  .pipe(z.int().min(0).meta({ 'x-unit': 'ms' }));

const locale = /^[a-z]{2,3}([_-][A-Z]{2})?$/;

/** The source of signals that time opens: no source of a shop is called so. */
export const SCHEDULE = 'schedule';

/** A tier: the shop's own class of customer, as it told it of them. */
export const Tier = z.string().trim().min(1).max(60);

/**
 * A collection or a sale that a shop announces. `kind` says which of the two; its name is what shoppers read, so there
 * is at least one, and in a language without one they read that of the shop's, else the first.
 *
 * With `opens_at` it opens by time: for the tiers of `early_access` first, then for everybody, until `closes_at`. Without,
 * the shop says so by events (docs/events.md).
 */
export const TopicSettings = z
  .strictObject({
    topic: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and hyphens')
      .describe('never used for something else later: shoppers asked for this one'),
    kind: z.enum(['new_collection', 'early_sale']),
    name: z
      .record(z.string().regex(locale, 'a locale such as "en" or "de_DE"'), z.string().min(1).max(200))
      .refine((names) => Object.keys(names).length > 0, 'give the name in at least one language')
      .describe('per locale, as shoppers read it'),
    opens_at: Instant.optional().describe('when it begins; without it the shop says so by an event'),
    closes_at: Instant.optional().describe('when it is over: who was not told by then is not told any more'),
    early_access: z
      .array(z.strictObject({ tier: Tier, opens_at: Instant }))
      .max(20)
      .optional()
      .describe('tiers that are let in, and told, before the public'),
    url: z
      .url({ protocol: /^https?$/, error: 'a link that begins with https://' })
      .max(1000)
      .optional()
      .describe('where it is to be seen; the alert ends with it'),
  })
  .superRefine((t, ctx) => {
    const fault = (path: (string | number)[], message: string): void => ctx.addIssue({ code: 'custom', path, message });
    const { opens_at, closes_at, early_access = [] } = t;
    if (opens_at === undefined) {
      const why = 'only beside opens_at: without it, events say when it opens and closes';
      if (closes_at !== undefined) fault(['closes_at'], why);
      if (early_access.length > 0) fault(['early_access'], why);
      return;
    }
    if (closes_at !== undefined && closes_at <= opens_at) fault(['closes_at'], 'must be after opens_at');
    early_access.forEach((early, i) => {
      if (early.opens_at >= opens_at)
        fault(['early_access', i, 'opens_at'], 'must be before the opens_at of everybody');
      if (early_access.findIndex((e) => e.tier === early.tier) < i)
        fault(['early_access', i, 'tier'], `${JSON.stringify(early.tier)} is named twice`);
    });
  });
export type TopicSettings = z.output<typeof TopicSettings>;

/**
 * The topic's name in the first of the locales in which the shop names it (by language, if not exactly), else in the
 * first that it wrote down.
 */
export function nameOfTopic(topic: TopicSettings, locales: readonly (string | null | undefined)[]): string {
  const names = Object.entries(topic.name);
  const plain = (written: string): string => written.replace('_', '-').toLowerCase();
  for (const wanted of locales) {
    if (!wanted) continue;
    const language = plain(wanted).split('-')[0];
    const found =
      names.find(([l]) => plain(l) === plain(wanted)) ?? names.find(([l]) => plain(l).split('-')[0] === language);
    if (found) return found[1];
  }
  return names[0]?.[1] ?? topic.topic;
}
