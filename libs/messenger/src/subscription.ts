/** The app's subscription to a Page: which webhook fields are wanted, and what the platform says of it. */
import { z } from 'zod';

/** All webhook fields of whose events something is read or noted. Source: Messenger Platform, Webhooks. */
export const SUBSCRIBED_FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_reactions',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'messaging_handovers',
  'messaging_policy_enforcement',
  'standby',
] as const;

const subscribedApps = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.union([z.string(), z.number().transform(String)]).optional(),
      name: z.string().optional(),
      subscribed_fields: z.array(z.string()).default([]),
    }),
  ),
});

/** How the subscription stands. */
export type Subscription =
  /** `fields`: what the app is subscribed to; `missing`: what of {@link SUBSCRIBED_FIELDS} it is not. */
  | { readonly state: 'subscribed'; readonly fields: readonly string[]; readonly missing: readonly string[] }
  | { readonly state: 'none' }
  /** Several apps are subscribed and nobody said which one is ours. */
  | { readonly state: 'unclear'; readonly apps: readonly string[] };

/**
 * Reads the answer of `GET /{page}/subscribed_apps`.
 * @param appId our app; undefined: not known, which is enough where only one app is subscribed
 * @throws ZodError when it is no such answer
 */
export function readSubscription(answer: unknown, appId: string | undefined): Subscription {
  const apps = subscribedApps.parse(answer).data.filter((app) => appId === undefined || app.id === appId);
  const [app] = apps;
  if (!app || app.subscribed_fields.length === 0) return { state: 'none' };
  if (apps.length > 1)
    return { state: 'unclear', apps: apps.map(({ id, name }) => name ?? id ?? 'an app without a name') };
  const fields = app.subscribed_fields;
  return { state: 'subscribed', fields, missing: SUBSCRIBED_FIELDS.filter((field) => !fields.includes(field)) };
}

/** The body of `POST /{page}/subscribed_apps`: what is subscribed already stays so. */
export const subscriptionOf = (fields: readonly string[] = []): { subscribed_fields: string } => ({
  subscribed_fields: [...new Set([...fields, ...SUBSCRIBED_FIELDS])].join(','),
});
