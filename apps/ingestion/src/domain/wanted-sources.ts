import type { ClusterSettings, ShopSettings, SourceSettings } from '@beckon/contracts';

/** What a source's settings say to its adapter. */
export type FormatOptions = Pick<SourceSettings, 'currency' | 'channel' | 'locations' | 'mapping'>;

/** One source of one shop, as the settings in force have it. */
export interface WantedSource {
  readonly shop: string;
  readonly name: string;
  readonly format: SourceSettings['format'];
  /** The shop's own topic, as it is called on its cluster; undefined: webhooks, which lie in a topic of ours. */
  readonly topic: string | undefined;
  /** The cluster that the topic is on; undefined: our own. */
  readonly cluster?: ClusterSettings | undefined;
  readonly options?: FormatOptions;
  /** Tells the credentials for the cluster from others, without being them: new ones mean connecting anew. */
  readonly credentials?: string;
}

/** Names a source among all shops' sources. */
export const sourceKey = (s: Pick<WantedSource, 'shop' | 'name'>): string => `${s.shop}/${s.name}`;

/** Every source that the shops' settings name. How webhooks are signed is the edge's business, and changes no source. */
export function wantedSources(
  shops: readonly { readonly shop: string; readonly settings: ShopSettings }[],
): WantedSource[] {
  return shops.flatMap(({ shop, settings }) =>
    settings.sources.map(({ name, format, topic, cluster, currency, channel, locations, mapping }) => ({
      ...{ shop, name, format, topic, cluster },
      options: { currency, channel, locations, mapping },
    })),
  );
}

/** What to start and stop, so that exactly the wanted sources are read. What has not changed is left alone. */
export function sourcePlan(
  running: readonly WantedSource[],
  wanted: readonly WantedSource[],
): { readonly start: WantedSource[]; readonly stop: WantedSource[] } {
  const id = (s: WantedSource): string =>
    JSON.stringify([s.shop, s.name, s.format, s.topic, s.cluster, s.options, s.credentials]);
  const have = new Set(running.map(id));
  const want = new Set(wanted.map(id));
  return { start: wanted.filter((s) => !have.has(id(s))), stop: running.filter((s) => !want.has(id(s))) };
}
