import { z } from 'zod';

const instant = z.iso.datetime({ offset: true, error: 'write an instant such as "2026-11-27T08:00:00+01:00"' });

/** An instant in milliseconds since the epoch; settings files write it with its offset, "2026-11-27T08:00:00+01:00". */
export const Instant = z
  .union([z.int().min(0), instant])
  .transform((v) => (typeof v === 'number' ? v : Date.parse(v)))
  .pipe(z.int().min(0).meta({ 'x-unit': 'ms' }));

const locale = /^[a-z]{2,3}([_-][A-Z]{2})?$/;

/**
 * A collection or a sale that a shop announces. `kind` says which of the two; its name is what shoppers read, so there
 * is at least one, and in a language without one they read that of the shop's, else the first.
 */
export const TopicSettings = z.strictObject({
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
});
export type TopicSettings = z.output<typeof TopicSettings>;
