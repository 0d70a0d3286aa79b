/** Connects one Page: sets what is to be set, reads it back, and says what is missing. */
import type { PageSettings, ShopSettings } from '@beckon/contracts';
import {
  GraphFault,
  GraphPage,
  readSubscription,
  subscriptionOf,
  type GraphPlace,
  type Subscription,
} from '@beckon/messenger';
import { resolveSecret, SecretMissing, type Environment } from '@beckon/service';
import { z } from 'zod';
import { done, findingOf, missing, note, ok, oneTimeFinding, type Finding } from '../domain/page-finding.js';
import { changeProfile, wantedProfile, type PageProfile } from '../domain/page-profile.js';
import { roundTrip } from './round-trip.js';

export interface ConnectOptions {
  readonly graph: GraphPlace;
  /** Where the settings' references lead. */
  readonly env: Environment;
  /** The public address of optin's webhook; undefined: not said. */
  readonly callback: string | undefined;
  /** Change nothing. */
  readonly check: boolean;
  /** Greeting and menu of the Page's own go. */
  readonly replace: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const MESSAGING = 'pages_messaging';
const METADATA = 'pages_manage_metadata';

/** What was found, in order. Never rejects for what the platform or the network does. */
export async function connectPage(shop: ShopSettings, page: PageSettings, o: ConnectOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  const secret = (name: string, reference: string): string | undefined => {
    try {
      return resolveSecret(reference, o.env);
    } catch (error) {
      if (!(error instanceof SecretMissing)) throw error;
      findings.push(
        missing(name, `${error.reference} leads nowhere`, `Here and where the services run: ${error.fix}.`),
      );
      return undefined;
    }
  };
  const accessToken = secret('access token', page.access_token);
  const appSecret = secret('app secret', page.app_secret);
  const verifyToken = secret('verify token', page.verify_token);
  if (accessToken !== undefined) findings.push(...(await onGraph(shop, page, o, accessToken, appSecret)));
  if (o.callback === undefined)
    findings.push(
      missing(
        'callback',
        'not verified: nobody said where it is',
        'Run this again with --callback https://…/webhooks/messenger (or set CALLBACK_URL).',
      ),
    );
  else if (appSecret !== undefined && verifyToken !== undefined)
    findings.push(...(await roundTrip({ url: o.callback, page: page.page, appSecret, verifyToken, now: o.now })));
  return findings;
}

async function onGraph(
  shop: ShopSettings,
  page: PageSettings,
  o: ConnectOptions,
  accessToken: string,
  appSecret: string | undefined,
): Promise<Finding[]> {
  const place = { ...o.graph, page: page.page, accessToken };
  const graph = new GraphPage(place);
  const token = await tokenFindings(
    graph,
    page,
    appSecret === undefined ? undefined : new GraphPage({ ...place, appSecret }),
  );
  if (token.some(({ state }) => state === 'missing')) return token;
  const profile = await attempt('profile', MESSAGING, () => setProfile(graph, shop, o));
  const fields = await attempt('webhook fields', METADATA, () => subscribe(graph, page, o));
  return [...token, ...profile, ...fields, ...(await capabilities(graph, page))];
}

/** Whose token it is, and whether the app's secret is the one of the token's app. */
async function tokenFindings(graph: GraphPage, page: PageSettings, proving: GraphPage | undefined): Promise<Finding[]> {
  const named = await fault(() => graph.get(undefined, { fields: 'id,name' }));
  const proved = proving && (await fault(() => proving.get(undefined, { fields: 'id,name' })));
  if (named.fault) {
    if (proved && !proved.fault)
      return [
        missing(
          'access token',
          'the app asks for a proof of its secret with each call, and messages are sent without',
          'Switch “Require app secret” off: App dashboard → Settings → Advanced → Security.',
        ),
      ];
    return [findingOf('access token', named.fault, MESSAGING)];
  }
  const { id, name } = named.answer as { id?: unknown; name?: unknown };
  if (String(id) !== page.page)
    return [
      missing(
        'access token',
        `it is the token of ${JSON.stringify(name)} (${String(id)})`,
        `Take the token of the Page ${page.page}.`,
      ),
    ];
  const token = ok('access token', `works for ${JSON.stringify(name)}`);
  if (!proved) return [token];
  if (proved.fault)
    return [
      token,
      missing(
        'app secret',
        `it is not the secret of the token’s app: ${proved.fault.message}`,
        'Take the secret from App dashboard → Settings → Basic, of the app that made the token.',
      ),
    ];
  return [token, ok('app secret', 'belongs to the token’s app')];
}

const ourProfile = z.looseObject({
  get_started: z.looseObject({ payload: z.string() }).optional(),
  greeting: z.array(z.looseObject({ locale: z.string(), text: z.string() })).optional(),
  persistent_menu: z
    .array(
      z.looseObject({
        locale: z.string(),
        composer_input_disabled: z.boolean().optional(),
        call_to_actions: z
          .array(z.looseObject({ type: z.string(), title: z.string(), payload: z.string().optional() }))
          .optional(),
      }),
    )
    .optional(),
});

async function setProfile(graph: GraphPage, shop: ShopSettings, o: ConnectOptions): Promise<Finding[]> {
  const wanted = wantedProfile(shop);
  const read = async (): Promise<PageProfile> => {
    const { data } = await graph.get('messenger_profile', { fields: 'get_started,greeting,persistent_menu' });
    return ourProfile.parse((data as unknown[] | undefined)?.[0] ?? {}) as PageProfile;
  };
  const { set, changes, kept } = changeProfile(await read(), wanted, o.replace);
  const notes = kept.map((what) => note('profile', `kept: ${what}`));
  if (changes.length === 0) return [ok('profile', 'Get Started, greeting and menu are set'), ...notes];
  const what = changes.join(', ');
  if (o.check) return [missing('profile', `not set: ${what}`, 'Run this without --check.'), ...notes];
  await graph.post('messenger_profile', set);
  const left = changeProfile(await read(), wanted, o.replace).changes;
  if (left.length === 0) return [done('profile', `set: ${what}`), ...notes];
  return [
    missing(
      'profile',
      `set, but not so when read back: ${left.join(', ')}`,
      'Run this again; see that no other tool sets the Page’s profile.',
    ),
    ...notes,
  ];
}

async function subscribe(graph: GraphPage, page: PageSettings, o: ConnectOptions): Promise<Finding[]> {
  const check = 'webhook fields';
  const read = async (): Promise<Subscription> => readSubscription(await graph.get('subscribed_apps'), page.app_id);
  const before = await read();
  const whole = whatIsMissing(before) === undefined;
  if (whole) return [ok(check, 'all subscribed')];
  if (o.check) return [missing(check, whatIsMissing(before)!, fixOf(before))];
  await graph.post('subscribed_apps', subscriptionOf(before.state === 'subscribed' ? before.fields : []));
  const after = await read();
  const still = whatIsMissing(after);
  if (still !== undefined) return [missing(check, `subscribed, but when read back: ${still}`, fixOf(after))];
  return [
    done(
      check,
      before.state === 'none'
        ? 'all subscribed: the app was not subscribed to the Page'
        : `all subscribed; new: ${before.state === 'subscribed' ? before.missing.join(', ') : ''}`,
    ),
  ];
}

function whatIsMissing(s: Subscription): string | undefined {
  if (s.state === 'none') return 'the app is not subscribed to the Page';
  if (s.state === 'unclear') return `several apps are subscribed (${s.apps.join(', ')}), and which is ours is not said`;
  return s.missing.length > 0 ? `not subscribed: ${s.missing.join(', ')}` : undefined;
}

const fixOf = (s: Subscription): string =>
  s.state === 'unclear'
    ? 'Name the app in the shop’s settings (pages[].app_id), apply them, and run this again.'
    : 'Run this without --check; if it stays, subscribe the fields in the App dashboard → Messenger → Settings → Webhooks.';

/** What the Page may do, as far as the platform tells; nothing here can be set by API. */
async function capabilities(graph: GraphPage, page: PageSettings): Promise<Finding[]> {
  const flag = 'subject_to_new_eu_privacy_rules';
  const rules = await fault(() => graph.get('messenger_profile', { fields: flag }));
  const inEurope = (rules.answer?.['data'] as Record<string, unknown>[] | undefined)?.[0]?.[flag] as
    boolean | undefined;
  const europe =
    typeof inEurope === 'boolean'
      ? note(
          'privacy rules',
          inEurope
            ? 'the Page falls under Europe’s privacy rules: some features are held back'
            : 'the Page does not fall under Europe’s privacy rules',
        )
      : note('privacy rules', 'the platform does not tell whether the Page falls under Europe’s privacy rules');
  const review = await fault(() => graph.get('messaging_feature_review'));
  const reviews = z
    .array(z.looseObject({ feature: z.string(), status: z.string() }))
    .catch([])
    .parse(review.answer?.['data']);
  return [europe, oneTimeFinding(reviews, page.one_time_notifications, inEurope)];
}

async function attempt(check: string, permission: string, act: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof GraphFault) return [findingOf(check, error, permission)];
    if (error instanceof z.ZodError)
      return [
        missing(
          check,
          'the platform answered something unknown',
          'See that GRAPH_BASE_URL and GRAPH_VERSION are right.',
        ),
      ];
    throw error;
  }
}

async function fault(
  call: () => Promise<Record<string, unknown>>,
): Promise<{ answer?: Record<string, unknown>; fault?: GraphFault }> {
  try {
    return { answer: await call() };
  } catch (error) {
    if (error instanceof GraphFault) return { fault: error };
    throw error;
  }
}
